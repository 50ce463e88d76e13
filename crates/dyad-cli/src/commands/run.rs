//! `dyad run`: from a study file to a report.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

use dyad_host::{
    Cache, Catalogue, HostError, Options, Outcome, Place, Request, SandboxMode, System,
};
use dyad_ingest::{InputFile, Loaded, StudyFile};
use dyad_model::{NoteKind, Provenance, Results, Role, StudyHeader};
use dyad_report::Pictures;
use serde_json::{Map, Value, json};

use super::debug_file::DebugFile;
use super::whole_run::{Computed, Kept};
use super::{summary, whole_run};
use crate::args::{Format, OutputArgs, RunArgs, Sandbox};
use crate::failure::Failure;
use crate::output::Pending;
use crate::terminal::{Progress, Terminal};

/// A run, with every default filled in.
pub(crate) struct Plan {
    pub study: PathBuf,
    pub out: PathBuf,
    pub force: bool,
    pub jobs: Option<NonZeroUsize>,
    pub sandbox: Sandbox,
    pub only: Vec<String>,
    pub cached: bool,
    pub debug: Option<PathBuf>,
    pub pictures: Pictures,
}

impl Plan {
    /// A run of this study, with these arguments.
    pub(crate) fn new(study: PathBuf, out: PathBuf, sandbox: Sandbox, args: &OutputArgs) -> Self {
        Self {
            study,
            out,
            force: args.force,
            jobs: args.jobs,
            sandbox: args.sandbox.unwrap_or(sandbox),
            only: args.only.clone(),
            cached: !args.no_cache,
            debug: args.debug_plugins.clone(),
            pictures: args.pictures.into(),
        }
    }
}

/// `dyad run STUDY.toml`.
pub(crate) fn run(args: &RunArgs, terminal: &Terminal) -> Result<u8, Failure> {
    let out = args.output.out.clone().unwrap_or_else(|| default_folder(&args.study));
    let plan = Plan::new(args.study.clone(), out, Sandbox::Required, &args.output);
    execute(&plan, terminal)
}

/// `reports/<study>`: the study's folder names it, and the study file too unless it is called study.toml.
fn default_folder(study: &Path) -> PathBuf {
    let stem = study.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let absolute = std::path::absolute(study).unwrap_or_else(|_| study.to_path_buf());
    let folder =
        absolute.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let name = match folder {
        Some(folder) if stem == "study" => folder,
        Some(folder) => format!("{folder}-{stem}"),
        None => stem,
    };
    Path::new("reports").join(name)
}

