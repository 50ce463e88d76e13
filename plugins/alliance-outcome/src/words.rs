//! The paragraphs: question, plain answer, methods, results, limitations.

use dyad_plugin::apa;
use dyad_plugin::prelude::*;
use dyad_plugin::sentence::{Symbol, left_out, paragraph, reported};

use crate::Settings;

/// The generated paragraphs.
pub(crate) fn text(findings: &Findings, run: &Run<Settings>) -> Text {
    Text {
        question: "Do clients with a stronger early alliance end with a better outcome?".to_owned(),
        answer: answer(findings, run),
        methods: methods(findings, run),
        results: results(findings, run),
        limitations: limitations(findings, run),
    }
}

/// One sentence for a clinician, from the first alliance and the first outcome measure.
fn answer(findings: &Findings, run: &Run<Settings>) -> String {
    let (Some(alliance), Some(outcome)) =
        (run.measures_of(Role::Alliance).next(), run.measures_of(Role::Outcome).next())
    else {
        return String::new();
    };
    let id = format!("early/{}/{}/pearson", alliance.id, outcome.id);
    let Some(estimate) = findings.get(&id) else { return String::new() };
    let (Some(r), Some(ci)) = (estimate.benefit, estimate.ci) else {
        let reason = estimate.refused.as_deref().unwrap_or("no interval can be given");
        return format!("This cannot be said here: {reason}.");
    };
    let ci = if outcome.benefit_sign() < 0.0 { [-ci[1], -ci[0]] } else { ci };
    let direction = if ci[0] > 0.0 {
        "Yes: clients with a stronger early alliance ended better"
    } else if ci[1] < 0.0 {
        "The opposite: clients with a stronger early alliance ended worse"
    } else {
        "It cannot be told from these data whether clients with a stronger early alliance ended better"
    };
    let benchmark = run.settings().benchmark;
    let beside = if (ci[0]..=ci[1]).contains(&benchmark) {
        "the interval holds"
    } else if ci[1] < benchmark {
        "the interval lies below"
    } else {
        "the interval lies above"
    };
    format!(
        "{direction} ({} and {}, r = {} {}, n = {} clients, + meaning stronger alliance with better outcome); {beside} the published {}.",
        alliance.name(),
        outcome.name(),
        apa::bounded(r, 2),
        apa::bounded_interval(ci, 2),
        estimate.n.clients.unwrap_or(0),
        apa::bounded(benchmark, 3),
    )
}

/// What was done, for the questions that got a number.
fn methods(findings: &Findings, run: &Run<Settings>) -> String {
    let [first, last] = run.settings().early_window;
    let given = |head: &str, what: &str| {
        let fits = |e: &&Estimate| e.id.starts_with(head) && e.id.ends_with(what);
        findings.estimates.iter().filter(fits).any(|e| e.estimate.is_some())
    };
    let mut sentences = vec![format!(
        "Early alliance was the mean of a client's non-missing ratings in sessions {first} to {last}, final outcome the client's last \
         non-missing score; middle and late alliance are means over the second and last third of a client's own treatment. Client-level \
         associations were Pearson [@fisher1921] and Spearman [@fieller1957] correlations, the partial correlation given intake severity, \
         and a standardised slope with cluster-robust standard errors (CR2, Bell–McCaffrey df) [@bell2002; @pustejovsky2018]."
    )];
    let parts = [
        (
            "early/",
            "contextual",
            "Within- and between-therapist associations come from a mixed model with therapist intercepts, REML, Satterthwaite df [@bates2015; @kuznetsova2017].",
        ),
        (
            "session/",
            "rmcorr",
            "Session-level association within clients was the repeated-measures correlation [@bakdash2017].",
        ),
        (
            "session/",
            "lagged_within",
            "The next session's outcome was predicted by the alliance before it, split into parts within clients, between clients and between therapists, in a three-level mixed model; the lag goes by session number.",
        ),
        (
            "session/",
            "null_recovery",
            "How often that model finds an effect that is not there was simulated from the model without it, once with independent residuals and once with residuals that drift as these do [@davison1997; @pinheiro2000].",
        ),
        (
            "sites/",
            "pooled",
            "Site correlations were pooled on the Fisher z scale by random effects, REML [@viechtbauer2010], Hartung–Knapp intervals with the ad-hoc floor [@rover2015]; the published correlation enters with its own interval [@fluckiger2018], and lies within reach only if two one-sided tests say so [@lakens2017].",
        ),
        (
            "moderator/",
            "interaction",
            "Moderators are products of the centred covariate and the centred early alliance, with the same robust standard errors.",
        ),
        (
            "together/",
            "beta",
            "Several process variables entered one regression together; the variance inflation factor says how far they overlap.",
        ),
        (
            "dropout/",
            "odds_ratio",
            "Leaving against plan was predicted by the alliance at the session before, in a discrete-time hazard model, and by the early alliance among those who stayed beyond it [@allison1982; @nelder1972], standard errors robust by therapist.",
        ),
        (
            "raters/",
            "icc_agreement",
            "Raters were compared by Williams' test of dependent correlations [@williams1959; @zou2007], intraclass correlations [@shrout1979] and a truth-and-bias model with the client as the truth [@west2011].",
        ),
    ];
    sentences
        .extend(parts.iter().filter(|(head, what, _)| given(head, what)).map(|p| p.2.to_owned()));
    sentences.push(
        "Tests were two-sided unless said, intervals 95 %; each estimate used the clients or sessions complete on its own variables."
            .to_owned(),
    );
    paragraph(sentences)
}

