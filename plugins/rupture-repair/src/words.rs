//! The paragraphs: question, plain answer, methods, results, limitations.

use dyad_plugin::apa;
use dyad_plugin::prelude::*;

use crate::Settings;

/// The generated paragraphs.
pub(crate) fn text(findings: &Findings, run: &Run<Settings>) -> Text {
    Text {
        question: "How often does the alliance break, and do clients leave after it?".to_owned(),
        answer: answer(findings, run),
        methods: methods(run.settings()),
        results: results(findings, run),
        limitations: LIMITATIONS.to_owned(),
    }
}

const LIMITATIONS: &str = "No standard definition of a rupture exists, and counts differ by rule [@lipner2022; @gumz2012]: read the \
                           detectors together. A drop is followed by a higher rating by chance alone (regression to the mean), so repairs are \
                           counted, not credited. Sessions that were missed hide ruptures.";

/// One sentence for a clinician, from the first alliance measure and the default detector.
fn answer(findings: &Findings, run: &Run<Settings>) -> String {
    let Some(alliance) = run.measures_of(Role::Alliance).next() else { return String::new() };
    let value = |id: String| findings.get(&id).and_then(|e| e.estimate.map(|v| (v, e)));
    let Some((clients, estimate)) = value(format!("xmr/{}/k2_median/clients", alliance.id)) else {
        return "This cannot be said here: no client has enough ratings.".to_owned();
    };
    let of = estimate.n.clients.unwrap_or(0);
    let shares: Vec<f64> = findings
        .estimates
        .iter()
        .filter(|e| e.id.ends_with("/clients") && e.id.contains(&format!("/{}", alliance.id)))
        .filter_map(|e| e.estimate)
        .collect();
    let (low, high) = (
        shares.iter().copied().fold(f64::INFINITY, f64::min),
        shares.iter().copied().fold(0.0, f64::max),
    );
    let mut text = format!(
        "{} of {of} clients had a rupture of {} by the default rule, and between {low} and {high} by the others",
        clients,
        alliance.name()
    );
    if let Some((hazard, estimate)) = value(format!("dropout/{}/hazard_ratio", alliance.id))
        && let (Some(ci), Some(p)) = (estimate.ci, estimate.p)
    {
        let verdict = if ci[0] > 1.0 {
            "clients are more likely to leave after one"
        } else if ci[1] < 1.0 {
            "clients are less likely to leave after one"
        } else {
            "whether clients are more likely to leave after one cannot be told"
        };
        text += &[
            "; ",
            verdict,
            " (hazard ratio ",
            &apa::number(hazard, 2),
            " ",
            &apa::interval(ci, 2),
            ", ",
            &apa::p_value(p),
            ")",
        ]
        .concat();
    }
    text + "."
}

fn methods(settings: &Settings) -> String {
    format!(
        "Clients with at least {} ratings were judged by seven detectors: individuals charts with limits of 2 and 3 sigma below the client's mean, \
         sigma from the mean or the median moving range [@shewhart1931]; drops between consecutive sessions of {} residual standard deviation(s), of \
         {} scale point(s), and beyond measurement error [@jacobson1991]. A rupture was repaired if a rating within {} sessions came back to the \
         client's mean (charts) or to within {} of where it fell from (drops). Agreement is Cohen's kappa [@cohen1960]. Dropout was modelled by Cox \
         regression with an earlier drop as time-varying exposure [@cox1972; @efron1977], standard errors robust by therapist [@lin1989].",
        settings.min_ratings,
        settings.criterion_k,
        settings.fixed_drop,
        settings.repair_window,
        settings.repair_tolerance
    )
}

fn results(findings: &Findings, run: &Run<Settings>) -> String {
    let mut sentences = Vec::new();
    for alliance in run.measures_of(Role::Alliance) {
        let Some(e) = findings.get(&format!("dropout/{}/hazard_ratio", alliance.id)) else {
            continue;
        };
        let (Some(value), Some(ci), Some(p)) = (e.estimate, e.ci, e.p) else { continue };
        sentences.push(format!(
            "{}: HR = {}, 95 % CI {}, {}.",
            e.label,
            apa::number(value, 2),
            apa::interval(ci, 2),
            apa::p_value(p)
        ));
    }
    sentences.join(" ")
}
