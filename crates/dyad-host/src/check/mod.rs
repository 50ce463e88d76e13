//! The conformance test for authors: what every plugin owes, whatever the data.

mod sample;

use dyad_model::{Analysis, Manifest, Role, Status, Study, TableName};

use crate::catalogue::{Catalogue, Found};
use crate::job::Task;
use crate::run::{Options, Request, run};
use crate::supervise::{Assignment, work};
use sample::{ENOUGH, Shape, study};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub what: &'static str,
    /// Nothing, or what is wrong.
    pub problem: Option<String>,
}

/// Checks the one plugin of a catalogue made by [`Catalogue::single`]. What a step needs and an earlier one did not give is not
/// looked at.
#[must_use]
pub fn check(catalogue: &Catalogue) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut look = |what, problem: Option<String>| {
        let passed = problem.is_none();
        findings.push(Finding { what, problem });
        passed
    };
    let Some(plugin) = catalogue.plugins.first() else { return findings };
    let manifest = match &plugin.manifest {
        Ok(manifest) => manifest,
        Err((status, why)) => {
            look("loads and describes itself", Some(format!("{}: {why}", status.as_str())));
            return findings;
        }
    };
    look("loads and describes itself", None);
    look("has a complete manifest", incomplete(manifest));
    if !plugin.is_script() {
        look("takes its own default settings", settings(catalogue, plugin));
    }
    let good = match deliver(catalogue, &study(ENOUGH)) {
        Ok(good) => {
            look("delivers on a good study", numbers(&good));
            good
        }
        Err(why) => {
            look("delivers on a good study", Some(why));
            return findings;
        }
    };
    let again = deliver(catalogue, &study(ENOUGH)).map(|again| again.findings == good.findings);
    look(
        "gives the same findings twice",
        match again {
            Ok(true) => None,
            Ok(false) => Some(
                "the second run differs: is there a clock, an unseeded draw, a race?".to_owned(),
            ),
            Err(why) => Some(why),
        },
    );
    let one = Shape { sites: 1, therapists: 1, clients: 1, ..ENOUGH };
    for (what, shape) in [
        ("survives a study without rows", Shape { sites: 0, ..ENOUGH }),
        ("survives measures without a value", Shape { measured: false, ..ENOUGH }),
        ("survives one client", one),
        ("survives one row", Shape { sessions: 1, ..one }),
    ] {
        look(what, deliver(catalogue, &study(shape)).err());
    }
    look("ends when the host asks it to", cancelled(catalogue, plugin, manifest));
    look("prints nothing", printed(catalogue));
    findings
}

/// What a manifest lacks, or says that means nothing.
fn incomplete(manifest: &Manifest) -> Option<String> {
    const STRUCTURAL: [&str; 5] = ["site", "therapist", "client", "session", "day"];
    let roles = [
        Role::Alliance,
        Role::Outcome,
        Role::Baseline,
        Role::Burnout,
        Role::Covariate,
        Role::Dropout,
    ]
    .map(Role::as_str);
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if manifest.id.is_empty() || !manifest.id.chars().all(plain) {
        return Some("`id` must be lower case words joined by `-`".to_owned());
    }
    if manifest.version.is_empty() || manifest.title.is_empty() {
        return Some("`version` and `title` must not be empty".to_owned());
    }
    if manifest.reads.is_empty() {
        return Some("`reads` names no table: it would be given nothing".to_owned());
    }
    for (table, columns) in &manifest.reads {
        if !TableName::ALL.iter().any(|name| name.as_str() == table) {
            return Some(format!(
                "`reads` names a table `{table}`; there are sessions, clients, therapists, sites"
            ));
        }
        for column in columns {
            let is_known = column == Manifest::ITEMS
                || column
                    .strip_prefix('@')
                    .map_or(STRUCTURAL.contains(&column.as_str()), |role| roles.contains(&role));
            if !is_known {
                return Some(format!(
                    "`reads` asks for `{column}` of {table}: name a column of the structure ({}) or a role (@{})",
                    STRUCTURAL.join(", "),
                    roles.join(", @")
                ));
            }
        }
    }
    let unknown = manifest.needs.iter().find(|role| !roles.contains(&role.as_str()))?;
    Some(format!("`needs` names a role `{unknown}`; there are {}", roles.join(", ")))
}

