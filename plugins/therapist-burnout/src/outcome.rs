//! Burnout and the outcome: its level at the first session, its course, and how much of the therapists' differences burnout accounts for.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::mixed::{Criterion, Rows};

use crate::burnout::{Burnout, coefficient};
use crate::{Settings, few_therapists, therapists};

/// Below this, there is no therapist variance to explain.
const NO_VARIANCE: f64 = 1e-8;

/// Adds `outcome/Y/B/slope`, `outcome/Y/B/session_by_burnout`, `therapist/Y/B/variance_explained`.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    outcome: &Measure,
    burnout: &Burnout<'_>,
) -> Result<(), Failure> {
    let scores = run.table("sessions")?.floats(&outcome.id)?;
    let baseline = clients.baseline(run, outcome)?;
    let mut rows =
        Rows::in_nested_clusters(&["session", "burnout", "session_by_burnout", "baseline"]);
    let (mut used, mut incomplete) = (Vec::new(), 0);
    for (id, (client, range)) in (0..).zip(clients.rows.iter().enumerate()) {
        let before = rows.len();
        let known = burnout.centred(clients, client).zip(baseline.values[client]);
        for row in range.clone() {
            let Some((((therapist, b), severity), y)) = known.zip(scores.get(row)) else {
                incomplete += 1;
                continue;
            };
            let s1 = (clients.session.get(row).unwrap_or(1) - 1) as f64;
            rows.push(therapist, id, &[s1, b, s1 * b, severity], y)
                .map_err(|e| Failure::internal(e.to_string()))?;
        }
        if rows.len() > before {
            used.push(client);
        }
    }
    let n = Counts { rows: Some(rows.len() as u64), ..clients.counts(&used) };
    let fit = match burnout.unusable(clients) {
        Some(reason) => Err(reason.to_owned()),
        None => rows.fit(Criterion::Reml).map_err(|e| e.to_string()),
    };
    let (y, b) = (outcome.name(), burnout.measure.name());
    for (what, column, label) in [
        ("slope", "burnout", format!("{y} at the first session per point of {b}")),
        (
            "session_by_burnout",
            "session_by_burnout",
            format!("Change of {y} per session and point of {b}"),
        ),
    ] {
        let id = format!("outcome/{}/{}/{what}", outcome.id, burnout.measure.id);
        let estimate = Estimate::new(id, label)
            .counts(n)
            .dropped_rows("no outcome score, baseline or burnout score", incomplete)
            .method("Y ~ (session − 1) × burnout + baseline + (1 | therapist/client), REML; Satterthwaite df")
            .source("delgadillo2018");
        findings.estimates.push(few_therapists(coefficient(estimate, &fit, column), run));
    }
    let last = clients.last(&scores);
    explained(findings, run, clients, outcome, burnout, &last, &baseline.values);
    Ok(())
}

/// (tau² without burnout − tau² with)/tau² without, both given baseline, same clients.
fn explained(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    outcome: &Measure,
    burnout: &Burnout<'_>,
    last: &[Option<f64>],
    baseline: &[Option<f64>],
) {
    let score = burnout.by_client(clients);
    let no_last = format!("no {} score", outcome.name());
    let sample = clients.complete(&[
        (last, &no_last),
        (baseline, "no baseline"),
        (&score, "no burnout score of the therapist"),
    ]);
    let label = format!(
        "Share of the therapist variance of final {} that {} accounts for",
        outcome.name(),
        burnout.measure.name()
    );
    let estimate = sample
        .describe(Estimate::new(format!("therapist/{}/{}/variance_explained", outcome.id, burnout.measure.id), label))
        .method("(tau² without burnout − tau² with burnout)/tau² without; final ~ baseline (+ burnout) + (1 | therapist), REML, same clients")
        .source("delgadillo2018");
    let tau2 = |columns: &[(&str, &[Option<f64>])]| -> Result<f64, String> {
        therapists::fit(clients, &sample.clients, last, columns).map(|fit| fit.variances.cluster)
    };
    let pair = || -> Result<(f64, f64), String> {
        if let Some(reason) = burnout.unusable(clients) {
            return Err(reason.to_owned());
        }
        Ok((
            tau2(&[("baseline", baseline)])?,
            tau2(&[("baseline", baseline), ("burnout", &score)])?,
        ))
    };
    let estimate = match pair() {
        Err(reason) => estimate.refused(reason),
        Ok((without, _)) if without <= NO_VARIANCE => {
            estimate.refused("no therapist variance to explain")
        }
        Ok((without, with)) => estimate
            .value((without - with) / without)
            .detail("variance_without", without)
            .detail("variance_with", with)
            .warn("very imprecise with few therapists, and may be negative"),
    };
    findings.estimates.push(few_therapists(estimate, run));
}
