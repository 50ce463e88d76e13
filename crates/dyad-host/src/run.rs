//! Every analysis of a study, all at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use dyad_model::{Findings, Level, Limits, LowerLimits, Manifest, Measure, Status, Study};
use serde_json::{Map, Value};

use crate::cache::{self, Cache};
use crate::job::Task;
use crate::outcome::{self, Outcome, without_work};
use crate::projection::{Projection, Projections};
use crate::supervise::{Assignment, work};
use crate::{Catalogue, Found, HostError, library_name, settings, validate};

/// One analysis asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The plugin's id.
    pub id: String,
    /// `false`: listed as skipped.
    pub enabled: bool,
    /// Its table of the study file, without `enabled` and `limits`.
    pub settings: Map<String, Value>,
    /// Limits below those of its manifest.
    pub limits: LowerLimits,
    /// Why it is skipped, if it is not the study file that says so.
    pub skipped: Option<String>,
}

/// How to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Workers at once; `None`: the number of cores.
    pub jobs: Option<std::num::NonZeroUsize>,
    /// What no plugin may exceed, whatever its manifest asks for.
    pub caps: Limits,
    /// Where findings of earlier runs are kept; `None`: everything is computed again.
    pub cache: Option<Cache>,
    /// Whether a plugin's own words are handed back in [`Outcome::said`]. They may quote data.
    pub debug: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            jobs: None,
            caps: Limits {
                wall_s: 3600,
                cpu_s: 3600,
                memory_mb: 16 << 10,
                threads: 16,
                output_mb: 64,
            },
            cache: None,
            debug: false,
        }
    }
}

/// Work that is ready to be given to a worker.
struct Ready<'a> {
    plugin: &'a Found,
    manifest: &'a Manifest,
    tables: Vec<Arc<Projection>>,
    request: String,
    limits: Limits,
}

/// Runs what was asked for. Results come in the order of the requests, whatever finished first.
///
/// `told` hears of each analysis as it ends.
///
/// # Errors
/// A setting no plugin knows, before anything runs; a memory file that cannot be made. Whatever a plugin does is its own outcome.
pub fn run(
    catalogue: &Catalogue,
    study: &Study,
    requests: &[Request],
    options: &Options,
    told: &(dyn Fn(&Outcome) + Sync),
) -> Result<Vec<Outcome>, HostError> {
    let usable = |id: &str| catalogue.get(id).and_then(|p| p.manifest.as_ref().ok());
    for request in requests {
        if let Some(manifest) = usable(&request.id) {
            settings::check(manifest, &request.settings)?;
        }
    }
    let mut projections = Projections::new(study, catalogue.place.system, options.cache.is_some());
    let mut plans = Vec::new();
    for request in requests {
        plans.push(plan(catalogue, study, request, options, &mut projections)?);
    }

    let slots: Vec<Mutex<Option<Outcome>>> = requests.iter().map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let jobs = options.jobs.map_or(cores, std::num::NonZeroUsize::get).min(requests.len());
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(plan) = plans.get(at) else { break };
                    let outcome = match plan {
                        Ok(ready) => carry_out(ready, catalogue, study, options),
                        Err(outcome) => (**outcome).clone(),
                    };
                    told(&outcome);
                    if let Ok(mut slot) = slots[at].lock() {
                        *slot = Some(outcome);
                    }
                }
            });
        }
    });
    let lost = |id: &str| without_work(id, None, Status::Failed, "its supervisor ended early");
    let outcomes = slots.into_iter().zip(requests);
    Ok(outcomes
        .map(|(slot, r)| slot.into_inner().ok().flatten().unwrap_or_else(|| lost(&r.id)))
        .collect())
}

/// Everything that can be decided before a worker starts. The inner error is an outcome already.
fn plan<'a>(
    catalogue: &'a Catalogue,
    study: &Study,
    request: &Request,
    options: &Options,
    projections: &mut Projections,
) -> Result<Result<Ready<'a>, Box<Outcome>>, HostError> {
    let ended = |plugin, status, reason: &str| {
        Ok(Err(Box::new(without_work(&request.id, plugin, status, reason))))
    };
    if let Some(reason) = &request.skipped {
        return ended(catalogue.get(&request.id), Status::Skipped, reason);
    }
    if !request.enabled {
        return ended(
            catalogue.get(&request.id),
            Status::Skipped,
            "switched off in the study file",
        );
    }
    let Some(plugin) = catalogue.get(&request.id) else {
        let reason = format!(
            "there is no {} beside the executable or in DYAD_PLUGIN_PATH",
            library_name(&request.id)
        );
        return ended(None, Status::NotLoadable, &reason);
    };
    let manifest = match &plugin.manifest {
        Ok(manifest) => manifest,
        Err((status, reason)) => return ended(Some(plugin), *status, reason),
    };
    if let Some(lacking) = manifest.needs.iter().find(|role| !has(study, role)) {
        let reason = format!("the study has no measure with the role {lacking}");
        return ended(Some(plugin), Status::Skipped, &reason);
    }
    let tables = projections.granted(manifest).map_err(|source| HostError::System {
        doing: format!("hand tables to {}", request.id),
        source,
    })?;
    let granted = plugin.locked.as_ref().map_or_else(LowerLimits::default, |l| l.limits);
    let rows = tables.iter().map(|table| table.rows).max().unwrap_or(0);
    let asked = grown(manifest.limits, rows);
    let limits = capped(request.limits.applied(granted.applied(asked)), options.caps);
    let measures = granted_measures(manifest, study);
    let asked =
        dyad_plugin::Request::new(request.settings.clone(), study.seed, &request.id, measures)
            .replicating(&study.replications);
    let request = serde_json::to_string(&asked).map_err(|e| HostError::System {
        doing: format!("write the request of {}", manifest.id),
        source: e.into(),
    })?;
    Ok(Ok(Ready { plugin, manifest, tables, request, limits }))
}

