//! How long clients stay: the survival curve of dropout.

use dyad_plugin::derived::Clients;
use dyad_plugin::figure::{Plot, Survival, SurvivalCurve, SurvivalStep};
use dyad_plugin::prelude::*;
use dyad_stats::survival::{KaplanMeier, LifeTable, SurvivalInterval, kaplan_meier};

use crate::Settings;

/// Adds `retention/median` and the curve.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
) -> Result<(), Failure> {
    let words = run.words();
    let dropout = match run.first_of(Role::Dropout) {
        Ok(dropout) => run.scores(dropout)?,
        Err(reason) => {
            findings.estimates.push(words.estimate("retention/median").refused(reason));
            return Ok(());
        }
    };
    let (mut times, mut events, mut known) = (Vec::new(), Vec::new(), Vec::new());
    for client in 0..clients.len() {
        if let Some((last, left)) = clients.sessions(client).last().zip(dropout.get(client)) {
            times.push(last.session as f64);
            events.push(left >= 0.5);
            known.push(client);
        }
    }
    let n = clients.counts(&known);
    let unknown = (clients.len() - known.len()) as u64;
    let curve = LifeTable::of(&times, &events)
        .and_then(|table| kaplan_meier(&table, SurvivalInterval::LogLog));
    let basis = Basis::from(n).without("dropout unknown", unknown);
    let estimate = words.over(basis).estimate("retention/median");
    findings.estimates.push(estimate.given(curve.as_ref(), |e, curve| {
        let [low, high] = curve.median_ci;
        let interval = low.zip(high).map(|(low, high)| [low, high]);
        let median = curve.median.ok_or_else(|| words.text("refuse.median"));
        e.given(median, |e, median| e.value(median).interval(interval))
    }));
    findings.figures.extend(curve.ok().map(|curve| figure(&words, &curve, n)));
    Ok(())
}

fn figure(words: &Words<'_>, curve: &KaplanMeier, n: Counts) -> Figure {
    let steps = curve.steps.iter().map(|step| SurvivalStep {
        time: step.time,
        survival: step.survival,
        low: step.ci.map(|ci| ci[0]),
        high: step.ci.map(|ci| ci[1]),
        at_risk: step.at_risk,
        events: step.events,
        censored: step.censored,
    });
    let curves = vec![SurvivalCurve { label: "all clients".to_owned(), steps: steps.collect() }];
    let (last, staying) = curve.steps.last().map_or((0.0, 1.0), |step| (step.time, step.survival));
    let left: u64 = curve.steps.iter().map(|step| step.events).sum();
    let words = words.with("left", left).with("clients", n.clients.unwrap_or(0));
    let words = words.numbers([("staying", staying), ("last", last)]);
    words.figure_with_axes("retention", n, |[x, y]| {
        Plot::Survival(Survival { x, y, curves, cumulative_incidence: false })
    })
}
