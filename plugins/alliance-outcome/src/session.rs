//! Session level: within clients, between clients, and both mixed.

use dyad_plugin::prelude::*;
use dyad_stats::correlation;

use crate::pair::{Pair, words};

/// Adds the session-level correlations of one alliance and one outcome measure.
pub(crate) fn add(findings: &mut Findings, pair: &Pair<'_>) {
    let pairs = pair.clients.pairs(&pair.ratings, &pair.scores);
    let new = |what: &str, label: &str| {
        let (alliance, outcome) = (pair.alliance.name(), pair.outcome.name());
        Estimate::new(pair.id("session", what), format!("{label}, {alliance} and {outcome}"))
    };
    let rows = |mut estimate: Estimate| {
        estimate.n = pairs.n;
        estimate.dropped.clone_from(&pairs.dropped);
        estimate
    };
    let within = rows(new("rmcorr", "Repeated-measures correlation"))
        .method("correlation of client-centred values, N − k − 1 df; Fisher z interval")
        .source("bakdash2017");
    let found = correlation::repeated_measures(&pairs.x, &pairs.y, &pairs.clients);
    findings.estimates.push(within.correlation(found, pair.sign()));

    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (x, y): (Vec<f64>, Vec<f64>) = pairs
        .clients
        .iter()
        .map(|rows| (mean(&pairs.x[rows.clone()]), mean(&pairs.y[rows.clone()])))
        .unzip();
    let between = new("between_client", "Correlation of client means")
        .counts(Counts { rows: None, ..pairs.n })
        .dropped("no session with both values", (pair.clients.len() - x.len()) as u64)
        .method("Pearson correlation of client means over the sessions with both values")
        .source("pearson1896");
    findings.estimates.push(between.correlation(correlation::pearson(&x, &y), pair.sign()));

    let total = rows(new("total", "Correlation over all sessions"))
        .method("Pearson correlation over all rows; no interval, because rows of one client are not independent")
        .source("pearson1896");
    findings.estimates.push(match correlation::total(&pairs.x, &pairs.y) {
        Ok(r) => total.value_with_benefit(r, pair.sign()),
        Err(reason) => total.refused(words(reason)),
    });
}
