//! What came of one analysis: for `results.json` and the report, and for `run.json`.

use dyad_model::{Analysis, Findings, Limits, Manifest, Note, NoteKind, Status};
use serde_json::{Map, Value, json};

use crate::Found;
use crate::supervise::Done;

/// What came of one analysis.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// For `results.json` and the report.
    pub analysis: Analysis,
    /// For `run.json`.
    pub record: Map<String, Value>,
    /// Whether the findings are those of an earlier run.
    pub cached: bool,
    /// What the plugin printed and said, if that was asked for. It may quote data.
    pub said: Vec<u8>,
}

/// An analysis that a worker was started for.
pub(crate) fn of_work(
    plugin: &Found,
    manifest: &Manifest,
    (status, reason): (Status, Option<String>),
    findings: Findings,
    (done, limits): (&Done, Limits),
) -> Outcome {
    let analysis = analysis(plugin, manifest, (status, reason), findings);
    let mut record = record(&analysis, Some(plugin));
    let used = json!({
        "enforced": done.enforced,
        "limits": limits,
        "wall_s": done.wall_s,
        "cpu_s": done.cpu_s,
        "peak_memory_kb": done.peak_kb,
        "cached": false,
    });
    if let Value::Object(used) = used {
        record.extend(used);
    }
    Outcome { analysis, record, cached: false, said: done.said.clone() }
}

/// An analysis whose findings are those of an earlier run; its record is that run's.
pub(crate) fn of_cache(
    plugin: &Found,
    manifest: &Manifest,
    findings: Findings,
    mut record: Map<String, Value>,
) -> Outcome {
    record.insert("cached".to_owned(), Value::Bool(true));
    let analysis = analysis(plugin, manifest, (Status::Ok, None), findings);
    Outcome { analysis, record, cached: true, said: Vec::new() }
}

/// An analysis that ended before a worker was started.
pub(crate) fn without_work(
    id: &str,
    plugin: Option<&Found>,
    status: Status,
    reason: &str,
) -> Outcome {
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
    let record = record(&analysis, plugin);
    Outcome { analysis, record, cached: false, said: Vec::new() }
}

fn analysis(
    plugin: &Found,
    manifest: &Manifest,
    (status, reason): (Status, Option<String>),
    mut findings: Findings,
) -> Analysis {
    if let (Status::Ok, Some(interpreter)) = (status, &plugin.interpreter) {
        // What a library computes is the same everywhere; of a script that cannot be promised.
        findings.notes.push(Note {
            kind: NoteKind::Info,
            text: format!(
                "Computed by a script under {interpreter}: another version, or another machine, may give other last digits."
            ),
        });
    }
    Analysis {
        plugin: plugin.id.clone(),
        version: manifest.version.clone(),
        sha256: plugin.sha256.clone(),
        title: manifest.title.clone(),
        status,
        reason,
        findings,
    }
}

fn record(analysis: &Analysis, plugin: Option<&Found>) -> Map<String, Value> {
    let file = plugin.and_then(|p| p.path.file_name()).map(|f| f.to_string_lossy().into_owned());
    let described = json!({
        "id": analysis.plugin,
        "version": analysis.version,
        "file": file,
        "sha256": analysis.sha256,
        "locked": plugin.is_some_and(|p| p.locked.is_some()),
        "status": analysis.status,
        "reason": analysis.reason,
    });
    let Value::Object(mut record) = described else { return Map::new() };
    if let Some(interpreter) = plugin.and_then(|p| p.interpreter.as_ref()) {
        record.insert("interpreter".to_owned(), json!(interpreter));
    }
    record
}
