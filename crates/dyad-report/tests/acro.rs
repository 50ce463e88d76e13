//! Our decisions under the profile `acro` beside those of the program of that name (`tests/acro`, `cargo xtask acro`).

use std::fs;
use std::path::Path;

use dyad_model::{
    Analysis, Counts, Estimate, Findings, Flow, Results, Spread, Status, StudyHeader,
};
use dyad_report::{Profile, release};
use serde_json::Value;

fn decisions() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/acro/decisions.json");
    serde_json::from_str(&fs::read_to_string(path).expect("the decisions are there")).expect("JSON")
}

fn list<'a>(decisions: &'a Value, what: &str) -> &'a Vec<Value> {
    decisions[what].as_array().expect("a list")
}

/// The rule by which an estimate is withheld, if it is.
fn rule(estimate: Estimate) -> Option<String> {
    let results = Results {
        schema_version: Results::SCHEMA_VERSION,
        study: StudyHeader {
            title: "S".into(),
            seed: 1,
            measures: Vec::new(),
            primary: Vec::new(),
            caseloads: None,
        },
        flow: Flow {
            rows_read: 9_000,
            rows_used: 9_000,
            sites: 9,
            therapists: 90,
            clients: 5_000,
            dropped: Vec::new(),
        },
        notes: Vec::new(),
        tables: Vec::new(),
        analyses: vec![Analysis {
            plugin: "p".into(),
            version: "1".into(),
            sha256: String::new(),
            title: String::new(),
            status: Status::Ok,
            reason: None,
            findings: Findings::new().estimate(estimate),
        }],
    };
    let released = release::apply(&results, Profile::Acro);
    let gone = released.results.analyses[0].findings.estimates[0].estimate.is_none();
    let entry = released.audit.entries.iter().find(|e| e.action != release::Action::Review);
    assert_eq!(gone, entry.is_some());
    entry.map(|entry| entry.rule.to_string())
}

fn of(clients: u64) -> Counts {
    Counts { clients: Some(clients), therapists: Some(60), ..Counts::default() }
}

#[test]
fn the_threshold_is_the_same_for_every_count() {
    for cell in list(&decisions(), "counts") {
        let (n, fails) = (cell["n"].as_u64().unwrap(), cell["fails"].as_bool().unwrap());
        let estimate = Estimate::new("y/mean", "Mean").value(3.25).counts(of(n));
        assert_eq!(rule(estimate).is_some(), fails, "{n} persons");
    }
}

#[test]
fn degrees_of_freedom_are_judged_alike() {
    for model in list(&decisions(), "models") {
        let (df, fails) = (model["df"].as_f64().unwrap(), model["fails"].as_bool().unwrap());
        let estimate = Estimate::new("y/slope", "Slope").value(3.25).counts(of(500)).statistic(
            "t",
            2.0,
            Some(df),
        );
        assert_eq!(rule(estimate), fails.then(|| "T5".to_owned()), "{df} degrees of freedom");
    }
}

#[test]
fn whatever_is_dominated_for_acro_is_dominated_for_us() {
    let (mut both, mut ours_alone, mut neither) = (0, 0, 0);
    for cell in list(&decisions(), "dominance") {
        let clients: Vec<u64> =
            cell["clients"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap()).collect();
        let all = clients.iter().sum();
        let estimate = Estimate::new("y/mean", "Mean")
            .value(3.25)
            .counts(of(all))
            .spread(Spread::over_therapists(&clients));
        let ours = rule(estimate);
        assert!(ours.as_deref().is_none_or(|rule| rule == "T2"));
        match (cell["fails"].as_bool().unwrap(), ours.is_some()) {
            (true, true) => both += 1,
            (false, true) => ours_alone += 1,
            (false, false) => neither += 1,
            (true, false) => unreachable!("acro withholds {clients:?} and we do not"),
        }
    }
    // Ours is the stricter rule (50 % and 67 % beside 90 %), so all three happen.
    assert!(both > 0 && ours_alone > 0 && neither > 0, "{both} {ours_alone} {neither}");
}
