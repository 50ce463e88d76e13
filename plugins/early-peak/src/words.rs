//! The paragraphs: question, plain answer, methods, results, limitations.

use dyad_plugin::apa;
use dyad_plugin::prelude::*;

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

/// One sentence for a clinician, from the first alliance measure.
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
    let verdict = if ci[0] > 0.0 && p < 0.05 {
        "Session by session, ratings are higher there and more clients peak there than in any order"
    } else if ci[0] > 0.0 {
        "Ratings are higher there on average, but not more clients peak there than in any order"
    } else if ci[1] < 0.0 {
        "No: ratings are lower there than at the other early sessions"
    } else {
        "It cannot be told from these data"
    };
    format!(
        "{verdict} ({}: {} scale points above the other early sessions {}; {} of {} clients peak at session {session}, {}).",
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
    let session = run.settings().peak_session;
    format!(
        "Means by session are over the clients who rated that session. For clients with every rating of sessions {first} to {last} the \
         session of the highest rating was found, ties shared equally; whether more of them than by chance fall on session {session} was \
         tested against every order of each client's own ratings, exactly [@edgington2007]. The rating at session {session} was compared \
         with the mean of the client's other early ratings by a one-sample t test [@student1908]."
    )
}

fn results(findings: &Findings, run: &Run<Settings>) -> String {
    let session = run.settings().peak_session;
    let mut sentences = Vec::new();
    for alliance in run.measures_of(Role::Alliance) {
        let contrast = findings.get(&format!("peak/{}/contrast_{session}", alliance.id));
        let Some(contrast) = contrast else { continue };
        let (Some(value), Some(ci), Some(t), Some(p)) =
            (contrast.estimate, contrast.ci, &contrast.statistic, contrast.p)
        else {
            continue;
        };
        sentences.push(format!(
            "{}: M = {}, 95 % CI {}, t({}) = {}, {}.",
            contrast.label,
            apa::number(value, 2),
            apa::interval(ci, 2),
            apa::number(t.df.unwrap_or(0.0), 0),
            apa::number(t.value, 2),
            apa::p_value(p)
        ));
    }
    sentences.join(" ")
}

fn limitations(findings: &Findings, run: &Run<Settings>) -> String {
    let session = run.settings().peak_session;
    let mut text = "The claim of an early peak goes back to very few cases [@horvath1990], and larger studies did not find it \
                    [@stevens2007]: an answer of no is an ordinary one."
        .to_owned();
    for alliance in run.measures_of(Role::Alliance) {
        let id = format!("peak/{}/contrast_{session}", alliance.id);
        let lost: u64 =
            findings.get(&id).map_or(0, |e| e.dropped.iter().filter_map(|d| d.clients).sum());
        if lost > 0 {
            let lost = apa::counted(lost, "client");
            let sentence = format!(
                " For {}, {lost} without every early rating are not among the peaks.",
                alliance.name()
            );
            text += &sentence;
        }
    }
    text
}