/// Reads, analyses, writes. The exit code is 0 if every analysis delivered or was skipped, else 1.
pub(crate) fn execute(plan: &Plan, terminal: &Terminal) -> Result<u8, Failure> {
    let started_unix = unix_now();
    let mut stages = Stages::default();
    let pending = Pending::begin(&plan.out, plan.force)?;
    let debug = plan.debug.as_deref().map(|path| DebugFile::create(path, plan)).transpose()?;
    let progress = terminal.progress("finding plugins");
    let catalogue = catalogue(plan.sandbox)?;
    for path in &catalogue.shadowed {
        terminal.message(&format!(
            "warning: {} is passed over: a plugin of this name came first",
            path.display()
        ));
    }
    stages.done("find plugins");

    let cache = cache_folder().filter(|_| plan.cached).and_then(|f| Cache::open(&f).ok());
    let place = whole_run::Place::of(plan, &catalogue, cache.as_ref());
    let computed = if let Some(found) = place.as_ref().and_then(whole_run::Place::find) {
        stages.done("take from the cache");
        found
    } else {
        let computed = compute(plan, &catalogue, cache.clone(), debug, &progress, &mut stages)?;
        if let Some(place) = &place {
            place.keep(plan, &computed);
        }
        computed
    };
    let Computed { file, kept, cached, .. } = &computed;
    if plan.sandbox == Sandbox::Off && !file.simulated {
        return Err(HostError::NotSimulated.into());
    }
    for warning in &kept.warnings {
        terminal.message(&format!("warning: {warning}"));
    }
    let results = &kept.results;
    let provenance = provenance(plan, &computed, started_unix, &stages);
    progress.say("writing the report");
    let explained = catalogue
        .plugins
        .iter()
        .filter_map(|p| Some((p.id.clone(), p.manifest.as_ref().ok()?.delivers.clone())));
    let options = dyad_report::Options {
        explained: explained.collect(),
        profile: profile(file.profile),
        released: None,
        pictures: plan.pictures,
    };
    let written = dyad_report::write(results, &provenance, &options, pending.folder())
        .map_err(|e| Failure::coded("report", e.to_string()))?;
    pending.commit()?;
    stages.done("write the report");
    drop(progress);
    for reason in &written.undrawn {
        terminal.message(&format!("warning: {reason}"));
    }

    let exit = u8::from(!results.analyses.iter().all(|a| a.status.is_fine()));
    let report = plan.out.join("report.html");
    for (stage, seconds, peak) in &stages.done {
        let peak = peak.map_or_else(String::new, |peak| format!(", {peak:.0} MB at most so far"));
        terminal.detail(&format!("{seconds:8.3} s  {stage}{peak}"));
        for part in computed.stages.iter().filter(|_| *stage == "read and check") {
            let peak = part.peak.map_or_else(String::new, |peak| format!(", {peak:.0} MB"));
            terminal.detail(&format!("{:8.3} s      {}{peak}", part.seconds, part.name));
        }
    }
    details(&provenance, terminal);
    // The terminal is an output like any other: it shows what was released.
    let released = dyad_report::release::apply(results, options.profile).results;
    match terminal.format {
        Format::Text => {
            terminal.result(&summary::text(&released, cached, &report.display().to_string()));
        }
        Format::Json => terminal.result(&format!(
            "{:#}",
            summary::json(&released, cached, &plan.out.display().to_string(), exit)
        )),
    }
    Ok(exit)
}

/// Reads the study and runs what it asks for.
fn compute(
    plan: &Plan,
    catalogue: &Catalogue,
    cache: Option<Cache>,
    debug: Option<DebugFile>,
    progress: &Progress,
    stages: &mut Stages,
) -> Result<Computed, Failure> {
    progress.say("reading");
    let items = items_asked_for(catalogue);
    let loaded = dyad_ingest::load_with_items(&plan.study, &items).map_err(Failure::from)?;
    if plan.sandbox == Sandbox::Off && !loaded.file.simulated {
        return Err(HostError::NotSimulated.into());
    }
    stages.done("read and check");

    progress.say("analysing");
    let requests = requests(&loaded.file, catalogue, &plan.only)?;
    let how = Options { jobs: plan.jobs, cache, debug: debug.is_some(), ..Options::default() };
    let told = |outcome: &Outcome| {
        let analysis = &outcome.analysis;
        progress.say(&format!("analysing: {} {}", analysis.plugin, analysis.status.as_str()));
    };
    let mut outcomes =
        dyad_host::run(catalogue, &loaded.study, &requests, &how, &told).map_err(Failure::from)?;
    if let Some(mut file) = debug {
        file.write(&outcomes)?;
    }
    let cached = outcomes.iter().filter(|o| o.cached).map(|o| o.analysis.plugin.clone()).collect();
    let adjusted = dyad_host::adjust(&mut outcomes, &loaded.file.primary);
    stages.done("analyse");

    let warnings = adjusted.iter().filter(|note| note.kind == NoteKind::Warning);
    let warnings = warnings.map(|note| note.text.clone()).collect();
    let (mut results, records) = results(&loaded, outcomes);
    results.notes.extend(adjusted);
    let inputs = loaded.inputs.iter().map(input).collect();
    let overrides = loaded.overrides.iter().map(overridden).collect();
    let kept = Kept { results, records, inputs, overrides, warnings };
    let Loaded { file, text, stages, .. } = loaded;
    Ok(Computed { file, text, kept, stages, cached })
}

