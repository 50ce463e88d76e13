//! The paragraphs: question, plain answer, methods, results, limitations. The texts themselves are in `words.toml`.

use dyad_plugin::prelude::*;
use dyad_plugin::sentence::{Symbol, left_out, paragraph, reported, side};

use crate::Settings;

/// The generated paragraphs.
pub(crate) fn text(findings: &Findings, run: &Run<Settings>) -> Text {
    Text {
        question: run.words().text("question"),
        answer: answer(findings, run).unwrap_or_default(),
        methods: methods(findings, &run.words()),
        results: results(findings, run),
        limitations: limitations(findings, run),
    }
}

/// One sentence for a clinician, from the first alliance and the first outcome measure.
fn answer(findings: &Findings, run: &Run<Settings>) -> Option<String> {
    let outcome = run.measures_of(Role::Outcome).next()?;
    let words = run.words().about("A", run.measures_of(Role::Alliance).next()?);
    let words = words.about("Y", outcome);
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

fn methods(findings: &Findings, words: &Words<'_>) -> String {
    let given = |(head, what): &&(&str, &str)| {
        let fits = |e: &&Estimate| e.id.starts_with(head) && e.id.ends_with(what);
        findings.estimates.iter().filter(fits).any(|e| e.estimate.is_some())
    };
    let said = METHODS.iter().filter(given).map(|(_, what)| words.text(&format!("methods.{what}")));
    let said = std::iter::once(words.text("methods.always")).chain(said);
    paragraph(said.chain([words.text("methods.tests")]))
}

/// Estimates beyond the pairs of measures that the results report one by one.
const BEYOND: [(&str, &str); 6] = [
    ("moderator/", "/interaction"),
    ("together/", "/beta"),
    ("dropout/", "odds_ratio"),
    ("raters/", "/williams"),
    ("raters/", "/icc_agreement"),
    ("raters/", "/tracking"),
];

/// One sentence per pair of measures, then the questions beyond pairs.
fn results(findings: &Findings, run: &Run<Settings>) -> String {
    let mut sentences = Vec::new();
    for alliance in run.measures_of(Role::Alliance) {
        for outcome in run.measures_of(Role::Outcome) {
            let words = run.words().about("A", alliance).about("Y", outcome);
            let word = words.get(findings, "sites/A/Y/equivalence");
            let word = word.and_then(|e| e.details.get("comparison")?.as_str());
            let word = word.map(|word| words.with("word", word).text("results.word"));
            let words = words.with("said", words.reported("pair", findings));
            sentences.push(words.with("word", word.unwrap_or_default()).text("results.pair"));
        }
    }
    let words = run.words();
    for (head, what) in BEYOND {
        let these = findings.estimates.iter();
        let these = these.filter(|e| e.id.starts_with(head) && e.id.ends_with(what));
        sentences.extend(these.filter_map(|e| words.sentence(e)));
    }
    paragraph(sentences)
}

fn limitations(findings: &Findings, run: &Run<Settings>) -> String {
    let words = run.words();
    let same_rater = |a: &Measure| {
        run.measures_of(Role::Outcome).any(|o| a.rater.is_some() && a.rater == o.rater)
    };
    let therapists = findings.estimates.first().and_then(|e| e.n.therapists).unwrap_or(0);
    let lost = findings.estimates.first().map_or_else(String::new, |e| left_out(&e.dropped));
    let often = |e: &&Estimate| e.id.ends_with("/null_recovery_drift") && !e.warnings.is_empty();
    let found = findings.estimates.iter().find(often).map(|e| reported(Symbol::Share, e));
    let sites = findings.estimates.iter().find(|e| e.id.ends_with("/prediction_interval"));
    let no_sites = sites.filter(|e| e.refused.is_some());
    let holds = [
        (true, "limits.association"),
        (true, "limits.last"),
        (run.measures_of(Role::Baseline).next().is_none(), "limits.intake"),
        (run.measures_of(Role::Alliance).any(same_rater), "limits.rater"),
        ((1..10).contains(&therapists), "limits.therapists"),
        (!lost.is_empty(), "limits.lost"),
        (found.is_some(), "limits.null"),
        (no_sites.is_some(), "limits.sites"),
    ];
    let words = words.with("therapists", therapists).with("lost", lost);
    let words = words.with("found", found.unwrap_or_default());
    let words = no_sites.map_or(words.clone(), |e| words.of("sites", e));
    paragraph(holds.iter().filter(|(holds, _)| *holds).map(|(_, key)| words.text(key)))
}
