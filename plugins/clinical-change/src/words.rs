//! The paragraphs: question, plain answer, methods, results, limitations.

use dyad_plugin::apa;
use dyad_plugin::prelude::*;
use dyad_plugin::sentence::Symbol;
use dyad_plugin::summary;

use crate::Settings;

/// The generated paragraphs.
pub(crate) fn text(findings: &Findings, run: &Run<Settings>) -> Text {
    Text {
        question: "How many clients improve, and how many get worse?".to_owned(),
        answer: answer(findings, run),
        methods: METHODS.to_owned(),
        results: results(findings),
        limitations: limitations(findings, run),
    }
}

const METHODS: &str = "Reliable change was a change beyond the 95 % limit of measurement error, from the standard deviation of all clients at intake \
                       and the reliability declared for the measure [@jacobson1991]. Clients who changed reliably for the better and crossed cut-off c \
                       from the clinical to the functional side counted as recovered. Beside these stand the rates that services report, by the fixed \
                       cut-off and reliable change of the study file or the instrument [@clark2018]. Rates have Wilson intervals [@wilson1927], and beside \
                       them, and in the text where there are therapists, intervals from cluster-robust standard errors by therapist [@bell2002; @pustejovsky2018], which speak \
                       of therapists like these at these sites; intervals by site stand among the details of each number. Mean change is given in points, \
                       standardised by the SD at baseline [@becker1988], and for a client of the average severity of the cases at the start [@minami2008]. \
                       Sudden gains and losses follow the three criteria of [@tang1999]. Rates of therapists and sites stand in funnel plots with exact \
                       binomial limits [@spiegelhalter2005].";

/// The interval of a rate that knows that clients share therapists, where there is one, else Wilson's.
fn interval_of(rate: &Estimate) -> Option<[f64; 2]> {
    let detail = |name: &str| -> Option<f64> { rate.details.get(name)?.as_f64() };
    detail("clustered_low")
        .zip(detail("clustered_high"))
        .map(|(low, high)| [low.max(0.0), high.min(1.0)])
        .or(rate.ci)
}

/// One sentence for a clinician, from the first outcome measure with an answer.
fn answer(findings: &Findings, run: &Run<Settings>) -> String {
    let rate = |outcome: &Measure, what: &str| {
        let e = findings.get(&format!("{}/{what}", outcome.id))?;
        Some((e.estimate?, interval_of(e)?, e.n.clients.unwrap_or(0)))
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
    let counted = |e: &Estimate| {
        let count = e.details.get("count")?.as_f64()?;
        let of = e.details.get("denominator")?.as_f64()?;
        let (share, ci) = (e.estimate?, interval_of(e)?);
        Some(format!(
            "{}: {count} of {of}, {}, 95 % CI [{}, {}].",
            e.label,
            apa::percent(share, 1),
            apa::percent(ci[0], 1),
            apa::percent(ci[1], 1)
        ))
    };
    let mut sentences: Vec<String> = findings.estimates.iter().filter_map(counted).collect();
    let given = |id: &str| findings.get(id).is_some_and(|e| e.estimate.is_some());
    sentences.push(summary::sentences(findings, |id| match id.rsplit_once('/')?.1 {
        "mean_change" | "sessions_mean" => Some(Symbol::Free("M")),
        "sessions_median" => Some(Symbol::Free("Mdn")),
        // Where both are given, the one whose interval knows of therapists.
        "pre_post" if given(&format!("{id}/by_therapist")) => None,
        "pre_post" | "severity_adjusted" | "by_therapist" => Some(Symbol::Free("g")),
        _ => None,
    }));
    sentences.join(" ")
}

fn limitations(findings: &Findings, run: &Run<Settings>) -> String {
    let mut text = "There is no comparison group: clients also change without treatment. The last score of a client who left early counts as final."
        .to_owned();
    let dropout = findings.get("attendance/dropout").and_then(|e| e.estimate);
    if let Some(share) = dropout.filter(|share| *share > 0.0) {
        let more = format!(
            " Here {} left against plan, so for them the final score is one in the middle of treatment.",
            apa::percent(share, 0)
        );
        text += &more;
    }
    if run.measures_of(Role::Baseline).next().is_none() {
        text += " Without a baseline measure change starts at the first session, and what happened before it is lost.";
    }
    let chance = run.measures_of(Role::Outcome).any(|y| y.reliability.is_some());
    if chance {
        text += " Of clients without any true change 2.5 % would count as reliably worse, and as many as reliably better.";
    }
    if findings.estimates.iter().any(|e| e.id.contains("/funnel_") && e.estimate.is_some()) {
        text += " Differences between therapists or sites are not adjusted for whom they treat.";
    }
    text + &summary::refusals(findings, |_| true)
}
