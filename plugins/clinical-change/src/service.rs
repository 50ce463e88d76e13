//! The rates a service reports: fixed thresholds from the study file or the instrument's key, the same for every sample.

use dyad_plugin::derived::{Clients, Sample};
use dyad_plugin::prelude::*;
use dyad_stats::SCORE_TOLERANCE;

use crate::scale::Scale;
use crate::share::{Among, table};

const RATES: [(&str, &str, &str); 5] = [
    (
        "caseness",
        "At caseness at the start",
        "at or beyond the cut-off in the worse direction; denominator: clients with baseline and final score",
    ),
    (
        "recovery",
        "Recovery: at caseness at the start, below it at the end",
        "denominator: cases at the start",
    ),
    (
        "reliable_improvement",
        "Reliable improvement by fixed points",
        "better by the reliable change or more; denominator: clients with baseline and final score",
    ),
    (
        "reliable_recovery",
        "Reliable recovery: recovery and reliable improvement by fixed points",
        "denominator: cases at the start",
    ),
    (
        "reliable_deterioration",
        "Reliable deterioration by fixed points",
        "worse by the reliable change or more; denominator: clients with baseline and final score",
    ),
];

/// Adds `Y/service/…` and their table.
pub(crate) fn add(
    findings: &mut Findings,
    clients: &Clients<'_>,
    scale: &Scale<'_>,
    sample: &Sample,
    pairs: &[(f64, f64)],
) {
    let outcome = scale.outcome;
    let sign = outcome.benefit_sign();
    let mut estimates = Vec::new();
    for (what, label, method) in RATES {
        let estimate = sample
            .describe(Estimate::new(
                format!("{}/service/{what}", outcome.id),
                format!("{label}, {}", outcome.name()),
            ))
            .method(format!("{method}; Wilson interval"))
            .source("clark2018")
            .source("wilson1927");
        let needs_points = what.starts_with("reliable");
        let needs_cutoff = !needs_points || what == "reliable_recovery";
        let estimate = match (outcome.cutoff, outcome.reliable_change) {
            (None, _) if needs_cutoff => {
                estimate.refused("the study file declares no cutoff for this measure, and no instrument gives one")
            }
            (_, None) if needs_points => estimate.refused(
                "the study file declares no reliable_change for this measure, and no instrument gives one",
            ),
            (cutoff, points) => {
                let case = |score: f64| {
                    cutoff.is_some_and(|c| -sign * (score - c) >= -SCORE_TOLERANCE)
                };
                let beyond = |gain: f64| points.is_some_and(|p| gain >= p - SCORE_TOLERANCE);
                let mut among = Among::default();
                for (&client, &(first, last)) in sample.clients.iter().zip(pairs) {
                    let gain = sign * (last - first);
                    let recovered = case(first) && !case(last);
                    let hit = match what {
                        "caseness" => case(first),
                        "recovery" => recovered,
                        "reliable_improvement" => beyond(gain),
                        "reliable_recovery" => recovered && beyond(gain),
                        _ => beyond(-gain),
                    };
                    if case(first) || !what.ends_with("recovery") {
                        among.push(client, hit);
                    }
                }
                let lost = sample.clients.len() as u64 - among.of();
                let mut given = among.rate(estimate.dropped("not a case at the start", lost), clients);
                if let Some(cutoff) = cutoff {
                    given = given.detail("cutoff", cutoff);
                }
                match points {
                    Some(points) => given.detail("reliable_change", points),
                    None => given,
                }
            }
        };
        estimates.push(estimate);
    }
    if estimates.iter().any(|e| e.estimate.is_some()) {
        findings.tables.push(table(
            format!("service-{}", outcome.id),
            format!("Rates by fixed thresholds, {}", outcome.name()),
            "Thresholds of the study file or the instrument's key, on this measure alone. A service that reports on several measures counts a client as \
             a case if any of them is.",
            &estimates.iter().collect::<Vec<_>>(),
        ));
    }
    findings.estimates.extend(estimates);
}
