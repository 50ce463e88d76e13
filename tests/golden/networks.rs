//! Synthetic networks against R: the one of the demo, and less kind ones.

use std::fmt::Write as _;

use dyad_tests::{Dyad, Results, StudyFolder, differences, golden_file, matches};
use serde_json::{Map, Value, json};

use crate::delivered::{DELIVERED, is_required};
use crate::run;

fn records(file: &str) -> Map<String, Value> {
    let mut records = golden_file(file).as_object().cloned().unwrap_or_default();
    assert!(records.remove("_versions").is_some(), "{file} names the versions that made it");
    assert!(!records.is_empty(), "{file} holds records");
    records
}

/// Compares every estimate that has a golden value; one that must be delivered and is not differs.
fn compare(file: &str, results: &Results) {
    let mut wrong = String::new();
    let mut compared = 0;
    for (name, record) in &records(file) {
        let problems = match results.estimates.get(name) {
            None if is_required(name) => vec!["is not delivered".to_owned()],
            None => continue,
            Some(delivered) => differences(record, delivered),
        };
        compared += 1;
        if !problems.is_empty() {
            writeln!(wrong, "{name}\n    {}", problems.join("\n    ")).expect("a string grows");
        }
    }
    assert!(wrong.is_empty(), "{file}: of {compared} estimates\n{wrong}");
    assert!(compared > 0, "{file}: nothing was compared");
}

/// A network of `tests/golden/networks` under the study file of the demo.
fn compare_network(name: &str) {
    let folder = StudyFolder::network(name);
    let ended = Dyad::built().analyse(&folder.write(), &folder.out());
    assert_eq!(ended.code, 0, "{name}: {}", ended.stderr);
    compare(&format!("networks/{name}/golden.json"), &Results::read(&folder.out()));
}

#[test]
fn every_estimate_equals_r() {
    let (_folder, results) = run("practice-network", "study.toml");
    compare("practice-network.json", &results);
}

#[test]
fn unbalanced_caseloads_equal_r() {
    compare_network("unbalanced");
}

#[test]
fn one_therapist_refuses_what_r_refuses() {
    compare_network("one-therapist");
}

#[test]
fn every_required_name_has_a_golden_value() {
    let records = records("practice-network.json");
    for pattern in DELIVERED {
        let named = records.keys().any(|name| matches(pattern, name));
        assert!(named, "no golden value is named {pattern}");
    }
}

/// Every record accepts R's own numbers and rejects one that moved by more than its tolerance: no record is idle.
#[test]
fn every_record_can_fail() {
    for file in [
        "practice-network.json",
        "networks/unbalanced/golden.json",
        "networks/one-therapist/golden.json",
    ] {
        for (name, record) in &records(file) {
            let own = json!({
                "estimate": record["estimate"], "benefit": record["benefit"], "se": record["se"],
                "ci": record["ci"], "p": record["p"], "n": record["n"], "details": record["details"],
                "refused": record["refused"].as_str().or(record["error"].as_str()),
                "statistic": {"value": record["statistic"], "df": record["df"], "df2": record["df2"]},
            });
            assert_eq!(differences(record, &own), Vec::<String>::new(), "{file}: {name}");
            let mut moved = own;
            moved["refused"] = Value::Null;
            moved["estimate"] = match (record["estimate"].as_f64(), record["tolerance"].as_f64()) {
                (Some(estimate), Some(tolerance)) => {
                    let floor = record["tolerance_abs"].as_f64().unwrap_or(1e-12);
                    json!(estimate + 2.0 * floor.max(tolerance * estimate.abs()))
                }
                _ => json!(0.5),
            };
            assert_eq!(differences(record, &moved).len(), 1, "{file}: {name} accepts anything");
        }
    }
}
