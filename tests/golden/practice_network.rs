//! The synthetic network against `practice-network.json`.

use std::fmt::Write as _;

use dyad_tests::{differences, golden_file, matches};
use serde_json::{Map, Value};

use crate::delivered::DELIVERED;
use crate::run;

fn records() -> Map<String, Value> {
    let mut records = golden_file("practice-network.json").as_object().cloned().unwrap_or_default();
    assert!(records.remove("_versions").is_some(), "the file names the versions that made it");
    assert!(!records.is_empty(), "the file holds records");
    records
}

#[test]
fn every_estimate_equals_r() {
    let (_folder, results) = run("practice-network", "study.toml");
    let mut wrong = String::new();
    let mut compared = 0;
    for (name, record) in &records() {
        let required = DELIVERED.iter().any(|pattern| matches(pattern, name));
        match results.estimates.get(name) {
            None if required => writeln!(wrong, "{name}\n    is not delivered"),
            None => continue,
            Some(delivered) => {
                compared += 1;
                let problems = differences(record, delivered);
                if problems.is_empty() {
                    continue;
                }
                writeln!(wrong, "{name}\n    {}", problems.join("\n    "))
            }
        }
        .expect("writing into a string does not fail");
    }
    assert!(wrong.is_empty(), "{compared} estimates compared\n{wrong}");
    assert!(compared > 0, "nothing was compared");
}

#[test]
fn every_required_name_has_a_golden_value() {
    let records = records();
    for pattern in DELIVERED {
        let named = records.keys().any(|name| matches(pattern, name));
        assert!(named, "no golden value is named {pattern}");
    }
}
