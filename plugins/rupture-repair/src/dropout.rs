//! Ruptures and dropout: a hazard model in which only past ruptures count.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::sequence::{Rule, ruptures};
use dyad_stats::survival::{Intervals, Ties, cox};

use crate::Settings;
use crate::detectors::{rated, repair};

/// One row per session of a client: at risk from the previous session number to this one.
#[derive(Default)]
struct Rows {
    start: Vec<f64>,
    stop: Vec<f64>,
    event: Vec<bool>,
    ruptured: Vec<f64>,
    baseline: Vec<f64>,
    /// End of the rows of each client used.
    ends: Vec<usize>,
    clients: Vec<usize>,
}

/// Adds `dropout/A/hazard_ratio`. The exposure comes from `fixed_drop` on all clients, because the other detectors look at the whole
/// series and so into the future.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    alliance: &Measure,
) -> Result<(), Failure> {
    let estimate = Estimate::new(
        format!("dropout/{}/hazard_ratio", alliance.id),
        format!("Hazard ratio of dropout after a drop of {}", alliance.name()),
    )
    .method(format!(
        "Cox model, Efron ties, standard error robust by therapist; exposure: a drop of {} scale points at an earlier session; baseline held constant",
        run.settings().fixed_drop
    ))
    .source("cox1972")
    .source("efron1977")
    .source("lin1989");
    let (Some(dropout), Some(baseline)) =
        (run.measures_of(Role::Dropout).next(), run.measures_of(Role::Baseline).next())
    else {
        let lacking =
            if run.measures_of(Role::Dropout).next().is_none() { "dropout" } else { "baseline" };
        findings
            .estimates
            .push(estimate.refused(format!("the study declares no {lacking} measure")));
        return Ok(());
    };
    let table = run.table("clients")?;
    let (left, severity) = (table.floats(&dropout.id)?, table.floats(&baseline.id)?);
    let ratings = run.table("sessions")?.floats(&alliance.id)?;

    let mut rows = Rows::default();
    let (mut unknown, mut no_baseline) = (0, 0);
    let (mut x, mut s) = (Vec::new(), Vec::new());
    for (client, range) in clients.rows.iter().enumerate() {
        let Some(left) = left.get(client) else {
            unknown += 1;
            continue;
        };
        let Some(severity) = severity.get(client) else {
            no_baseline += 1;
            continue;
        };
        (x, s) = rated(clients, ratings, range.clone(), x, s);
        let found = ruptures(&x, &s, Rule::Drop(run.settings().fixed_drop), repair(run.settings()));
        let first = found.first().map(|rupture| s[rupture.at]);
        let sessions: Vec<i64> = range.clone().filter_map(|row| clients.session.get(row)).collect();
        for (at, &session) in sessions.iter().enumerate() {
            rows.start.push(if at == 0 { 0.0 } else { sessions[at - 1] as f64 });
            rows.stop.push(session as f64);
            rows.event.push(at + 1 == sessions.len() && left >= 0.5);
            rows.ruptured.push(f64::from(first.is_some_and(|first| first < session)));
            rows.baseline.push(severity);
        }
        if !sessions.is_empty() {
            rows.ends.push(rows.stop.len());
            rows.clients.push(client);
        }
    }
    let estimate = estimate
        .counts(Counts { rows: Some(rows.stop.len() as u64), ..clients.counts(&rows.clients) })
        .dropped("dropout unknown", unknown)
        .dropped("no baseline", no_baseline);
    findings.estimates.push(hazard(estimate, &rows, clients));
    Ok(())
}

fn hazard(estimate: Estimate, rows: &Rows, clients: &Clients<'_>) -> Estimate {
    let exposed = rows.ruptured.iter().filter(|r| **r > 0.5).count();
    let events = rows.event.iter().filter(|e| **e).count();
    if events == 0 {
        return estimate.refused("no dropout");
    }
    if exposed == 0 || exposed == rows.ruptured.len() {
        return estimate.refused("no rupture before the last session of any client");
    }
    let therapists = match clients.therapist_ranges(&rows.clients) {
        Ok(therapists) => therapists,
        Err(reason) => return estimate.refused(reason),
    };
    // From ranges of clients to ranges of rows.
    let begin = |client: usize| if client == 0 { 0 } else { rows.ends[client - 1] };
    let clusters: Vec<_> = therapists.iter().map(|c| begin(c.start)..begin(c.end)).collect();
    let data = Intervals {
        start: &rows.start,
        stop: &rows.stop,
        event: &rows.event,
        columns: &[("ruptured", &rows.ruptured), ("baseline", &rows.baseline)],
    };
    match cox(&data, &clusters, Ties::Efron) {
        Err(reason) => estimate.refused(reason.to_string()),
        Ok(fit) => {
            let b = fit.coefficients[0];
            let given = estimate
                .value(b.estimate.exp())
                .se(b.robust_se.unwrap_or(b.se))
                .ci([b.ci[0].exp(), b.ci[1].exp()])
                .statistic("z", b.z, None)
                .p(b.p)
                .detail("events", events as f64)
                .detail("exposed_rows", exposed as f64)
                .detail("se_model", b.se);
            if clusters.len() < 10 {
                given.warn(format!(
                    "only {} therapists: the robust standard error is unreliable",
                    clusters.len()
                ))
            } else {
                given
            }
        }
    }
}
