//! The paragraphs that need a decision: plain answer, results, limitations. The texts themselves are in `words.toml`.

use dyad_plugin::prelude::*;
use dyad_plugin::sentence::{left_out, paragraph, side};

use crate::Settings;

/// The generated paragraphs.
pub(crate) fn text(findings: &Findings, run: &Run<Settings>) -> Text {
    let each = run.words_about([("A", Role::Alliance)]);
    let results = each.iter().map(|words| {
        let said = words.reported("alliance", findings);
        words.with("said", said).text("results")
    });
    let cautions = each.iter().flat_map(|words| cautions(findings, words, run.settings()));
    Text {
        answer: each.first().and_then(|words| answer(findings, words)).unwrap_or_default(),
        results: paragraph(results),
        limitations: paragraph([run.words().text("limits.claim")].into_iter().chain(cautions)),
        ..run.words().paragraphs()
    }
}

/// One or two sentences for a clinician: the verdict on the first alliance measure, and what it rests on.
fn answer(findings: &Findings, words: &Words<'_>) -> Option<String> {
    let contrast = words.get(findings, "peak/A/contrast_{peak_session}")?;
    let share = words.get(findings, "peak/A/session_{peak_session}_permutation")?;
    let (Some(ci), Some(p)) = (contrast.ci, share.p) else {
        let reason = contrast.refused.as_deref().or(share.refused.as_deref());
        let words = words.with("reason", reason.unwrap_or("no estimate"));
        return Some(words.text("answer.refused"));
    };
    let shown = match side(ci, 0.0) {
        "above" if p < 0.05 => "more",
        side => side,
    };
    let verdict = match words.get(findings, "verdict/A").and_then(|e| e.verdict) {
        Some(Verdict::Supported) => "supported",
        Some(Verdict::NotSupported) => "not_supported",
        Some(Verdict::Undecided) | None => "undecided",
    };
    let [shown, verdict] = [shown, verdict].map(|key| words.text(&format!("answer.{key}")));
    let words = words.of("contrast", contrast).of("share", share);
    Some(words.with("verdict", verdict).with("shown", shown).text("answer.given"))
}

/// What the facts about one measure do not allow to say.
fn cautions(findings: &Findings, words: &Words<'_>, settings: &Settings) -> Vec<String> {
    let get = |key: &str| words.get(findings, key);
    let completers = get("peak/A/contrast_{peak_session}");
    let lost = completers.map_or_else(String::new, |e| left_out(&e.dropped));
    let model = get("peak/A/contrast_{peak_session}_model").and_then(|e| e.estimate);
    let outside = |([low, high], b): ([f64; 2], f64)| b < low || b > high;
    let differs = completers.and_then(|e| e.ci).zip(model).is_some_and(outside);
    let knot = get("growth/A/best_knot").and_then(|e| e.estimate);
    let other = knot.filter(|knot| (knot - settings.peak_session as f64).abs() > 0.5);
    let verdict = get("verdict/A").filter(|e| e.refused.is_some());
    let words = words.with("lost", &lost).with("knot", other.unwrap_or_default());
    let words = verdict.map_or(words.clone(), |e| words.of("verdict", e));
    words.texts(&[
        (!lost.is_empty(), "limits.lost"),
        (differs, "limits.model"),
        (other.is_some(), "limits.knot"),
        (verdict.is_some(), "limits.verdict"),
    ])
}
