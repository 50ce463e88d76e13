//! Session level: within clients, between clients, and both mixed.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::correlation;

use crate::Settings;

/// Adds the session-level correlations of one alliance and one outcome measure.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    alliance: &Measure,
    outcome: &Measure,
) -> Result<(), Failure> {
    let sessions = run.table("sessions")?;
    let (ratings, scores) = (sessions.floats(&alliance.id)?, sessions.floats(&outcome.id)?);
    let pairs = clients.pairs(&ratings, &scores);
    let mut estimate = Estimate::new(
        format!("session/{}/{}/rmcorr", alliance.id, outcome.id),
        format!("Repeated-measures correlation, {} and {}", alliance.name(), outcome.name()),
    )
    .method("correlation of client-centred values, N − k − 1 df; Fisher z interval")
    .source("bakdash2017");
    estimate.n = pairs.n;
    estimate.dropped.clone_from(&pairs.dropped);
    findings.estimates.push(
        match correlation::repeated_measures(&pairs.x, &pairs.y, &pairs.clients) {
            Ok(r) => estimate
                .value_with_benefit(r.r, outcome.benefit_sign())
                .interval(r.ci)
                .statistic("t", r.t, Some(r.df))
                .p(r.p),
            Err(reason) => estimate.refused(reason.to_string()),
        },
    );

    let means: Vec<(f64, f64)> = pairs
        .clients
        .iter()
        .map(|rows| {
            let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
            (mean(&pairs.x[rows.clone()]), mean(&pairs.y[rows.clone()]))
        })
        .collect();
    let (x, y): (Vec<f64>, Vec<f64>) = means.into_iter().unzip();
    let between = Estimate::new(
        format!("session/{}/{}/between_client", alliance.id, outcome.id),
        format!("Correlation of client means, {} and {}", alliance.name(), outcome.name()),
    )
    .counts(Counts { rows: None, ..pairs.n })
    .dropped("no session with both values", (clients.len() - x.len()) as u64)
    .method("Pearson correlation of client means over the sessions with both values")
    .source("pearson1896");
    findings.estimates.push(match correlation::pearson(&x, &y) {
        Ok(r) => between
            .value_with_benefit(r.r, outcome.benefit_sign())
            .interval(r.ci)
            .statistic("t", r.t, Some(r.df))
            .p(r.p),
        Err(reason) => between.refused(reason.to_string()),
    });

    let mut total = Estimate::new(
        format!("session/{}/{}/total", alliance.id, outcome.id),
        format!("Correlation over all sessions, {} and {}", alliance.name(), outcome.name()),
    )
    .method("Pearson correlation over all rows; no interval, because rows of one client are not independent")
    .source("pearson1896");
    total.n = pairs.n;
    total.dropped.clone_from(&pairs.dropped);
    findings.estimates.push(match correlation::total(&pairs.x, &pairs.y) {
        Ok(r) => total.value_with_benefit(r, outcome.benefit_sign()),
        Err(reason) => total.refused(reason.to_string()),
    });
    Ok(())
}
