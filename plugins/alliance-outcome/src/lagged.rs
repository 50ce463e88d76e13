//! From one session to the next: alliance now, outcome then.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::mixed::{Criterion, Rows};
use dyad_stats::moments::Moments;

use crate::{Settings, coefficient};

/// What the report says beside every estimate of this model.
const BIAS: &str = "centring at the client's mean uses later sessions too, and a shared time trend is removed only as far as it is linear";

/// Adds `session/A/Y/lagged_within`, `…_between_client`, `…_between_therapist`. The lag goes by session number: a missed session is a gap.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    alliance: &Measure,
    outcome: &Measure,
) -> Result<(), Failure> {
    let sessions = run.table("sessions")?;
    let (ratings, scores) = (sessions.floats(&alliance.id)?, sessions.floats(&outcome.id)?);
    let baseline = clients.baseline(run, outcome)?;
    let means = clients.mean(&ratings);
    let (therapist_means, grand) = therapist_means(clients, &means);

    let mut rows = Rows::in_nested_clusters(&[
        "session",
        "within",
        "between_client",
        "between_therapist",
        "baseline",
    ]);
    let (mut with, mut no_lag, mut incomplete) = (Vec::new(), 0, 0);
    for (id, (client, range)) in (0..).zip(clients.rows.iter().enumerate()) {
        let before = rows.len();
        let therapist = clients.therapist(client).unwrap_or(0);
        let therapist_mean =
            usize::try_from(therapist).ok().and_then(|t| therapist_means.get(t).copied().flatten());
        for row in range.clone() {
            let session = clients.session.get(row).unwrap_or(1);
            let previous = row
                .checked_sub(1)
                .filter(|p| *p >= range.start && clients.session.get(*p) == Some(session - 1));
            let Some(lag) = previous.and_then(|p| ratings.get(p)) else {
                no_lag += 1;
                continue;
            };
            let complete =
                scores.get(row).zip(means[client]).zip(therapist_mean.zip(baseline.values[client]));
            let Some(((y, mean), (therapist_mean, severity))) = complete else {
                incomplete += 1;
                continue;
            };
            let x = [
                (session - 1) as f64,
                lag - mean,
                mean - therapist_mean,
                therapist_mean - grand,
                severity,
            ];
            rows.push(therapist, id, &x, y).map_err(|e| Failure::internal(e.to_string()))?;
        }
        if rows.len() > before {
            with.push(client);
        }
    }
    let n = Counts { rows: Some(rows.len() as u64), ..clients.counts(&with) };
    let fit = if clients.has_therapists() {
        rows.fit(Criterion::Reml).map_err(|e| e.to_string())
    } else {
        Err("the study file names no therapist column".to_owned())
    };
    for (what, column, label) in [
        ("lagged_within", "within", "Within clients, one session later"),
        ("lagged_between_client", "between_client", "Between clients of a therapist"),
        ("lagged_between_therapist", "between_therapist", "Between therapists"),
    ] {
        let estimate = Estimate::new(
            format!("session/{}/{}/{what}", alliance.id, outcome.id),
            format!("{label}: {} per point of {}", outcome.name(), alliance.name()),
        )
        .counts(n)
        .dropped_rows("no rating at the session before (by number)", no_lag)
        .dropped_rows("no outcome score or no baseline", incomplete)
        .method(format!(
            "Y ~ (session − 1) + within (lag 1) + between clients + between therapists + baseline + (1 | therapist/client), REML; Satterthwaite \
             df; baseline: {}",
            baseline.source
        ))
        .source("hamaker2015");
        let estimate = coefficient(estimate, &fit, &[(column, 1.0)]);
        findings.estimates.push(if estimate.refused.is_none() {
            estimate.warn(BIAS)
        } else {
            estimate
        });
    }
    Ok(())
}

/// Mean of the client means of each therapist, and the mean of those: not of rows, so that long treatments weigh no more.
fn therapist_means(clients: &Clients<'_>, means: &[Option<f64>]) -> (Vec<Option<f64>>, f64) {
    let mut of_clients: Vec<Moments> = Vec::new();
    for (client, mean) in means.iter().enumerate() {
        let Some(therapist) = clients.therapist(client).and_then(|t| usize::try_from(t).ok())
        else {
            continue;
        };
        if of_clients.len() <= therapist {
            of_clients.resize(therapist + 1, Moments::new());
        }
        if let Some(mean) = mean {
            of_clients[therapist].push(*mean);
        }
    }
    let means: Vec<Option<f64>> = of_clients.iter().map(|m| m.mean().ok()).collect();
    let mut grand = Moments::new();
    means.iter().flatten().for_each(|mean| grand.push(*mean));
    let grand = grand.mean().unwrap_or(0.0);
    (means, grand)
}
