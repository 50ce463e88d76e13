//! Session level: within clients.

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
    Ok(())
}
