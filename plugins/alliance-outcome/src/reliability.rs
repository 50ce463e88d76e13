//! Reliability of the alliance scores.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::mixed::{Criterion, Rows};

use crate::Settings;

/// Adds `reliability/A/alpha`, `…/omega` (refused without item columns) and `…/icc_therapist`.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    alliance: &Measure,
) -> Result<(), Failure> {
    for (what, name) in [("alpha", "Cronbach's alpha"), ("omega", "McDonald's omega")] {
        let id = format!("reliability/{}/{what}", alliance.id);
        let estimate = Estimate::new(id, format!("{name} of {}", alliance.name()));
        findings.estimates.push(
            estimate
                .refused("the study gives scores, not items: alpha and omega need item columns"),
        );
    }
    let ratings = run.table("sessions")?.floats(&alliance.id)?;
    let mut rows = Rows::in_nested_clusters(&[]);
    let mut with = Vec::new();
    for (id, (client, range)) in (0..).zip(clients.rows.iter().enumerate()) {
        let before = rows.len();
        for rating in range.clone().filter_map(|row| ratings.get(row)) {
            let therapist = clients.therapist(client).unwrap_or(0);
            rows.push(therapist, id, &[], rating).map_err(|e| Failure::internal(e.to_string()))?;
        }
        if rows.len() > before {
            with.push(client);
        }
    }
    let estimate = Estimate::new(
        format!("reliability/{}/icc_therapist", alliance.id),
        format!("Share of the variance of {} between therapists", alliance.name()),
    )
    .counts(Counts { rows: Some(rows.len() as u64), ..clients.counts(&with) })
    .dropped_rows("no alliance rating", ratings.missing() as u64)
    .method("A ~ 1 + (1 | therapist/client), REML: therapist variance over total")
    .source("bates2015");
    let fit = if clients.has_therapists() {
        rows.fit(Criterion::Reml).map_err(|e| e.to_string())
    } else {
        Err("the study file names no therapist column".to_owned())
    };
    findings.estimates.push(match fit {
        Err(reason) => estimate.refused(reason),
        Ok(fit) => {
            let v = fit.variances;
            let given = estimate
                .value(fit.icc())
                .detail("variance_therapist", v.outer.unwrap_or(0.0))
                .detail("variance_client", v.cluster)
                .detail("variance_residual", v.residual);
            if fit.singular {
                given.warn("a variance is estimated as 0 (singular fit)")
            } else {
                given
            }
        }
    });
    Ok(())
}
