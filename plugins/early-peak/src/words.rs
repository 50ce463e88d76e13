//! The paragraphs: question, plain answer, methods, results, limitations. The texts themselves are in `words.toml`.

use dyad_plugin::prelude::*;
use dyad_plugin::sentence::{left_out, paragraph, side};

use crate::Settings;

/// The generated paragraphs.
pub(crate) fn text(findings: &Findings, run: &Run<Settings>) -> Text {
    let words = run.words();
    let results = run.measures_of(Role::Alliance).map(|alliance| {
        let words = words.about("A", alliance);
        words.with("said", words.reported("alliance", findings)).text("results")
    });
    Text {
        question: words.text("question"),
        answer: answer(findings, run).unwrap_or_default(),
        methods: words.text("methods"),
        results: paragraph(results),
        limitations: limitations(findings, run),
    }
}

/// One or two sentences for a clinician, from the first alliance measure: the verdict, and what it rests on.
fn answer(findings: &Findings, run: &Run<Settings>) -> Option<String> {
    let words = run.words().about("A", run.measures_of(Role::Alliance).next()?);
    let contrast = words.get(findings, "peak/A/contrast_{peak_session}")?;
    let share = words.get(findings, "peak/A/session_{peak_session}_permutation")?;
    let (Some(ci), Some(p)) = (contrast.ci, share.p) else {
        let reason = contrast.refused.as_deref().or(share.refused.as_deref());
        let words = words.with("reason", reason.unwrap_or("no estimate"));
        return Some(words.text("answer.refused"));
    };
    let shown = match side(ci, 0.0) {
        "above" if p < 0.05 => words.text("answer.more"),
        side => words.text(&format!("answer.{side}")),
    };
    let verdict = match words.get(findings, "verdict/A").and_then(|e| e.verdict) {
        Some(Verdict::Supported) => words.text("answer.supported"),
        Some(Verdict::NotSupported) => words.text("answer.not_supported"),
        Some(Verdict::Undecided) | None => words.text("answer.undecided"),
    };
    let words = words.of("contrast", contrast).of("share", share);
    Some(words.with("verdict", verdict).with("shown", shown).text("answer.given"))
}

fn limitations(findings: &Findings, run: &Run<Settings>) -> String {
    let session = run.settings().peak_session as f64;
    let mut sentences = vec![run.words().text("limits.claim")];
    for alliance in run.measures_of(Role::Alliance) {
        let words = run.words().about("A", alliance);
        let completers = words.get(findings, "peak/A/contrast_{peak_session}");
        let lost = completers.map_or_else(String::new, |e| left_out(&e.dropped));
        let model = words.get(findings, "peak/A/contrast_{peak_session}_model");
        let differs = completers.zip(model).is_some_and(|(completers, model)| {
            completers.ci.zip(model.estimate).is_some_and(|(ci, b)| b < ci[0] || b > ci[1])
        });
        let knot = words.get(findings, "growth/A/best_knot").and_then(|e| e.estimate);
        let other = knot.filter(|knot| (knot - session).abs() > 0.5);
        let verdict = words.get(findings, "verdict/A").filter(|e| e.refused.is_some());
        let holds = [
            (!lost.is_empty(), "limits.lost"),
            (differs, "limits.model"),
            (other.is_some(), "limits.knot"),
            (verdict.is_some(), "limits.verdict"),
        ];
        let words = words.with("lost", lost).with("knot", other.unwrap_or_default());
        let words = verdict.map_or(words.clone(), |e| words.of("verdict", e));
        let holding = holds.iter().filter(|(holds, _)| *holds);
        sentences.extend(holding.map(|(_, key)| words.text(key)));
    }
    paragraph(sentences)
}
