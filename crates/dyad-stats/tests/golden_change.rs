//! Every record of `tests/golden/stats/change.json` (made by `change.R`) against `dyad_stats::change`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of a test fail it by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use dyad_stats::change::{
    Change, Classifier, Population, cutoff_a, cutoff_b, cutoff_c, reliable_change,
};
use serde_json::Value;

fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_else(|| panic!("{key} is missing"))
}

fn numbers(value: &Value, key: &str) -> Vec<f64> {
    value[key].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn criterion(input: &Value) -> Vec<(&'static str, f64)> {
    let found = reliable_change(number(input, "sd"), number(input, "reliability")).unwrap();
    vec![("sem", found.sem), ("difference", found.difference), ("criterion", found.criterion)]
}

fn cutoffs(input: &Value) -> Vec<(&'static str, f64)> {
    let clinical =
        Population { mean: number(input, "clinical_mean"), sd: number(input, "clinical_sd") };
    let functional =
        Population { mean: number(input, "functional_mean"), sd: number(input, "functional_sd") };
    vec![
        ("a", cutoff_a(clinical, functional)),
        ("b", cutoff_b(clinical, functional)),
        ("c", cutoff_c(clinical, functional)),
    ]
}

/// What of a record differs by more than its relative tolerance.
fn differences(record: &Value, found: &[(&'static str, f64)]) -> Vec<String> {
    let expect = record["expect"].as_object().unwrap();
    assert_eq!(expect.len(), found.len(), "{}: values without a golden one", record["case"]);
    let tolerance = number(&record["tolerance"], "default");
    found
        .iter()
        .filter_map(|(name, got)| {
            let wanted = number(&record["expect"], name);
            // Written so that NaN differs.
            let equal = (got - wanted).abs() <= tolerance * wanted.abs();
            (!equal)
                .then(|| format!("{}: {name}: expected {wanted:e}, found {got:e}", record["case"]))
        })
        .collect()
}

fn word(class: Change) -> &'static str {
    match class {
        Change::Recovered => "recovered",
        Change::Improved => "improved",
        Change::Unchanged => "unchanged",
        Change::Deteriorated => "deteriorated",
        Change::Harmed => "harmed",
    }
}

/// The clients put into another class than R puts them.
fn misclassified(record: &Value) -> Vec<String> {
    let input = &record["input"];
    let rule = Classifier {
        criterion: number(input, "criterion"),
        cutoff: input["cutoff"].as_f64(),
        benefit_sign: if input["lower_is_better"].as_bool().unwrap() { -1.0 } else { 1.0 },
    };
    let wanted = record["expect"]["classes"].as_array().unwrap();
    let (before, after) = (numbers(input, "before"), numbers(input, "after"));
    assert_eq!((before.len(), after.len()), (wanted.len(), wanted.len()));
    before
        .iter()
        .zip(&after)
        .zip(wanted)
        .filter_map(|((&before, &after), wanted)| {
            let got = word(rule.classify(before, after));
            (got != wanted.as_str().unwrap()).then(|| {
                format!("{}: {before} to {after}: expected {wanted}, found {got}", record["case"])
            })
        })
        .collect()
}

#[test]
fn every_record_is_reproduced() {
    let file =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/stats/change.json");
    let json: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let mut problems = Vec::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for record in json["records"].as_array().unwrap() {
        let statistic = record["statistic"].as_str().unwrap();
        *seen.entry(statistic).or_default() += 1;
        problems.extend(match statistic {
            "change/reliable_change" => differences(record, &criterion(&record["input"])),
            "change/cutoff" => differences(record, &cutoffs(&record["input"])),
            "change/classes" => misclassified(record),
            other => panic!("unknown statistic {other}"),
        });
    }
    assert!(problems.is_empty(), "{} problems: {problems:#?}", problems.len());
    assert_eq!(seen.len(), 3, "a statistic without a record: {seen:?}");
}
