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
    let results = run.measures_of(Role::Alliance);
    let results = results.filter_map(|alliance| counted(findings, &words.about("A", alliance)));
    let results = results.chain([words.results(findings)]);
    Text {
        question: words.text("question"),
        answer: answer(findings, run).unwrap_or_default(),
        methods: words.text("methods"),
        results: results.collect::<Vec<_>>().join(" "),
        limitations: limitations(findings, run),
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
fn answer(findings: &Findings, run: &Run<Settings>) -> Option<String> {
    let alliance = run.measures_of(Role::Alliance).next()?;
    let words = run.words().about("A", alliance);
    let given = |key: &str| by_default(findings, &words, key);
    let Some((clients, _)) = given("{detector}/clients") else {
        return Some(words.text("answer.refused"));
    };
    let of_alliance = format!("/{}", alliance.id);
    let shares = findings.estimates.iter();
    let shares = shares.filter(|e| e.id.ends_with("/clients") && e.id.contains(&of_alliance));
    let shares: Vec<f64> = shares.filter_map(|e| e.estimate).collect();
    let low = shares.iter().copied().fold(f64::INFINITY, f64::min);
    let high = shares.iter().copied().fold(0.0, f64::max);
    let said = words.of("clients", clients).with("low", low).with("high", high);
    let mut text = said.text("answer.clients");
    let noise = given("{detector}/expected_autocorrelated");
    if let Some(((_, ruptures), (_, noise))) = given("{detector}/ruptures").zip(noise) {
        text += &words.with("ruptures", ruptures).with("noise", noise).text("answer.noise");
    }
    let hazard = words.get(findings, "dropout/A/hazard_ratio/by_therapist");
    if let Some((hazard, ci)) = hazard.and_then(|e| Some((e, e.ci.filter(|_| e.p.is_some())?))) {
        let verdict = words.text(&format!("leave.{}", side(ci, 1.0)));
        text += &words.with("verdict", verdict).of("hazard", hazard).text("answer.hazard");
    }
    Some(text + ".")
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
    Some(words.with("ruptures", ruptures).with("repaired", repaired).text("results"))
}

fn limitations(findings: &Findings, run: &Run<Settings>) -> String {
    let noise = |e: &&Estimate| e.id.ends_with("/expected_autocorrelated");
    let ratio = |e: &Estimate| -> Option<f64> { e.details.get("observed_over_expected")?.as_f64() };
    let noise = || findings.estimates.iter().filter(noise);
    let weak = noise().filter(|e| ratio(e).is_some_and(|ratio| ratio < WEAK)).count();
    let words = run.words().with("weak", weak).with("all", noise().count());
    let mut sentences = vec![words.text("limits.always")];
    sentences.extend((weak > 0).then(|| words.text("limits.noise")));
    for alliance in run.measures_of(Role::Alliance) {
        let words = words.about("A", alliance);
        let tried = words.get(findings, "sensitivity/A/hazard_ratio");
        let detail = |name: &str| tried?.details.get(name)?.as_f64();
        if let Some((lowest, highest)) = detail("lowest").zip(detail("highest")) {
            let words = words.with("lowest", lowest).with("highest", highest);
            sentences.push(words.text("limits.thresholds"));
        }
    }
    sentences.join(" ") + &summary::refusals(findings, |id| !id.ends_with("/any_rupture"))
}