fn request(plugin: &Found) -> Request {
    Request { id: plugin.id.clone(), enabled: true, ..Request::default() }
}

/// `create` with the defaults of the manifest, without data.
fn settings(catalogue: &Catalogue, plugin: &Found) -> Option<String> {
    let manifest = plugin.manifest.as_ref().ok()?;
    let asked = dyad_plugin::Request::new(manifest.settings.clone(), 1, &plugin.id, Vec::new());
    let done = work(&Assignment {
        task: Task::Check,
        request: serde_json::to_string(&asked).unwrap_or_default(),
        ..assignment(catalogue, plugin, manifest)
    });
    (done.status() != Status::Ok).then(|| done.reason.unwrap_or_default())
}

fn assignment<'a>(
    catalogue: &'a Catalogue,
    plugin: &'a Found,
    manifest: &Manifest,
) -> Assignment<'a> {
    Assignment {
        system: catalogue.place.system,
        worker: &catalogue.place.worker,
        code: &plugin.code,
        task: Task::Run,
        id: Some(&plugin.id),
        sandbox: catalogue.place.sandbox,
        limits: manifest.limits,
        tables: &[],
        request: String::new(),
        debug: false,
        cancelled: false,
    }
}

/// Runs it on a study; anything but `ok` is a problem.
fn deliver(catalogue: &Catalogue, study: &Study) -> Result<Analysis, String> {
    let requests = catalogue.plugins.iter().map(request).collect::<Vec<_>>();
    let outcomes = run(catalogue, study, &requests, &Options::default(), &|_| ());
    let outcome = outcomes.map_err(|e| e.to_string())?.into_iter().next();
    let analysis = outcome.ok_or("it did not run")?.analysis;
    match analysis.status {
        Status::Ok => Ok(analysis),
        status => Err(format!("{}: {}", status.as_str(), analysis.reason.unwrap_or_default())),
    }
}

fn numbers(analysis: &Analysis) -> Option<String> {
    let given = analysis.findings.estimates.iter().any(|e| e.estimate.is_some());
    (!given).then(|| "no estimate has a number, though every role has data".to_owned())
}

/// It may finish or say that it was cancelled; anything else is a problem.
fn cancelled(catalogue: &Catalogue, plugin: &Found, manifest: &Manifest) -> Option<String> {
    if plugin.is_script() {
        // Nobody asks a script: it is ended.
        return None;
    }
    let study = study(ENOUGH);
    let tables = crate::projection::Projections::new(&study, catalogue.place.system, false)
        .granted(manifest);
    let tables = match tables {
        Ok(tables) => tables,
        Err(error) => return Some(error.to_string()),
    };
    let asked = dyad_plugin::Request::new(
        manifest.settings.clone(),
        study.seed,
        &plugin.id,
        study.measures.clone(),
    );
    let done = work(&Assignment {
        tables: &tables,
        request: serde_json::to_string(&asked).unwrap_or_default(),
        cancelled: true,
        ..assignment(catalogue, plugin, manifest)
    });
    let reason = done.reason.clone().unwrap_or_default();
    let ended_well = done.status() == Status::Ok
        || (done.status() == Status::Failed && reason.contains("cancelled"));
    (!ended_well).then(|| format!("{}: {reason}", done.status().as_str()))
}

/// What it prints would be lost, and may quote data.
fn printed(catalogue: &Catalogue) -> Option<String> {
    let requests = catalogue.plugins.iter().map(request).collect::<Vec<_>>();
    let options = Options { debug: true, ..Options::default() };
    let outcomes = run(catalogue, &study(ENOUGH), &requests, &options, &|_| ()).ok()?;
    let said = outcomes.iter().any(|outcome| !outcome.said.is_empty());
    said.then(|| {
        "it writes to stderr or to the log: a run throws that away, because it may quote data"
            .to_owned()
    })
}
