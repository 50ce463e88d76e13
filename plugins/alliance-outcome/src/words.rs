//! The paragraphs that need a decision: plain answer, results, limitations. The texts themselves are in `words.toml`.

use dyad_plugin::prelude::*;
use dyad_plugin::sentence::side;

use crate::Study;

pub(crate) fn close(study: Study<'_>) -> Findings {
    let pairs = study.sections([("A", Role::Alliance), ("Y", Role::Outcome)]);
    let answer = pairs.first().and_then(|pair| answer(pair, study.settings().benchmark));
    let results = pairs.iter().map(results).chain(study.section().each_reported("beyond"));
    let results: Vec<String> = results.collect();
    limits(&study);
    study.close(answer.unwrap_or_default(), results, "")
}

/// One sentence for a clinician, from the first alliance and the first outcome measure.
fn answer(s: &Section<'_>, benchmark: f64) -> Option<String> {
    let estimate = s.get("early/A/Y/pearson")?;
    let Some((r, ci)) = estimate.benefit.zip(estimate.ci) else {
        return Some(s.with("r", &estimate).text("answer.refused"));
    };
    let ci = if s.benefit_sign() < Some(0.0) { [-ci[1], -ci[0]] } else { ci };
    let s = s.saying_of("beside", &format!("beside.{}", side(ci, benchmark)));
    let s = s.saying_of("direction", &format!("answer.{}", side(ci, 0.0)));
    let s = s.with("r", r).with("ci", ci).with("n", estimate.n.clients.unwrap_or(0));
    Some(s.text("answer.given"))
}

/// One sentence for a pair of measures.
fn results(s: &Section<'_>) -> String {
    let equivalence = s.get("sites/A/Y/equivalence");
    let word = equivalence.and_then(|e| Some(e.details.get("comparison")?.as_str()?.to_owned()));
    let word = word.map(|word| s.with("word", word).text("results.word"));
    let s = s.with("said", s.reported("pair")).with("word", word.unwrap_or_default());
    s.text("results.pair")
}

/// What the facts of this run do not allow to say.
fn limits(study: &Study<'_>) {
    let s = study.section();
    let same_rater = |(a, y): (&Measure, &Measure)| a.rater.is_some() && a.rater == y.rater;
    s.limit("limits.association");
    s.limit("limits.last");
    s.limit_if(study.first_of(Role::Baseline).is_err(), "limits.intake");
    s.limit_if(study.pairs().any(same_rater), "limits.rater");
    let few = |e: &Estimate| (1..10).contains(&e.n.therapists.unwrap_or(0));
    s.limit_where("/pearson", few, "limits.therapists");
    s.limit_where("/pearson", |e| !e.dropped.is_empty(), "limits.lost");
    s.limit_where("/null_recovery_drift", |e| !e.warnings.is_empty(), "limits.null");
    s.limit_where("/prediction_interval", |e| e.refused.is_some(), "limits.sites");
}
