//! The paragraphs: question, plain answer, methods, results, limitations. The texts themselves are in `words.toml`.

use dyad_plugin::apa;
use dyad_plugin::prelude::*;
use dyad_plugin::sentence::side;
use dyad_plugin::summary;

use crate::Settings;

/// What a detector counts among the noise below this many times is most likely noise.
const WEAK: f64 = 1.5;

/// The generated paragraphs.
pub(crate) fn text(findings: &Findings, run: &Run<Settings>) -> Text {
    let words = run.words();
    let each = run.words_about([("A", Role::Alliance)]);
    let results = each.iter().filter_map(|words| counted(findings, words));
    let results = results.chain([words.results(findings)]);
    Text {
        answer: each.first().map_or_else(String::new, |words| answer(findings, words)),
        results: results.collect::<Vec<_>>().join(" "),
        limitations: limitations(findings, &words, &each),
        ..words.paragraphs()
    }
}

/// What the default detector gives by this name, if it is a number.
fn by_default<'f>(
    findings: &'f Findings,
    words: &Words<'_>,
    key: &str,
) -> Option<(&'f Estimate, f64)> {
    let words = words.with("detector", words.id("xmr/A/k2_median"));
    let found = words.get(findings, key)?;
    Some((found, found.estimate?))
}

/// One sentence for a clinician, from the first alliance measure and the default detector.
fn answer(findings: &Findings, words: &Words<'_>) -> String {
    let given = |key: &str| by_default(findings, words, key);
    let Some((clients, _)) = given("{detector}/clients") else {
        return words.text("answer.refused");
    };
    let of_alliance = words.id("/A");
    let shares = findings.estimates.iter();
    let shares = shares.filter(|e| e.id.ends_with("/clients") && e.id.contains(&of_alliance));
    let shares = || shares.clone().filter_map(|e| e.estimate);
    let low = shares().fold(f64::INFINITY, f64::min);
    let high = shares().fold(0.0, f64::max);
    let said = words.of("clients", clients).numbers([("low", low), ("high", high)]);
    let mut text = said.text("answer.clients");
    let noise = given("{detector}/expected_autocorrelated");
    if let Some(((_, ruptures), (_, noise))) = given("{detector}/ruptures").zip(noise) {
        let words = words.numbers([("ruptures", ruptures), ("noise", noise)]);
        text += &words.text("answer.noise");
    }
    let hazard = words.get(findings, "dropout/A/hazard_ratio/by_therapist");
    if let Some((hazard, ci)) = hazard.and_then(|e| Some((e, e.ci.filter(|_| e.p.is_some())?))) {
        let verdict = words.text(&format!("leave.{}", side(ci, 1.0)));
        text += &words.with("verdict", verdict).of("hazard", hazard).text("answer.hazard");
    }
    text + "."
}

/// What the default detector counted, and what noise would give.
fn counted(findings: &Findings, words: &Words<'_>) -> Option<String> {
    let given = |key: &str| by_default(findings, words, key);
    let (clients, _) = given("{detector}/clients")?;
    let ruptures = given("{detector}/ruptures")?.1;
    let repaired = given("{detector}/repaired")?.1;
    let expected = ["{detector}/expected_independent", "{detector}/expected_autocorrelated"];
    let noise = expected.into_iter().filter_map(|key| Some(apa::number(given(key)?.1, 1)));
    let noise = noise.collect::<Vec<_>>().join(" (independent) and ");
    let words = words.of("clients", clients).with("noise", noise);
    Some(words.numbers([("ruptures", ruptures), ("repaired", repaired)]).text("results"))
}

fn limitations(findings: &Findings, words: &Words<'_>, each: &[Words<'_>]) -> String {
    let noise = findings.estimates.iter().filter(|e| e.id.ends_with("/expected_autocorrelated"));
    let ratio = |e: &&Estimate| e.number("observed_over_expected");
    let weak = noise.clone().filter_map(|e| ratio(&e)).filter(|ratio| *ratio < WEAK).count();
    let words = words.with("weak", weak).with("all", noise.count());
    let mut sentences = words.texts(&[(true, "limits.always"), (weak > 0, "limits.noise")]);
    sentences.extend(each.iter().filter_map(|words| {
        let tried = words.get(findings, "sensitivity/A/hazard_ratio")?;
        let (lowest, highest) = (tried.number("lowest")?, tried.number("highest")?);
        let words = words.numbers([("lowest", lowest), ("highest", highest)]);
        Some(words.text("limits.thresholds"))
    }));
    sentences.join(" ") + &summary::refusals(findings, |id| !id.ends_with("/any_rupture"))
}