/// The plugins beside this executable and in `DYAD_PLUGIN_PATH`.
pub(crate) fn catalogue(sandbox: Sandbox) -> Result<Catalogue, Failure> {
    let place = place(sandbox)?;
    Catalogue::discover_at(&Catalogue::folders(&place.worker), &place).map_err(Failure::from)
}

/// Where plugins run: in workers of this executable. `DYAD_PORTABLE=1` takes what every system has instead of what Linux offers.
pub(crate) fn place(sandbox: Sandbox) -> Result<Place, Failure> {
    let worker = std::env::current_exe()
        .map_err(|e| Failure::io("find the executable", Path::new("dyad"), &e))?;
    let sandbox = match sandbox {
        Sandbox::Required => SandboxMode::Required,
        Sandbox::BestEffort => SandboxMode::BestEffort,
        Sandbox::Off => SandboxMode::Off,
    };
    let portable = std::env::var_os("DYAD_PORTABLE").is_some_and(|value| value == "1");
    let system = if portable { System::Portable } else { System::Native };
    Ok(Place { worker, sandbox, system })
}

/// Where findings of earlier runs are kept: `DYAD_CACHE`, if it is not empty, or a folder of the user's caches.
fn cache_folder() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let named = |path: &PathBuf| !path.as_os_str().is_empty();
    if let Some(chosen) = set("DYAD_CACHE") {
        return Some(chosen).filter(named);
    }
    let own = set("XDG_CACHE_HOME").filter(|path| path.is_absolute());
    let own = own.or_else(|| set("LOCALAPPDATA").filter(named));
    let own = own.or_else(|| set("HOME").filter(named).map(|home| home.join(".cache")));
    Some(own?.join("dyad"))
}

/// Roles whose items some analysis asks for: the items of others are not kept.
fn items_asked_for(catalogue: &Catalogue) -> Vec<Role> {
    let manifests = || catalogue.plugins.iter().filter_map(|p| p.manifest.as_ref().ok());
    let roles = [Role::Alliance, Role::Outcome, Role::Covariate];
    roles.into_iter().filter(|role| manifests().any(|m| m.asks_items(*role))).collect()
}

/// What to run: every table of the study file, and every plugin that has none, with its defaults.
fn requests(
    file: &StudyFile,
    catalogue: &Catalogue,
    only: &[String],
) -> Result<Vec<Request>, Failure> {
    let named = file.analyses.iter().map(|(id, analysis)| Request {
        id: id.clone(),
        enabled: analysis.enabled,
        settings: analysis.settings.clone(),
        limits: analysis.limits,
        skipped: None,
    });
    let others = catalogue.plugins.iter().filter(|p| !file.analyses.contains_key(&p.id));
    let others = others.map(|p| Request { id: p.id.clone(), enabled: true, ..Request::default() });
    let mut requests: Vec<Request> = named.chain(others).collect();
    requests.sort_by(|a, b| a.id.cmp(&b.id));
    if let Some(unknown) = only.iter().find(|id| !requests.iter().any(|r| r.id == **id)) {
        return Err(super::plugins::unknown_plugin(unknown, &catalogue.plugins));
    }
    for request in requests.iter_mut().filter(|r| !only.is_empty() && !only.contains(&r.id)) {
        request.skipped = Some("left out of this run by --only".to_owned());
    }
    Ok(requests)
}

fn results(loaded: &Loaded, outcomes: Vec<Outcome>) -> (Results, Vec<Map<String, Value>>) {
    let (analyses, records) = outcomes.into_iter().map(|o| (o.analysis, o.record)).unzip();
    let study = &loaded.study;
    let results = Results {
        schema_version: Results::SCHEMA_VERSION,
        study: StudyHeader {
            title: study.title.clone(),
            seed: study.seed,
            measures: study.measures.clone(),
            caseloads: study.caseloads(),
            primary: loaded.file.primary.clone(),
        },
        flow: study.flow.clone(),
        notes: study.notes.clone(),
        tables: loaded.tables.clone(),
        analyses,
    };
    (results, records)
}

