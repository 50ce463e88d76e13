//! The paragraphs: question, plain answer, methods, results, limitations. The texts themselves are in `words.toml`.

use dyad_plugin::prelude::*;
use dyad_plugin::sentence::{Symbol, left_out, paragraph, reported, side};

use crate::Settings;

/// Estimates that get a sentence of the methods where they got a number.
const METHODS: [(&str, &str); 9] = [
    ("early/", "contextual"),
    ("session/", "rmcorr"),
    ("session/", "lagged_within"),
    ("session/", "null_recovery"),
    ("sites/", "pooled"),
    ("moderator/", "interaction"),
    ("together/", "beta"),
    ("dropout/", "odds_ratio"),
    ("raters/", "icc_agreement"),
];

/// Estimates beyond the pairs of measures that the results report one by one.
const BEYOND: [(&str, &str); 6] = [
    ("moderator/", "/interaction"),
    ("together/", "/beta"),
    ("dropout/", "odds_ratio"),
    ("raters/", "/williams"),
    ("raters/", "/icc_agreement"),
    ("raters/", "/tracking"),
];

/// The generated paragraphs.
pub(crate) fn text(findings: &Findings, run: &Run<Settings>) -> Text {
    let words = run.words();
    Text {
        question: words.text("question"),
        answer: answer(findings, run).unwrap_or_default(),
        methods: methods(findings, &words),
        results: results(findings, run),
        limitations: limitations(findings, run),
    }
}

/// One sentence for a clinician, from the first alliance and the first outcome measure.
fn answer(findings: &Findings, run: &Run<Settings>) -> Option<String> {
    let (alliance, outcome) = run.pairs().next()?;
    let words = run.words().about("A", alliance).about("Y", outcome);
    let estimate = words.get(findings, "early/A/Y/pearson")?;
    let Some((r, ci)) = estimate.benefit.zip(estimate.ci) else {
        let reason = estimate.refused.as_deref().unwrap_or("no interval can be given");
        return Some(words.with("reason", reason).text("answer.refused"));
    };
    let ci = if outcome.benefit_sign() < 0.0 { [-ci[1], -ci[0]] } else { ci };
    let beside = words.text(&format!("beside.{}", side(ci, run.settings().benchmark)));
    let direction = words.text(&format!("answer.{}", side(ci, 0.0)));
    let words = words.with("direction", direction).with("beside", beside).with("r", r);
    let words = words.with("ci", ci).with("n", estimate.n.clients.unwrap_or(0));
    Some(words.text("answer.given"))
}

/// The estimates below a folder whose ids end like this.
fn like<'f>(
    findings: &'f Findings,
    (head, tail): (&str, &str),
) -> impl Iterator<Item = &'f Estimate> {
    findings.estimates.iter().filter(move |e| e.id.starts_with(head) && e.id.ends_with(tail))
}

fn methods(findings: &Findings, words: &Words<'_>) -> String {
    let given = |which: &&(&str, &str)| like(findings, **which).any(|e| e.estimate.is_some());
    let said = METHODS.iter().filter(given).map(|(_, what)| words.text(&format!("methods.{what}")));
    let [first, last] = ["methods.always", "methods.tests"].map(|key| words.text(key));
    paragraph([first].into_iter().chain(said).chain([last]))
}

/// One sentence per pair of measures, then the questions beyond pairs.
fn results(findings: &Findings, run: &Run<Settings>) -> String {
    let of_pair = |words: Words<'_>| {
        let equivalence = words.get(findings, "sites/A/Y/equivalence");
        let word = equivalence.and_then(|e| e.details.get("comparison")?.as_str());
        let word = word.map(|word| words.with("word", word).text("results.word"));
        let words = words.with("said", words.reported("pair", findings));
        words.with("word", word.unwrap_or_default()).text("results.pair")
    };
    let pairs = run.words_about([("A", Role::Alliance), ("Y", Role::Outcome)]);
    let words = run.words();
    let beyond = BEYOND.iter().flat_map(|which| like(findings, *which));
    let beyond = beyond.filter_map(|e| words.sentence(e));
    paragraph(pairs.into_iter().map(of_pair).chain(beyond))
}

fn limitations(findings: &Findings, run: &Run<Settings>) -> String {
    let first = findings.estimates.first();
    let therapists = first.and_then(|e| e.n.therapists).unwrap_or(0);
    let lost = first.map_or_else(String::new, |e| left_out(&e.dropped));
    let is_same = |(a, y): (&Measure, &Measure)| a.rater.is_some() && a.rater == y.rater;
    let mut often = like(findings, ("", "/null_recovery_drift")).filter(|e| !e.warnings.is_empty());
    let found = often.next().map(|e| reported(Symbol::Share, e));
    let sites = like(findings, ("", "/prediction_interval")).next();
    let no_sites = sites.filter(|e| e.refused.is_some());
    let words = run.words().with("therapists", therapists).with("lost", &lost);
    let words = words.with("found", found.as_deref().unwrap_or_default());
    let words = no_sites.map_or(words.clone(), |e| words.of("sites", e));
    words.sentences(&[
        (true, "limits.association"),
        (true, "limits.last"),
        (run.first_of(Role::Baseline).is_err(), "limits.intake"),
        (run.pairs().any(is_same), "limits.rater"),
        ((1..10).contains(&therapists), "limits.therapists"),
        (!lost.is_empty(), "limits.lost"),
        (found.is_some(), "limits.null"),
        (no_sites.is_some(), "limits.sites"),
    ])
}
