//! Burnout and the outcome: its level at the first session, and its course.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::mixed::{Criterion, Level, Rows};

use crate::burnout::{Burnout, detectable};
use crate::{Settings, few_therapists};

const COLUMNS: [&str; 4] = ["session", "burnout", "session_by_burnout", "baseline"];

/// Adds `outcome/Y/B/slope`, `…/session_by_burnout`, `…/session_by_burnout_random` and `…/detectable`.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    outcome: &Measure,
    burnout: &Burnout<'_>,
) -> Result<(), Failure> {
    let scores = run.table("sessions")?.floats(&outcome.id)?;
    let baseline = clients.baseline(run, outcome)?;
    let mut rows = Rows::in_nested_clusters(&COLUMNS);
    let mut sloped = Rows::in_nested_clusters(&COLUMNS)
        .with_random_slope("session", &[Level::Cluster])
        .map_err(|e| Failure::internal(e.to_string()))?;
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
            for rows in [&mut rows, &mut sloped] {
                rows.push(therapist, id, &[s1, b, s1 * b, severity], y)
                    .map_err(|e| Failure::internal(e.to_string()))?;
            }
        }
        if rows.len() > before {
            used.push(client);
        }
    }
    let n = Counts { rows: Some(rows.len() as u64), ..clients.counts(&used) };
    let fit = |rows: &Rows| match burnout.unusable(clients) {
        Some(reason) => Err(reason.to_owned()),
        None => rows.fit(Criterion::Reml).map_err(|e| e.to_string()),
    };
    let (plain, sloped) = (fit(&rows), fit(&sloped));
    let (y, b) = (outcome.name(), burnout.measure.name());
    let new = |what: &str, label: String, random: &str| {
        Estimate::new(format!("outcome/{}/{}/{what}", outcome.id, burnout.measure.id), label)
            .counts(n)
            .dropped_rows("no outcome score, baseline or burnout score", incomplete)
            .method(format!(
                "Y ~ (session − 1) × burnout + baseline + {random}, REML; Satterthwaite df; baseline: {}",
                baseline.source
            ))
            .source("delgadillo2018")
    };
    let intercepts = "(1 | therapist/client)";
    let level = new("slope", format!("{y} at the first session per point of {b}"), intercepts);
    let level = level.fixed_effect(&plain, &[("burnout", 1.0)]);
    let course = format!("Change of {y} per session and point of {b}");
    let common = new("session_by_burnout", course.clone(), intercepts);
    let common = common.fixed_effect(&plain, &[("session_by_burnout", 1.0)]);
    let own = new(
        "session_by_burnout_random",
        format!("{course}, clients with slopes of their own"),
        "(1 | therapist) + (1 + session | client)",
    );
    let own = own.fixed_effect(&sloped, &[("session_by_burnout", 1.0)]);
    let smallest = detectable(&own, run, burnout);
    // A common slope treats sessions as independent evidence about a client's course.
    let common = match (common.se, own.se) {
        (Some(narrow), Some(wide)) if wide > 1.25 * narrow => common.warn(format!(
            "clients differ in their course: with slopes of their own the standard error is {:.1} times this one, see session_by_burnout_random",
            wide / narrow
        )),
        _ => common,
    };
    findings.estimates.extend([level, common, own].map(|e| few_therapists(e, run)));
    findings.estimates.push(smallest);
    Ok(())
}
