//! The paragraphs that need a decision: plain answer, results, limitations. The texts themselves are in `words.toml`.

use dyad_plugin::prelude::*;
use dyad_plugin::{Rate, summary};

use crate::Settings;

/// The generated paragraphs.
pub(crate) fn text(findings: &Findings, run: &Run<Settings>) -> Text {
    Text {
        answer: answer(findings, run),
        results: results(findings, &run.words()),
        limitations: limitations(findings, run),
        ..run.words().paragraphs()
    }
}

/// The interval of a rate that knows that clients share therapists, where there is one, else Wilson's.
fn interval_of(rate: &Estimate) -> Option<[f64; 2]> {
    Rate::clustered_of(rate).map(|[low, high]| [low.max(0.0), high.min(1.0)]).or(rate.ci)
}

/// One sentence for a clinician, from the first outcome measure with an answer.
fn answer(findings: &Findings, run: &Run<Settings>) -> String {
    let given = |words: &Words<'_>| {
        let rates = ["Y/reliable_improvement", "Y/deteriorated"];
        let [better, worse] = rates.map(|key| words.get(findings, key));
        let (better, worse) = better.zip(worse)?;
        let words = words.with("better_ci", interval_of(better)?);
        let words = words.with("worse_ci", interval_of(worse)?);
        (better.estimate.and(worse.estimate))
            .is_some()
            .then(|| words.of("better", better).of("worse", worse).text("answer.given"))
    };
    run.words_about([("Y", Role::Outcome)]).iter().find_map(given).unwrap_or_else(|| {
        let reason = findings.estimates.iter().find_map(|e| e.refused.as_deref());
        run.words().with("reason", reason.unwrap_or("no outcome")).text("answer.refused")
    })
}

fn results(findings: &Findings, words: &Words<'_>) -> String {
    let counted = |e: &Estimate| {
        e.number("count").and(e.number("denominator")).and(e.estimate)?;
        Some(words.of("rate", e).with("ci", interval_of(e)?).text("rate"))
    };
    let mut sentences: Vec<String> = findings.estimates.iter().filter_map(counted).collect();
    let given = |id: &str| findings.get(id).is_some_and(|e| e.estimate.is_some());
    // Where both are given, the one whose interval knows of therapists.
    sentences.push(summary::sentences(findings, |id| {
        words.symbol(id).filter(|_| !given(&format!("{id}/by_therapist")))
    }));
    sentences.join(" ")
}

fn limitations(findings: &Findings, run: &Run<Settings>) -> String {
    let dropout = findings.get("attendance/dropout").and_then(|e| e.estimate).unwrap_or_default();
    let funnel = |e: &Estimate| e.id.contains("/funnel_") && e.estimate.is_some();
    let words = run.words().with("dropout", dropout);
    words.sentences(&[
        (true, "limits.always"),
        (dropout > 0.0, "limits.dropout"),
        (run.first_of(Role::Baseline).is_err(), "limits.baseline"),
        (run.measures_of(Role::Outcome).any(|y| y.reliability.is_some()), "limits.chance"),
        (findings.estimates.iter().any(funnel), "limits.mix"),
    ]) + &summary::refusals(findings, |_| true)
}