fn provenance(plan: &Plan, computed: &Computed, started_unix: u64, stages: &Stages) -> Provenance {
    let part = |stage: &dyad_ingest::Stage| format!("read and check: {}", stage.name);
    let ingest = computed.stages.iter().map(|stage| (part(stage), stage.seconds));
    let own =
        stages.done.iter().filter_map(|(stage, _, peak)| Some(((*stage).to_owned(), (*peak)?)));
    let of_ingest = computed.stages.iter().filter_map(|stage| Some((part(stage), stage.peak?)));
    let kept = &computed.kept;
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    Provenance {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: option_env!("DYAD_COMMIT").map(str::to_owned),
        command: std::env::args().map(|word| without_folders(&word)).collect(),
        study_file: computed.text.clone(),
        seed: kept.results.study.seed,
        started_unix,
        machine: format!("{} {}, {cores} cores", std::env::consts::OS, std::env::consts::ARCH),
        sandbox: match plan.sandbox {
            Sandbox::Required => "required".to_owned(),
            Sandbox::BestEffort => "best-effort".to_owned(),
            Sandbox::Off => "off".to_owned(),
        },
        inputs: kept.inputs.clone(),
        overrides: kept.overrides.clone(),
        plugins: kept.records.clone(),
        timings: stages
            .done
            .iter()
            .map(|(stage, s, _)| ((*stage).to_owned(), *s))
            .chain(ingest)
            .collect(),
        memory: own.chain(of_ingest).collect(),
    }
}

/// A word of the command line; of an absolute path only its last part, because folders of a machine may name a person.
fn without_folders(word: &str) -> String {
    let path = Path::new(word);
    let name = path.file_name().filter(|_| path.is_absolute());
    name.map_or_else(|| word.to_owned(), |name| name.to_string_lossy().into_owned())
}

fn input(file: &InputFile) -> Map<String, Value> {
    let described = json!({
        "name": file.name, "sha256": file.sha256, "bytes": file.bytes, "rows": file.rows,
    });
    match described {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn overridden(found: &dyad_ingest::Override) -> Map<String, Value> {
    match serde_json::to_value(found) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

/// What `-v` adds: what confined each plugin and what it used.
fn details(provenance: &Provenance, terminal: &Terminal) {
    for plugin in &provenance.plugins {
        let text = |key: &str| plugin.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
        let number = |key: &str| plugin.get(key).and_then(Value::as_f64).unwrap_or(0.0);
        let enforced = plugin.get("enforced").and_then(Value::as_array).into_iter().flatten();
        let enforced: Vec<&str> = enforced.filter_map(Value::as_str).collect();
        let cached = plugin.get("cached").and_then(Value::as_bool).unwrap_or(false);
        terminal.detail(&format!(
            "{:8.3} s  {} ({}{}): {:.3} s CPU, {:.0} MB at most; {}",
            number("wall_s"),
            text("id"),
            text("status"),
            if cached { ", cached: as the earlier run used" } else { "" },
            number("cpu_s"),
            number("peak_memory_kb") / 1024.0,
            enforced.join("; ")
        ));
    }
}

/// Wall seconds per stage, and the highest memory up to its end in MiB.
struct Stages {
    since: Instant,
    done: Vec<(&'static str, f64, Option<f64>)>,
}

impl Default for Stages {
    fn default() -> Self {
        Self { since: Instant::now(), done: Vec::new() }
    }
}

impl Stages {
    fn done(&mut self, stage: &'static str) {
        self.done.push((stage, self.since.elapsed().as_secs_f64(), dyad_ingest::peak()));
        self.since = Instant::now();
    }
}

/// The study file's release profile, as the report names it.
fn profile(declared: dyad_ingest::Profile) -> dyad_report::Profile {
    match declared {
        dyad_ingest::Profile::Internal => dyad_report::Profile::Internal,
        dyad_ingest::Profile::Opensafely => dyad_report::Profile::Opensafely,
        dyad_ingest::Profile::Acro => dyad_report::Profile::Acro,
        dyad_ingest::Profile::Nhs => dyad_report::Profile::Nhs,
    }
}

/// The clock, for `run.json` alone.
#[expect(clippy::disallowed_methods, reason = "run.json is the one file with a clock in it")]
fn unix_now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_secs())
}
