//! Every analysis of a study, all at once.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use dyad_model::{Analysis, Findings, Level, Limits, Manifest, Measure, Status, Study};
use serde_json::{Map, Value, json};

use crate::job::Task;
use crate::projection::{Projection, Projections};
use crate::supervise::{Assignment, Done, work};
use crate::{Catalogue, Found, HostError, library_name, settings, validate};

/// One analysis asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The plugin's id.
    pub id: String,
    /// `false`: listed as skipped.
    pub enabled: bool,
    /// Its table of the study file, without `enabled`.
    pub settings: Map<String, Value>,
}

/// How to run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Workers at once; `None`: the number of cores.
    pub jobs: Option<std::num::NonZeroUsize>,
    /// What no plugin may exceed, whatever its manifest asks for.
    pub caps: Limits,
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
        }
    }
}

/// What came of one analysis.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// For `results.json` and the report.
    pub analysis: Analysis,
    /// For `run.json`.
    pub record: Map<String, Value>,
}

/// Work that is ready to be given to a worker.
struct Ready<'a> {
    plugin: &'a Found,
    manifest: &'a Manifest,
    tables: Vec<std::sync::Arc<Projection>>,
    request: String,
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
    let mut projections = Projections::new(study);
    let mut plans = Vec::new();
    for request in requests {
        plans.push(plan(catalogue, study, request, &mut projections)?);
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
    projections: &mut Projections,
) -> Result<Result<Ready<'a>, Box<Outcome>>, HostError> {
    let ended = |plugin, status, reason: &str| {
        Ok(Err(Box::new(without_work(&request.id, plugin, status, reason))))
    };
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
    let measures = granted_measures(manifest, study);
    let asked =
        dyad_plugin::Request::new(request.settings.clone(), study.seed, &request.id, measures)
            .replicating(&study.replications);
    let request = serde_json::to_string(&asked).map_err(|e| HostError::System {
        doing: format!("write the request of {}", manifest.id),
        source: e.into(),
    })?;
    Ok(Ok(Ready { plugin, manifest, tables, request }))
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

fn carry_out(ready: &Ready, catalogue: &Catalogue, study: &Study, options: &Options) -> Outcome {
    let limits = capped(ready.manifest.limits, options.caps);
    let done = work(&Assignment {
        worker: &catalogue.worker,
        library: &ready.plugin.library,
        task: Task::Run,
        id: &ready.plugin.id,
        sandbox: catalogue.sandbox,
        limits,
        tables: &ready.tables,
        request: ready.request.clone(),
    });
    let (status, reason, findings) = if done.status == Status::Ok {
        match validate::findings(&done.output, ready.manifest, study.flow.clients) {
            Ok(findings) => (Status::Ok, None, findings),
            Err(why) => (Status::Failed, Some(why), Findings::new()),
        }
    } else {
        (done.status, done.reason.clone(), Findings::new())
    };
    let analysis = Analysis {
        plugin: ready.plugin.id.clone(),
        version: ready.manifest.version.clone(),
        sha256: ready.plugin.sha256.clone(),
        title: ready.manifest.title.clone(),
        status,
        reason,
        findings,
    };
    let record = record(&analysis, Some(ready.plugin), Some((&done, limits)));
    Outcome { analysis, record }
}

/// An analysis that ended before a worker was started.
fn without_work(id: &str, plugin: Option<&Found>, status: Status, reason: &str) -> Outcome {
    let manifest = plugin.and_then(|p| p.manifest.as_ref().ok());
    let analysis = Analysis {
        plugin: id.to_owned(),
        version: manifest.map(|m| m.version.clone()).unwrap_or_default(),
        sha256: plugin.map(|p| p.sha256.clone()).unwrap_or_default(),
        title: manifest.map(|m| m.title.clone()).unwrap_or_default(),
        status,
        reason: Some(reason.to_owned()),
        findings: Findings::new(),
    };
    let record = record(&analysis, plugin, None);
    Outcome { analysis, record }
}

fn record(
    analysis: &Analysis,
    plugin: Option<&Found>,
    done: Option<(&Done, Limits)>,
) -> Map<String, Value> {
    let file =
        plugin.and_then(|p| p.path.file_name()).map(|name| name.to_string_lossy().into_owned());
    let mut record = Map::new();
    let mut set = |key: &str, value: Value| drop(record.insert(key.to_owned(), value));
    set("id", json!(analysis.plugin));
    set("version", json!(analysis.version));
    set("file", json!(file));
    set("sha256", json!(analysis.sha256));
    set("status", json!(analysis.status));
    set("reason", json!(analysis.reason));
    if let Some((done, limits)) = done {
        set("enforced", json!(done.enforced));
        set("limits", json!(limits));
        set("wall_s", json!(done.wall_s));
        set("cpu_s", json!(done.cpu_s));
        set("peak_memory_kb", json!(done.peak_kb));
    }
    record
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
