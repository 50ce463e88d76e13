//! Sudden gains and losses: large changes from one session to the next that hold.

use dyad_plugin::Rate;
use dyad_plugin::prelude::*;
use dyad_stats::sequence::{Direction as Way, SuddenRule, sudden_changes};

use crate::outcome::{Criterion, Outcome};

/// Sessions with a score that a client needs: two on either side of a step.
const FEWEST: usize = 4;

/// Adds `Y/sudden_gains` and `Y/sudden_losses`: shares of clients, with the number of changes among the details.
pub(crate) fn add(findings: &mut Findings, outcome: &Outcome<'_>) {
    let rule = points(outcome).map(|points| {
        let share = outcome.run.settings().sudden_share;
        SuddenRule { points, share, benefit_sign: outcome.sign }
    });
    let words = outcome.words.over(Basis::default()).with("fewest", FEWEST);
    let words = words.with("points", rule.as_ref().map_or(0.0, |rule| rule.points));
    let found = rule.and_then(|rule| rates(outcome, &rule));
    for (way, key) in ["Y/sudden_gains", "Y/sudden_losses"].into_iter().enumerate() {
        let estimate = words.estimate(key);
        findings.estimates.push(match &found {
            Err(reason) => estimate.method("").refused(reason.as_str()),
            Ok(rates) => {
                let (rate, changes) = &rates[way];
                let short = outcome.clients.len() as u64 - rate.of();
                let estimate = estimate.dropped(words.text("lacks.few_scores"), short);
                let given = rate.of_clients(estimate, outcome.clients, words.text("warn.rate"));
                given.detail("changes", *changes as f64)
            }
        });
    }
}

/// The points of a reliable change: those declared, else the criterion.
fn points(outcome: &Outcome<'_>) -> Result<f64, String> {
    match outcome.measure.reliable_change {
        Some(points) => Ok(points),
        None => Ok(match outcome.criterion()? {
            Criterion::Given(points) => points,
            Criterion::Computed(found) => found.criterion,
        }),
    }
}

/// Of gains and of losses: who has one, and how many there are.
fn rates(outcome: &Outcome<'_>, rule: &SuddenRule) -> Result<[(Rate, u64); 2], String> {
    let scores = outcome.run.scores(outcome.measure).map_err(|e| e.to_string())?;
    let mut rates = [(Rate::default(), 0_u64), (Rate::default(), 0)];
    let (mut x, mut sessions) = (Vec::new(), Vec::new());
    for client in 0..outcome.clients.len() {
        x.clear();
        sessions.clear();
        for (session, score) in outcome.clients.rated(client, &scores) {
            x.push(score);
            sessions.push(session);
        }
        if x.len() < FEWEST {
            continue;
        }
        let found = sudden_changes(&x, &sessions, rule)?;
        for ((rate, changes), way) in rates.iter_mut().zip([Way::Gain, Way::Loss]) {
            let n = found.iter().filter(|change| change.direction == way).count() as u64;
            rate.push(client, n > 0);
            *changes += n;
        }
    }
    Ok(rates)
}
