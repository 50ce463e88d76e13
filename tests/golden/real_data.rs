//! Real data against the answers of `reference.R`.

use std::collections::BTreeMap;

use dyad_tests::{Results, differs_from_answer, golden_file};
use serde_json::Value;

use crate::run;

/// Runs a study file and compares every answer that names an estimate of that run; at least `answers` of them.
fn compare(dataset: &str, study_file: &str, answers: usize) -> Results {
    let (_folder, results) = run(dataset, study_file);
    let reference = golden_file(&format!("{dataset}.json"));
    let mut wrong = BTreeMap::new();
    let mut compared = 0;
    for answer in reference["answers"].as_array().into_iter().flatten() {
        if answer["study_file"] != study_file {
            continue;
        }
        let name = answer["estimate_id"].as_str().expect("an answer for a study file has an id");
        compared += 1;
        let problems = match results.estimates.get(name) {
            None => vec!["is not delivered".to_owned()],
            Some(delivered) => differs_from_answer(answer, delivered),
        };
        if !problems.is_empty() {
            wrong.insert(name.to_owned(), problems);
        }
    }
    assert!(wrong.is_empty(), "{dataset}/{study_file}: {wrong:#?}");
    assert_eq!(compared, answers, "{dataset}/{study_file}: the reference holds other answers");
    results
}

/// The reason why an estimate is refused.
fn refusal<'a>(results: &'a Results, name: &str) -> &'a str {
    let estimate = results.estimates.get(name);
    let estimate = estimate.unwrap_or(&Value::Null);
    let reason = estimate["refused"].as_str().unwrap_or_default();
    assert!(!reason.is_empty(), "{name} must be refused with a reason, not {estimate}");
    assert!(estimate["estimate"].is_null(), "{name} is refused and given");
    reason
}

#[test]
fn antidepressant_trial() {
    let results = compare("antidepressant-trial", "study.toml", 2);
    // The reliability of these scores is not known: reliable change is refused, not guessed.
    for outcome in ["hamd17", "hama", "pgi_improvement"] {
        let reason = refusal(&results, &format!("clinical-change/{outcome}/rci_criterion"));
        assert!(reason.contains("reliability"), "{outcome}: {reason}");
    }
    assert_eq!(results.document["flow"]["rows_read"], 608);
    assert_eq!(results.document["flow"]["clients"], 172);
    // "006" and "999" are clusters here, neither a number nor a missing code.
    assert_eq!(results.document["flow"]["therapists"], 17);
}

#[test]
fn antidepressant_trial_with_a_stand_in() {
    let results = compare("antidepressant-trial", "stand-in.toml", 3);
    // One site: nothing can be pooled across sites.
    refusal(&results, "alliance-outcome/sites/hama/hamd17/pooled");
}

#[test]
fn suddengains() {
    let results = compare("suddengains", "study.toml", 1);
    assert_eq!(results.status("alliance-outcome"), Some("skipped"));
    assert_eq!(results.document["flow"]["rows_read"], 516);
    assert_eq!(results.document["flow"]["rows_used"], 516);
}

#[test]
fn suddengains_with_a_stand_in() {
    let results = compare("suddengains", "stand-in.toml", 6);
    // One placeholder therapist: nothing can be said about therapists.
    refusal(&results, "alliance-outcome/early/rq/bdi/within_therapist");
    refusal(&results, "alliance-outcome/reliability/rq/icc_therapist");
}
