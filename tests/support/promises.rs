//! What every `results.json` promises, whatever the data.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::{Results, fail, plugin_ids, root};

/// What is wrong with results, apart from their numbers: lost rows, failed analyses, estimates that are neither a number
/// nor a refusal, citations that lead nowhere.
///
/// # Panics
/// If the bibliography cannot be read.
#[must_use]
pub fn broken_promises(results: &Results) -> Vec<String> {
    let document = &results.document;
    let mut problems = Vec::new();
    if document["schema_version"] != 1 {
        problems.push("schema_version is not 1".to_owned());
    }
    let count = |value: &Value| value.as_u64().unwrap_or(u64::MAX);
    let flow = &document["flow"];
    let dropped: u64 = flow["dropped"]
        .as_array()
        .map_or(0, |reasons| reasons.iter().filter_map(|reason| reason["rows"].as_u64()).sum());
    if count(&flow["rows_read"]) != count(&flow["rows_used"]).saturating_add(dropped) {
        problems.push(format!("rows are lost: {flow}"));
    }
    for plugin in plugin_ids() {
        match results.status(&plugin) {
            Some("ok" | "skipped") => {}
            status => problems.push(format!("{plugin} ended {status:?}")),
        }
    }
    let known = bibliography();
    for (name, estimate) in &results.estimates {
        problems.extend(estimate_problems(estimate, &known).map(|p| format!("{name}: {p}")));
    }
    problems
}

/// A number, a refusal with its reason or a verdict, and never two of them; with a label, a method and known sources.
fn estimate_problems<'a>(
    estimate: &'a Value,
    known: &'a BTreeSet<String>,
) -> impl Iterator<Item = String> + 'a {
    let text = |field: &str| estimate[field].as_str().unwrap_or_default();
    let is_refused = !text("refused").is_empty();
    let answers = [estimate["estimate"].is_number(), is_refused, estimate["verdict"].is_string()];
    let mut problems = Vec::new();
    if answers.iter().filter(|given| **given).count() != 1 {
        problems.push("is not exactly one of a number, a refusal and a verdict".to_owned());
    }
    if text("label").is_empty() {
        problems.push("has no label".to_owned());
    }
    if !is_refused && text("method").is_empty() {
        problems.push("does not say how it was computed".to_owned());
    }
    for key in estimate["source"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !known.contains(key) {
            problems.push(format!("cites `{key}`, which is not in the bibliography"));
        }
    }
    problems.into_iter()
}

/// The keys of the project's bibliography.
fn bibliography() -> BTreeSet<String> {
    let path = root().join("crates/dyad-report/references.bib");
    let text = fs::read_to_string(&path).unwrap_or_else(|e| fail(&path, &e));
    let entries = text.lines().filter_map(|line| line.strip_prefix('@')?.split_once('{'));
    entries.map(|(_, key)| key.trim_end_matches(',').trim().to_owned()).collect()
}
