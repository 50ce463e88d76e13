//! The paragraphs: question, plain answer, methods, results, limitations.

use dyad_plugin::apa;
use dyad_plugin::prelude::*;
use dyad_plugin::sentence::{Symbol, left_out, paragraph, reported};

use crate::Settings;

/// The generated paragraphs.
pub(crate) fn text(findings: &Findings, run: &Run<Settings>) -> Text {
    let session = run.settings().peak_session;
    Text {
        question: format!("Does the alliance peak around session {session}?"),
        answer: answer(findings, run),
        methods: methods(run),
        results: results(findings, run),
        limitations: limitations(findings, run),
    }
}

/// One or two sentences for a clinician, from the first alliance measure: the verdict, and what it rests on.
fn answer(findings: &Findings, run: &Run<Settings>) -> String {
    let session = run.settings().peak_session;
    let Some(alliance) = run.measures_of(Role::Alliance).next() else { return String::new() };
    let get = |what: &str| findings.get(&format!("peak/{}/{what}", alliance.id));
    let contrast = get(&format!("contrast_{session}"));
    let permutation = get(&format!("session_{session}_permutation"));
    let (Some(contrast), Some(permutation)) = (contrast, permutation) else { return String::new() };
    let (Some(difference), Some(ci), Some(share), Some(p)) =
        (contrast.estimate, contrast.ci, permutation.estimate, permutation.p)
    else {
        let reason = contrast.refused.as_ref().or(permutation.refused.as_ref());
        return format!(
            "This cannot be said here: {}.",
            reason.map_or("no estimate", String::as_str)
        );
    };
    let shown = if ci[0] > 0.0 && p < 0.05 {
        "session by session, ratings are higher there and more clients peak there than in any order"
    } else if ci[0] > 0.0 {
        "ratings are higher there on average, but not more clients peak there than in any order"
    } else if ci[1] < 0.0 {
        "ratings are lower there than at the other early sessions"
    } else {
        "ratings there do not differ clearly from the other early sessions"
    };
    let verdict = findings.get(&format!("verdict/{}", alliance.id)).and_then(|e| e.verdict);
    let verdict = match verdict {
        Some(Verdict::Supported) => format!("Yes, a peak at session {session} is supported"),
        Some(Verdict::NotSupported) => format!("No, a peak at session {session} is not supported"),
        Some(Verdict::Undecided) | None => {
            format!("It stays undecided whether there is a peak at session {session}")
        }
    };
    format!(
        "{verdict}: {shown} ({}: {} scale points above the other early sessions {}; {} of {} clients peak at session {session}, {}).",
        alliance.name(),
        apa::number(difference, 2),
        apa::interval(ci, 2),
        apa::percent(share, 0),
        contrast.n.clients.unwrap_or(0),
        apa::p_value(p),
    )
}

fn methods(run: &Run<Settings>) -> String {
    let [first, last] = run.settings().peak_window;
    let (session, second) = (run.settings().peak_session, run.settings().second_knot);
    format!(
        "Means by session are over the clients who rated that session. For clients with every rating of sessions {first} to {last} the \
         session of the highest rating was found, ties shared equally; whether more of them than by chance fall on session {session} was \
         tested against every order of each client's own ratings, exactly [@edgington2007], and against series that drift about each \
         client's level with the autocorrelation of these [@pinheiro2000]. The rating at session {session} was compared with \
         the mean of the client's other early ratings by a one-sample t test [@student1908], among completers, among all who rated it, and by \
         a mixed model of all ratings. Curvature and slopes up to and after session {session}, and after session {second}, come from mixed models \
         with intercepts of clients and therapists, REML, Satterthwaite df [@bates2015; @kuznetsova2017]; the turning point has a delta and a \
         Fieller interval [@fieller1954]; claims that need two slopes were tested by intersection–union [@berger1982]. Each client's own \
         course was labelled by the intervals of its slope and curvature [@stiles2004]."
    )
}

/// What is reported of each alliance measure: id after the measure, symbol, name in a sentence.
fn reported_of(session: i64) -> [(&'static str, String, Symbol<'static>, &'static str); 12] {
    let b = Symbol::Free("b");
    let m = Symbol::Free("M");
    [
        ("peak", format!("session_{session}_permutation"), Symbol::Share, "peak there, any order"),
        ("peak", format!("session_{session}_drift"), Symbol::Share, "peak there, against drift"),
        ("peak", format!("contrast_{session}"), m, "above the other early sessions, completers"),
        ("peak", format!("contrast_{session}_available"), m, "all who rated it"),
        ("peak", format!("contrast_{session}_model"), b, "mixed model"),
        ("growth", "quadratic".to_owned(), b, "curvature"),
        ("growth", "vertex_fieller".to_owned(), Symbol::Free("session"), "highest point"),
        ("growth", "rise_and_dip".to_owned(), b, "rise and dip, the weaker slope"),
        ("growth", "second_phase_dip".to_owned(), b, "slope in the second phase"),
        ("growth", "third_phase_rise".to_owned(), b, "slope after it"),
        ("typology", "share_stable".to_owned(), Symbol::Share, "stable courses"),
        ("typology", "share_inverted_u".to_owned(), Symbol::Share, "courses up and down"),
    ]
}

fn results(findings: &Findings, run: &Run<Settings>) -> String {
    let parts = reported_of(run.settings().peak_session);
    paragraph(run.measures_of(Role::Alliance).map(|alliance| {
        let said = parts.iter().filter_map(|(head, what, symbol, name)| {
            let estimate = findings.get(&format!("{head}/{}/{what}", alliance.id))?;
            Some(format!("{name}, {}", reported(*symbol, estimate)))
        });
        format!("{}: {}.", alliance.name(), said.collect::<Vec<_>>().join("; "))
    }))
}

fn limitations(findings: &Findings, run: &Run<Settings>) -> String {
    let session = run.settings().peak_session;
    let mut sentences = vec![
        "The claim of an early peak goes back to very few cases [@horvath1990], and larger studies did not find it [@stevens2007]: an answer \
         of no is an ordinary one."
            .to_owned(),
    ];
    for alliance in run.measures_of(Role::Alliance) {
        let get = |what: &str| findings.get(&format!("{what}/{}", alliance.id));
        let peak = |what: &str| findings.get(&format!("peak/{}/{what}", alliance.id));
        let completers = peak(&format!("contrast_{session}"));
        let lost = completers.map_or_else(String::new, |e| left_out(&e.dropped));
        if !lost.is_empty() {
            sentences.push(format!("Not among the peaks of {}: {lost}.", alliance.name()));
        }
        let model = peak(&format!("contrast_{session}_model"));
        let differs = completers.zip(model).is_some_and(|(c, m)| {
            c.ci.zip(m.estimate).is_some_and(|(ci, b)| b < ci[0] || b > ci[1])
        });
        if differs {
            sentences.push(format!(
                "For {} the model of all ratings lies outside the completers' interval: who left matters.",
                alliance.name()
            ));
        }
        let knot = findings.get(&format!("growth/{}/best_knot", alliance.id));
        let other = knot.and_then(|e| e.estimate).filter(|k| (k - session as f64).abs() > 0.5);
        if let Some(other) = other {
            sentences.push(format!(
                "Two slopes of {} fit better with their knot at session {} than at {session}.",
                alliance.name(),
                apa::number(other, 0)
            ));
        }
        if let Some(reason) = get("verdict").and_then(|e| e.refused.as_ref()) {
            sentences.push(format!("There is no verdict on {}: {reason}.", alliance.name()));
        }
    }
    paragraph(sentences)
}
