//! Keys of instruments: what is printed of them, what they give a study, and what the report says of them.

use std::fmt::Write as _;
use std::fs;

use dyad_tests::{Dyad, Results};
use serde_json::Value;

/// Every instrument whose key comes with the program.
const KEYS: [&str; 16] = [
    "WAI-SR", "WAI-S", "WAI-36", "HAq-II", "SRS", "ORS", "OQ-45.2", "PHQ-9", "GAD-7", "CORE-10",
    "CORE-OM", "BDI-II", "MBI-HSS", "CBI", "ProQOL-5", "OLBI",
];

#[test]
fn every_key_shows_its_source_its_rule_for_blanks_and_how_sure_it_is() {
    for name in KEYS {
        let ended = Dyad::built().run(&["instruments", "show", name]);
        assert_eq!(ended.code, 0, "{name}: {}", ended.stderr);
        for word in ["source", "blanks", "confidence", "is better", "items"] {
            assert!(ended.stdout.contains(word), "{name} does not say {word}: {}", ended.stdout);
        }
        let ended = Dyad::built().run(&["instruments", "show", name, "--format", "json"]);
        let shown: Value = serde_json::from_str(&ended.stdout).expect("JSON");
        assert!(shown["source"].as_str().is_some_and(|s| !s.is_empty()), "{shown}");
        let subscales = shown["subscales"].as_array().expect("subscales");
        assert!(subscales.iter().all(|s| s["confidence"].is_string() && s["checked"].is_boolean()));
    }
    let ended = Dyad::built().run(&["instruments", "list", "--format", "json"]);
    let list: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(list["keys"].as_array().map(Vec::len), Some(KEYS.len()));
}

#[test]
fn an_instrument_without_a_public_key_says_what_to_supply() {
    for name in ["CALPAS-P", "br-wai", "HAq-I"] {
        let ended = Dyad::built().run(&["instruments", "show", name]);
        assert_eq!(ended.code, 2);
        assert!(ended.stderr.contains("write a key file"), "{}", ended.stderr);
        let ended = Dyad::built().run(&["instruments", "list"]);
        assert!(ended.stdout.to_lowercase().contains(&name.to_lowercase()), "{}", ended.stdout);
    }
}

const STUDY: &str = r#"version = 1
[study]
title = "PHQ-9 totals"
seed = 1
[data]
sessions = "sessions.csv"
[columns]
client = "client"
session = "session"
[measures.symptom]
role = "outcome"
instrument = "phq-9"
column = "phq"
[measures.intake]
role = "baseline"
column = "intake"
"#;

/// Ten clients, the n-th of whom has improved by n points.
fn run(study: &str) -> (tempfile::TempDir, Results) {
    let mut sessions = String::from("client,session,phq,intake\n");
    for client in 1..=10 {
        let end = 20 - client;
        writeln!(sessions, "C{client},1,20,20\nC{client},2,{end},20").expect("a string");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("sessions.csv"), sessions).expect("a file");
    fs::write(folder.path().join("study.toml"), study).expect("a file");
    let out = folder.path().join("out");
    let ended = Dyad::built().analyse(&folder.path().join("study.toml"), &out);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let results = Results::read(&out);
    (folder, results)
}

#[test]
fn reliable_change_is_the_keys_unless_the_study_says_otherwise() {
    let value = |results: &Results, id: &str| {
        results.estimates[&format!("clinical-change/symptom/{id}")]["estimate"].as_f64()
    };
    // PHQ-9: six points. The clients who fell by 6 … 10 are five of ten.
    let (_folder, results) = run(STUDY);
    assert_eq!(value(&results, "rci_criterion"), Some(6.0));
    assert_eq!(value(&results, "reliable_improvement"), Some(0.5));
    let eight = STUDY.replace("column = \"phq\"", "column = \"phq\"\nreliable_change = 8");
    let (_folder, results) = run(&eight);
    assert_eq!(value(&results, "rci_criterion"), Some(8.0));
    assert_eq!(value(&results, "reliable_improvement"), Some(0.3));
}

#[test]
fn what_is_not_sure_of_a_key_stands_in_the_report() {
    let (folder, results) = run(STUDY);
    let notes = results.document["notes"].to_string();
    assert!(notes.contains("by the key of PHQ-9"), "{notes}");
    assert!(notes.contains("missing rule from memory of the field"), "{notes}");
    let html = fs::read_to_string(folder.path().join("out/report.html")).expect("a report");
    assert!(html.contains("missing rule from memory of the field"));
}