/// How the estimates of one question are reported: last part of the id, its symbol, and its name in a sentence.
const PAIR: [(&str, &str, Symbol, &str); 13] = [
    ("early", "pearson", Symbol::Bounded("r"), "early alliance and final outcome"),
    ("early", "spearman", Symbol::Bounded("ρ"), "ranks"),
    ("early", "partial", Symbol::Bounded("r"), "given intake severity"),
    ("early", "ancova_beta", Symbol::Free("β"), "standardised slope given intake severity"),
    ("middle", "pearson", Symbol::Bounded("r"), "alliance in the middle third"),
    ("late", "pearson", Symbol::Bounded("r"), "alliance in the last third"),
    ("early", "within_therapist", Symbol::Free("b"), "within therapists"),
    ("early", "between_therapist", Symbol::Free("b"), "between therapists"),
    ("session", "rmcorr", Symbol::Bounded("r"), "within clients, same session"),
    ("session", "lagged_within", Symbol::Free("b"), "within clients, next session"),
    (
        "session",
        "null_recovery_drift",
        Symbol::Share,
        "found where it is not, with drifting residuals",
    ),
    ("sites", "pooled", Symbol::Bounded("r"), "pooled over sites, benefit sign"),
    (
        "sites",
        "benchmark_uncertain",
        Symbol::Free("Δz"),
        "difference from the published correlation",
    ),
];

/// One sentence per pair of measures, then the questions beyond pairs.
fn results(findings: &Findings, run: &Run<Settings>) -> String {
    let mut sentences = Vec::new();
    for alliance in run.measures_of(Role::Alliance) {
        for outcome in run.measures_of(Role::Outcome) {
            let get = |head: &str, what: &str| {
                findings.get(&format!("{head}/{}/{}/{what}", alliance.id, outcome.id))
            };
            let parts: Vec<String> = PAIR
                .iter()
                .filter_map(|(head, what, symbol, name)| {
                    Some(format!("{name}, {}", reported(*symbol, get(head, what)?)))
                })
                .collect();
            let word = get("sites", "equivalence")
                .and_then(|e| e.details.get("comparison"))
                .and_then(|word| word.as_str())
                .map_or_else(String::new, |word| format!("; beside the published value: {word}"));
            sentences.push(format!(
                "{} and {}: {}{word}.",
                alliance.name(),
                outcome.name(),
                parts.join("; ")
            ));
        }
    }
    let beyond = [
        ("moderator/", "/interaction", Symbol::Free("b")),
        ("together/", "/beta", Symbol::Free("β")),
        ("dropout/", "odds_ratio", Symbol::Free("OR")),
        ("raters/", "/williams", Symbol::Bounded("Δr")),
        ("raters/", "/icc_agreement", Symbol::Bounded("ICC")),
        ("raters/", "/tracking", Symbol::Free("b")),
    ];
    for (head, what, symbol) in beyond {
        let these = findings.estimates.iter();
        let these = these.filter(|e| e.id.starts_with(head) && e.id.ends_with(what));
        sentences.extend(these.map(|e| format!("{}: {}.", e.label, reported(symbol, e))));
    }
    paragraph(sentences)
}

fn limitations(findings: &Findings, run: &Run<Settings>) -> String {
    let mut sentences = vec![
        "These are associations: nobody was assigned to a stronger alliance.".to_owned(),
        "The last score of a client who left early stands for the outcome at the end of treatment."
            .to_owned(),
    ];
    if run.measures_of(Role::Baseline).next().is_none() {
        sentences.push(
            "There is no intake measure: the first session's outcome stands for it, which the alliance may already have moved."
                .to_owned(),
        );
    }
    let same_rater = run
        .measures_of(Role::Alliance)
        .any(|a| run.measures_of(Role::Outcome).any(|o| a.rater.is_some() && a.rater == o.rater));
    if same_rater {
        sentences.push(
            "Alliance and outcome were rated by the same person, which inflates their correlation."
                .to_owned(),
        );
    }
    if let Some(first) = findings.estimates.first() {
        let therapists = first.n.therapists.unwrap_or(0);
        if (1..10).contains(&therapists) {
            sentences.push(format!(
                "Clients share {}: what lies between therapists is hardly known.",
                apa::counted(therapists, "therapist")
            ));
        }
        let lost = left_out(&first.dropped);
        if !lost.is_empty() {
            sentences.push(format!("Not in the first estimate: {lost}."));
        }
    }
    let often = |e: &&Estimate| e.id.ends_with("/null_recovery_drift") && !e.warnings.is_empty();
    if let Some(found) = findings.estimates.iter().find(often) {
        sentences.push(format!(
            "With residuals that drift as here, the lagged model found an effect that is not there in {}.",
            reported(Symbol::Share, found)
        ));
    }
    let sites = findings.estimates.iter().find(|e| e.id.ends_with("/prediction_interval"));
    if let Some(reason) = sites.and_then(|e| e.refused.as_ref()) {
        sentences.push(format!("Nothing can be said of other sites: {reason}."));
    }
    paragraph(sentences)
}