fn has(study: &Study, role: &str) -> bool {
    study.measures.iter().any(|m| m.role.as_str() == role)
}

/// The measures whose columns the plugin is given; it does not learn that others exist.
fn granted_measures(manifest: &Manifest, study: &Study) -> Vec<Measure> {
    let asked = |measure: &Measure| {
        let table = match measure.level {
            Level::Session => "sessions",
            Level::Client => "clients",
            Level::Therapist => "therapists",
        };
        let role = format!("@{}", measure.role.as_str());
        manifest
            .reads
            .get(table)
            .is_some_and(|columns| columns.iter().any(|c| *c == role || *c == measure.id))
    };
    let with_items = |table: &str| {
        manifest.reads.get(table).is_some_and(|c| c.iter().any(|c| c == Manifest::ITEMS))
    };
    let mut measures: Vec<Measure> = study.measures.iter().filter(|m| asked(m)).cloned().collect();
    for measure in &mut measures {
        if measure.level != Level::Session || !with_items("sessions") {
            measure.items.clear();
        }
    }
    measures
}

/// Takes findings from the cache, or has a worker compute them.
fn carry_out(ready: &Ready, catalogue: &Catalogue, study: &Study, options: &Options) -> Outcome {
    let accepted = |output: &[u8]| validate::findings(output, ready.manifest, study.flow.clients);
    // An author who wants to hear the plugin wants it to run.
    let cache = options.cache.as_ref().filter(|_| !options.debug);
    let key =
        cache.map(|_| cache::key(ready.plugin, &catalogue.place, &ready.request, &ready.tables));
    if let (Some(cache), Some(key)) = (cache, &key)
        && let Some(kept) = cache.get(key)
        // What lies in a cache is a stranger's text like any other.
        && let Ok(findings) = accepted(&kept.output)
    {
        return outcome::of_cache(ready.plugin, ready.manifest, findings, kept.record);
    }
    let done = work(&Assignment {
        system: catalogue.place.system,
        worker: &catalogue.place.worker,
        code: &ready.plugin.code,
        task: Task::Run,
        id: Some(&ready.plugin.id),
        sandbox: catalogue.place.sandbox,
        limits: ready.limits,
        tables: &ready.tables,
        request: ready.request.clone(),
        debug: options.debug,
        cancelled: false,
    });
    let (status, reason, findings) = if done.status() == Status::Ok {
        match accepted(&done.output) {
            Ok(findings) => (Status::Ok, None, findings),
            Err(why) => (Status::Failed, Some(why), Findings::new()),
        }
    } else {
        (done.status(), done.reason.clone(), Findings::new())
    };
    let outcome = outcome::of_work(
        ready.plugin,
        ready.manifest,
        (status, reason),
        findings,
        (&done, ready.limits),
    );
    // Nothing is kept of an analysis that did not deliver: the next run tries again.
    if let (Some(cache), Some(key), Status::Ok) = (cache, &key, status) {
        cache.put(key, &outcome.record, &done.output);
    }
    outcome
}

/// Up to so many rows a manifest's limits are those of the run.
const ROWS_OF_LIMITS: usize = 1_000_000;

/// Time and memory for a study of so many rows: a plugin cannot know how large the studies are that it will see, so above a million rows
/// what it asks for grows with them.
fn grown(asked: Limits, rows: usize) -> Limits {
    let millions = rows.div_ceil(ROWS_OF_LIMITS).max(1) as u64;
    Limits {
        wall_s: asked.wall_s.saturating_mul(millions),
        cpu_s: asked.cpu_s.saturating_mul(millions),
        memory_mb: asked.memory_mb.saturating_mul(millions),
        ..asked
    }
}

/// What the manifest asks for, never above the host's caps.
fn capped(asked: Limits, caps: Limits) -> Limits {
    Limits {
        wall_s: asked.wall_s.min(caps.wall_s),
        cpu_s: asked.cpu_s.min(caps.cpu_s),
        memory_mb: asked.memory_mb.min(caps.memory_mb),
        threads: asked.threads.min(caps.threads),
        output_mb: asked.output_mb.min(caps.output_mb),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_grow_with_the_study_and_never_above_the_caps() {
        let asked = Limits::default();
        for rows in [0, 1, 1_000_000] {
            assert_eq!(grown(asked, rows), asked);
        }
        let large = grown(asked, 9_999_999);
        assert_eq!((large.wall_s, large.memory_mb), (10 * asked.wall_s, 10 * asked.memory_mb));
        assert_eq!((large.threads, large.output_mb), (asked.threads, asked.output_mb));
        let caps = Options::default().caps;
        let vast = capped(grown(asked, usize::MAX), caps);
        assert_eq!((vast.wall_s, vast.memory_mb), (caps.wall_s, caps.memory_mb));
    }
}
