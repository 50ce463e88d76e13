//! The paragraphs: question, plain answer, methods, results, limitations.

use dyad_plugin::apa;
use dyad_plugin::prelude::*;

use crate::Settings;

/// The generated paragraphs.
pub(crate) fn text(findings: &Findings, run: &Run<Settings>) -> Text {
    Text {
        question: "How many clients improve, and how many get worse?".to_owned(),
        answer: answer(findings, run),
        methods: METHODS.to_owned(),
        results: results(findings),
        limitations: limitations(findings),
    }
}

const METHODS: &str = "Reliable change was a change beyond the 95 % limit of measurement error, from the standard deviation of all clients at intake \
                       and the reliability declared for the measure [@jacobson1991]. Clients who changed reliably for the better and crossed cut-off c \
                       from the clinical to the functional side counted as recovered. Rates have Wilson intervals [@wilson1927], and beside them \
                       intervals from cluster-robust standard errors by therapist [@bell2002; @pustejovsky2018].";

/// One sentence for a clinician, from the first outcome measure with an answer.
fn answer(findings: &Findings, run: &Run<Settings>) -> String {
    let rate = |outcome: &Measure, what: &str| {
        let e = findings.get(&format!("{}/{what}", outcome.id))?;
        Some((e.estimate?, e.ci?, e.n.clients.unwrap_or(0)))
    };
    for outcome in run.measures_of(Role::Outcome) {
        let (Some(better), Some(worse)) =
            (rate(outcome, "reliable_improvement"), rate(outcome, "deteriorated"))
        else {
            continue;
        };
        let interval =
            |ci: [f64; 2]| format!("[{}, {}]", apa::percent(ci[0], 0), apa::percent(ci[1], 0));
        return format!(
            "Of {} clients, {} {} improved reliably on {} and {} {} got reliably worse.",
            better.2,
            apa::percent(better.0, 0),
            interval(better.1),
            outcome.name(),
            apa::percent(worse.0, 0),
            interval(worse.1)
        );
    }
    let reason =
        findings.estimates.iter().find_map(|e| e.refused.as_deref()).unwrap_or("no outcome");
    format!("This cannot be said here: {reason}.")
}

fn results(findings: &Findings) -> String {
    let sentence = |e: &Estimate| {
        let count = e.details.get("count")?.as_f64()?;
        let of = e.details.get("denominator")?.as_f64()?;
        let (share, ci) = (e.estimate?, e.ci?);
        Some(format!(
            "{}: {count} of {of}, {}, 95 % CI [{}, {}].",
            e.label,
            apa::percent(share, 1),
            apa::percent(ci[0], 1),
            apa::percent(ci[1], 1)
        ))
    };
    findings.estimates.iter().filter_map(sentence).collect::<Vec<_>>().join(" ")
}

fn limitations(findings: &Findings) -> String {
    let mut text = "There is no comparison group: clients also change without treatment. The last score of a client who left early counts as final."
        .to_owned();
    if let Some(e) = findings.estimates.iter().find(|e| e.refused.is_some()) {
        text += " Not everything could be given: ";
        text += e.refused.as_deref().unwrap_or_default();
        text += ".";
    }
    text
}
