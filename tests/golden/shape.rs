//! What every `results.json` promises, whatever the data.

use std::collections::BTreeSet;
use std::fs;

use dyad_tests::{Results, plugin_ids, root};
use serde_json::Value;

use crate::run;

const STUDIES: [(&str, &str); 5] = [
    ("practice-network", "study.toml"),
    ("antidepressant-trial", "study.toml"),
    ("antidepressant-trial", "stand-in.toml"),
    ("suddengains", "study.toml"),
    ("suddengains", "stand-in.toml"),
];

#[test]
fn every_study_keeps_the_promises() {
    for (dataset, study_file) in STUDIES {
        let (_folder, results) = run(dataset, study_file);
        let problems = broken_promises(&results);
        assert!(problems.is_empty(), "{dataset}/{study_file}: {problems:#?}");
    }
}

fn broken_promises(results: &Results) -> Vec<String> {
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
    let text = fs::read_to_string(&path).expect("the bibliography can be read");
    let entries = text.lines().filter_map(|line| line.strip_prefix('@')?.split_once('{'));
    entries.map(|(_, key)| key.trim_end_matches(',').trim().to_owned()).collect()
}
