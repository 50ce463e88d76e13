//! Real data against the answers of `reference.R`.

use std::collections::BTreeMap;

use dyad_tests::{Results, differs_from_answer, golden_file};

use crate::delivered::is_required;
use crate::run;

/// Runs a study file and compares every answer that names an estimate of that run. An answer may be missing only while
/// its estimate is not on the list of what must be delivered.
fn compare(dataset: &str, study_file: &str) -> Results {
    let (_folder, results) = run(dataset, study_file);
    let reference = golden_file(&format!("{dataset}.json"));
    let answers = reference["answers"].as_array().expect("a list of answers");
    let mut wrong = BTreeMap::new();
    let mut answered = 0;
    for answer in answers.iter().filter(|answer| answer["study_file"] == study_file) {
        let name = answer["estimate_id"].as_str().expect("an answer for a study file has an id");
        answered += 1;
        let problems = match results.estimates.get(name) {
            None if is_required(name) => vec!["is not delivered".to_owned()],
            None => continue,
            Some(delivered) => differs_from_answer(answer, delivered),
        };
        if !problems.is_empty() {
            wrong.insert(name.to_owned(), problems);
        }
    }
    assert!(wrong.is_empty(), "{dataset}/{study_file}: {wrong:#?}");
    assert!(answered > 0, "{dataset}/{study_file}: the reference holds no answer");
    results
}

/// Checks that what the data cannot support is refused, for the reason that holds.
fn assert_refused(results: &Results, name: &str, because: &str) {
    let Some(estimate) = results.estimates.get(name) else {
        assert!(!is_required(name), "{name} is not delivered");
        return;
    };
    let reason = estimate["refused"].as_str().unwrap_or_default();
    assert!(estimate["estimate"].is_null(), "{name} is given: {estimate}");
    assert!(reason.contains(because), "{name} is refused because `{reason}`, not `{because}`");
}

#[test]
fn antidepressant_trial() {
    let results = compare("antidepressant-trial", "study.toml");
    // The reliability of these scores is not known: reliable change is refused, not guessed.
    for outcome in ["hamd17", "hama", "pgi_improvement"] {
        let name = format!("clinical-change/{outcome}/rci_criterion");
        assert_refused(&results, &name, "reliability");
    }
    assert_eq!(results.status("alliance-outcome"), Some("skipped"));
    assert_eq!(results.document["flow"]["rows_read"], 608);
    assert_eq!(results.document["flow"]["clients"], 172);
    // "006" and "999" are clusters here, neither a number nor a missing code.
    assert_eq!(results.document["flow"]["therapists"], 17);
}

#[test]
fn antidepressant_trial_with_a_stand_in() {
    let results = compare("antidepressant-trial", "stand-in.toml");
    // One site: nothing can be pooled across sites.
    assert_refused(&results, "alliance-outcome/sites/hama/hamd17/pooled", "site");
}

#[test]
fn suddengains() {
    let results = compare("suddengains", "study.toml");
    assert_eq!(results.status("alliance-outcome"), Some("skipped"));
    assert_eq!(results.document["flow"]["rows_read"], 516);
    assert_eq!(results.document["flow"]["rows_used"], 516);
    assert_eq!(results.document["flow"]["clients"], 43);
}

#[test]
fn suddengains_with_a_stand_in() {
    let results = compare("suddengains", "stand-in.toml");
    // One placeholder therapist: nothing can be said about therapists.
    assert_refused(&results, "alliance-outcome/early/rq/bdi/within_therapist", "therapist");
    assert_refused(&results, "alliance-outcome/reliability/rq/icc_therapist", "therapist");
}
