//! The paragraphs that need a decision: plain answer, results, limitations. The texts themselves are in `words.toml`.

use dyad_plugin::Rate;
use dyad_plugin::prelude::*;

use crate::Settings;

pub(crate) fn close(study: Study<'_, Settings>) -> Findings {
    let s = study.section();
    let of_outcomes = study.sections([("Y", Role::Outcome)]);
    let refused = || {
        let refused = s.like("", "").into_iter().find(|e| e.refused.is_some()).unwrap_or_default();
        s.with("refused", &refused).text("answer.refused")
    };
    let answer = of_outcomes.iter().find_map(answer).unwrap_or_else(refused);
    let results = results(&s);
    let has_reliability = study.measures_of(Role::Outcome).any(|y| y.reliability.is_some());
    let is_given = |e: &Estimate| e.estimate.is_some();
    s.limit("limits.always");
    s.limit_where("attendance/dropout", |e| e.estimate > Some(0.0), "limits.dropout");
    s.limit_if(study.first_of(Role::Baseline).is_err(), "limits.baseline");
    s.limit_if(has_reliability, "limits.chance");
    s.limit_where("/funnel_therapists", is_given, "limits.mix");
    s.limit_where("/funnel_sites", is_given, "limits.mix");
    study.close(answer, results, "")
}

/// One sentence for a clinician, from the first outcome measure with an answer.
fn answer(s: &Section<'_>) -> Option<String> {
    let better = s.get("Y/reliable_improvement")?;
    let worse = s.get("Y/deteriorated")?;
    let s = s.with("better_ci", Rate::interval_of(&better)?);
    let s = s.with("worse_ci", Rate::interval_of(&worse)?);
    Some(s.with("better", &better).with("worse", &worse).text("answer.given"))
}

/// Every rate with its counts, and every other number with a symbol.
fn results(s: &Section<'_>) -> Vec<String> {
    let given: Vec<Estimate> =
        s.like("", "").into_iter().filter(|e| e.estimate.is_some()).collect();
    let counted = |e: &Estimate| {
        e.number("count").and(e.number("denominator"))?;
        Some(s.with("rate", e).with("ci", Rate::interval_of(e)?).text("rate"))
    };
    // Where both are given, the one whose interval knows of therapists.
    let is_better_known = |e: &Estimate| s.number(&format!("{}/by_therapist", e.id)).is_some();
    let others = given.iter().filter(|e| !is_better_known(e)).filter_map(|e| s.sentence(e));
    given.iter().filter_map(counted).chain(others).collect()
}
