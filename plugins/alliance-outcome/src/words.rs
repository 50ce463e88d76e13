//! The paragraphs that need a decision: plain answer, results, limitations. The texts themselves are in `words.toml`.

use dyad_plugin::prelude::*;
use dyad_plugin::sentence::side;

use crate::Study;

pub(crate) fn close(study: Study<'_>) -> Findings {
    let (s, pairs) =
        (study.section(), study.sections([("A", Role::Alliance), ("Y", Role::Outcome)]));
    let answer = pairs.first().and_then(|pair| answer(pair, study.settings().benchmark));
    let results = pairs.iter().map(results).chain(s.each_reported("beyond")).collect();

    // What the facts of this run do not allow to say.
    let same_rater = |(a, y): (&Measure, &Measure)| a.rater.is_some() && a.rater == y.rater;
    let few = |e: &Estimate| (1..10).contains(&e.n.therapists.unwrap_or(0));
    s.limit("limits.association");
    s.limit("limits.last");
    s.limit_if(study.first_of(Role::Baseline).is_err(), "limits.intake");
    s.limit_if(study.pairs().any(same_rater), "limits.rater");
    s.limit_where("/pearson", few, "limits.therapists");
    s.limit_where("/pearson", |e| !e.dropped.is_empty(), "limits.lost");
    s.limit_where("/null_recovery_drift", |e| !e.warnings.is_empty(), "limits.null");
    s.limit_where("/prediction_interval", |e| e.refused.is_some(), "limits.sites");
    study.close(answer.unwrap_or_default(), results, "")
}

/// One sentence for a clinician, from the first alliance and the first outcome measure.
fn answer(s: &Section<'_>, benchmark: f64) -> Option<String> {
    let r = s.get("early/A/Y/pearson")?;
    let s = s.with("r", &r);
    let Some(ci) = r.benefit_interval() else { return Some(s.text("answer.refused")) };
    let s = s.with_text("beside", &format!("beside.{}", side(ci, benchmark)));
    let s = s.with_text("direction", &format!("answer.{}", side(ci, 0.0)));
    Some(s.text("answer.given"))
}

/// One sentence for a pair of measures.
fn results(s: &Section<'_>) -> String {
    let s = s.with("said", s.reported("pair"));
    let with_sites = s.with_given([("sites", "sites/A/Y/equivalence")]);
    with_sites.map_or_else(|| s.text("results.pair"), |s| s.text("results.with_sites"))
}
