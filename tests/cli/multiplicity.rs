//! Many tests in one run: what the study file declares primary is adjusted apart from all else.

use std::fs;

use dyad_tests::{Dyad, Results, StudyFolder};
use serde_json::Value;

const TITLE_END: &str = "[data]";
const PEARSON: &str = "alliance-outcome/early/alliance_client/symptom/pearson";
const CONTRAST: &str = "early-peak/peak/alliance_client/contrast_3";

fn declaring(names: &[&str]) -> StudyFolder {
    let list: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let key = format!("primary = [{}]\n\n{TITLE_END}", list.join(", "));
    StudyFolder::practice_network().study(TITLE_END, &key)
}

/// p values by name, of one family.
fn family<'a>(results: &'a Results, name: &str) -> Vec<(&'a str, &'a Value)> {
    let of = results.estimates.iter().filter(|(_, e)| e["family"] == name && e["p"].is_number());
    of.map(|(name, e)| (name.as_str(), e)).collect()
}

#[test]
fn primary_estimates_are_adjusted_among_themselves() {
    let folder = declaring(&[PEARSON, CONTRAST]);
    let ended = Dyad::built().analyse(&folder.write(), &folder.out());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let results = Results::read(&folder.out());
    let primary = family(&results, "primary");
    assert_eq!(primary.iter().map(|(name, _)| *name).collect::<Vec<_>>(), [PEARSON, CONTRAST]);
    let p = |e: &Value, field: &str| e[field].as_f64().expect("a p value");
    let (r, contrast) = (primary[0].1, primary[1].1);
    // Of two, the smaller is doubled and the larger is left as it is.
    assert!((p(contrast, "p_holm") - 2.0 * p(contrast, "p")).abs() < 1e-15);
    assert!((p(r, "p_holm") - p(r, "p")).abs() < 1e-15);
    assert!((p(r, "p_bh") - p(r, "p")).abs() < 1e-15);

    let others = family(&results, "exploratory");
    assert!(others.len() > 50, "{} exploratory tests", others.len());
    let smallest = others.iter().map(|(_, e)| p(e, "p")).fold(1.0, f64::min);
    for (name, e) in &others {
        let (raw, holm, bh) = (p(e, "p"), p(e, "p_holm"), p(e, "p_bh"));
        assert!(raw <= bh && bh <= holm && holm <= 1.0, "{name}: {raw}, {bh}, {holm}");
        if raw <= smallest {
            let bound = (others.len() as f64 * raw).min(1.0);
            assert!((holm - bound).abs() <= 1e-12 * bound, "{name}: {holm}, not {bound}");
        }
    }
    assert_eq!(results.document["study"]["primary"][0], PEARSON);
    let csv = fs::read_to_string(folder.out().join("tables/estimates.csv")).expect("the table");
    assert!(csv.lines().next().is_some_and(|head| head.contains("p,family,p_holm,p_bh,")));
    assert_eq!(csv.lines().filter(|line| line.contains(",primary,")).count(), 2);
}

#[test]
fn a_primary_estimate_that_is_not_delivered_is_said() {
    let folder = declaring(&["alliance-outcome/early/alliance_client/symptom/person"]);
    let ended = Dyad::built().analyse(&folder.write(), &folder.out());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let said = format!("did you mean `{PEARSON}`?");
    assert!(ended.stderr.contains(&said), "{}", ended.stderr);
    let notes = Results::read(&folder.out()).document["notes"].to_string();
    assert!(notes.contains(&said), "the report does not say it: {notes}");
}

#[test]
fn what_is_no_name_of_an_estimate_is_refused() {
    for (names, problem) in
        [(&["pearson"][..], "no full name"), (&[PEARSON, PEARSON], "declared twice")]
    {
        let folder = declaring(names);
        let ended = Dyad::built().analyse(&folder.write(), &folder.out());
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        assert!(ended.stderr.contains(problem), "{}", ended.stderr);
        assert!(folder.left_behind().is_empty());
    }
}
