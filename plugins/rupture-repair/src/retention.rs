//! How long clients stay: the survival curve of dropout.

use dyad_plugin::apa;
use dyad_plugin::derived::Clients;
use dyad_plugin::figure::{Axis, Figure, Plot, Survival, SurvivalCurve, SurvivalStep};
use dyad_plugin::prelude::*;
use dyad_stats::survival::{KaplanMeier, LifeTable, SurvivalInterval, kaplan_meier};

use crate::Settings;

/// Adds `retention/median`, the life table and the curve.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
) -> Result<(), Failure> {
    let estimate = Estimate::new("retention/median", "Session after which half of the clients have left against plan")
        .method("Kaplan–Meier; planned ends and treatments still running are censored; interval: log-log limits crossing one half, given where both do")
        .source("kaplan1958");
    let Some(dropout) = run.measures_of(Role::Dropout).next() else {
        findings.estimates.push(estimate.refused("the study declares no dropout measure"));
        return Ok(());
    };
    let left = run.table("clients")?.floats(&dropout.id)?;
    let (mut times, mut events, mut known) = (Vec::new(), Vec::new(), Vec::new());
    for (client, rows) in clients.rows.iter().enumerate() {
        let last = rows.clone().rev().find_map(|row| clients.session.get(row));
        let Some((last, left)) = last.zip(left.get(client)) else { continue };
        times.push(last as f64);
        events.push(left >= 0.5);
        known.push(client);
    }
    let n = clients.counts(&known);
    let unknown = (clients.len() - known.len()) as u64;
    let estimate = estimate.counts(n).dropped("dropout unknown", unknown);
    let curve = LifeTable::of(&times, &events)
        .and_then(|table| kaplan_meier(&table, SurvivalInterval::LogLog));
    let curve = match curve {
        Err(reason) => {
            findings.estimates.push(estimate.refused(reason.to_string()));
            return Ok(());
        }
        Ok(curve) => curve,
    };
    let interval = curve.median_ci[0].zip(curve.median_ci[1]).map(|(low, high)| [low, high]);
    findings.estimates.push(match curve.median {
        None => estimate.refused("fewer than half of the clients have left"),
        Some(median) => estimate.value(median).interval(interval),
    });
    findings.figures.push(figure(&curve, n));
    Ok(())
}

fn figure(curve: &KaplanMeier, n: Counts) -> Figure {
    let steps: Vec<SurvivalStep> = curve
        .steps
        .iter()
        .map(|step| SurvivalStep {
            time: step.time,
            survival: step.survival,
            low: step.ci.map(|ci| ci[0]),
            high: step.ci.map(|ci| ci[1]),
            at_risk: step.at_risk,
            events: step.events,
            censored: step.censored,
        })
        .collect();
    let end = curve.steps.last().map_or((0.0, 1.0), |step| (step.time, step.survival));
    let left: u64 = curve.steps.iter().map(|step| step.events).sum();
    let alt = format!(
        "Survival curve of treatment (vertical, share still in treatment) over sessions (horizontal), with a risk table. {} of {} clients left against \
         plan, and {} are still in treatment after session {}.",
        left,
        n.clients.unwrap_or(0),
        apa::percent(end.1, 0),
        apa::number(end.0, 0)
    );
    let caption = "Kaplan–Meier with 95 % log-log intervals. Who ended as planned or is still in treatment is censored at the last session.";
    let plot = Survival {
        x: Axis::new("Session"),
        y: Axis::new("Share not left against plan"),
        curves: vec![SurvivalCurve { label: "all clients".to_owned(), steps }],
        cumulative_incidence: false,
    };
    Figure::new("retention", "Clients who stay", caption, alt, n, Plot::Survival(plot))
}
