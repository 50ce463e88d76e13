//! The paragraphs: question, plain answer, methods, results, limitations. The texts themselves are in `words.toml`.

use dyad_plugin::prelude::*;
use dyad_plugin::summary;

use crate::Settings;
use crate::rate::clustered;

/// The generated paragraphs.
pub(crate) fn text(findings: &Findings, run: &Run<Settings>) -> Text {
    let words = run.words();
    Text {
        question: words.text("question"),
        answer: answer(findings, run),
        methods: words.text("methods"),
        results: results(findings, &words),
        limitations: limitations(findings, run),
    }
}

/// The interval of a rate that knows that clients share therapists, where there is one, else Wilson's.
fn interval_of(rate: &Estimate) -> Option<[f64; 2]> {
    clustered(rate).map(|[low, high]| [low.max(0.0), high.min(1.0)]).or(rate.ci)
}

/// One sentence for a clinician, from the first outcome measure with an answer.
fn answer(findings: &Findings, run: &Run<Settings>) -> String {
    for outcome in run.measures_of(Role::Outcome) {
        let words = run.words().about("Y", outcome);
        let rate = |key: &str| {
            let e = words.get(findings, key)?;
            Some((e.estimate?, interval_of(e)?, e.n.clients.unwrap_or(0)))
        };
        if let Some((better, worse)) = rate("Y/reliable_improvement").zip(rate("Y/deteriorated")) {
            let words = words.with("better", better.0).with("better_ci", better.1);
            let words = words.with("worse", worse.0).with("worse_ci", worse.1);
            return words.with("clients", better.2).text("answer.given");
        }
    }
    let reason = findings.estimates.iter().find_map(|e| e.refused.as_deref());
    run.words().with("reason", reason.unwrap_or("no outcome")).text("answer.refused")
}

fn results(findings: &Findings, words: &Words<'_>) -> String {
    let counted = |e: &Estimate| {
        let words = words.with("count", e.details.get("count")?.as_f64()?);
        let words = words.with("of", e.details.get("denominator")?.as_f64()?);
        let words = words.with("share", e.estimate?).with("ci", interval_of(e)?);
        Some(words.with("label", &e.label).text("rate"))
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
        (run.measures_of(Role::Baseline).next().is_none(), "limits.baseline"),
        (run.measures_of(Role::Outcome).any(|y| y.reliability.is_some()), "limits.chance"),
        (findings.estimates.iter().any(funnel), "limits.mix"),
    ]) + &summary::refusals(findings, |_| true)
}
