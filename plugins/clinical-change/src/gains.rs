//! Sudden gains and losses: large changes from one session to the next that hold.

use dyad_plugin::prelude::*;
use dyad_stats::sequence::{Direction as Way, SuddenRule, sudden_changes};

use crate::outcome::{Criterion, Outcome};
use crate::rate::Rate;

/// Sessions with a score that a client needs: two on either side of a step.
const FEWEST: usize = 4;

/// Adds `Y/sudden_gains` and `Y/sudden_losses`: shares of clients, with the number of changes among the details.
pub(crate) fn add(findings: &mut Findings, outcome: &Outcome<'_>) {
    let words = outcome.words.with("fewest", FEWEST);
    let found = rule(outcome).and_then(|rule| Ok((rates(outcome, &rule)?, rule)));
    let points = found.as_ref().map_or(0.0, |(_, rule)| rule.points);
    let words = words.with("points", points);
    for (key, way) in [("Y/sudden_gains", 0), ("Y/sudden_losses", 1)] {
        let estimate = words.estimate(key);
        findings.estimates.push(match &found {
            Err(reason) => Estimate { method: String::new(), ..estimate }.refused(reason.as_str()),
            Ok((rates, _)) => {
                let (rate, changes) = &rates[way];
                let short = outcome.clients.len() as u64 - rate.of();
                let estimate = estimate.dropped(words.text("lacks.few_scores"), short);
                rate.give(estimate, outcome.clients, &words).detail("changes", *changes as f64)
            }
        });
    }
}

fn rule(outcome: &Outcome<'_>) -> Result<SuddenRule, String> {
    let points = match (outcome.measure.reliable_change, &outcome.criterion) {
        (Some(points), _) => points,
        (None, Ok(Criterion::Given(points))) => *points,
        (None, Ok(Criterion::Computed(found))) => found.criterion,
        (None, Err(reason)) => return Err(reason.clone()),
    };
    let share = outcome.run.settings().sudden_share;
    Ok(SuddenRule { points, share, benefit_sign: outcome.sign })
}

/// Of gains and of losses: who has one, and how many there are.
fn rates(outcome: &Outcome<'_>, rule: &SuddenRule) -> Result<[(Rate, u64); 2], String> {
    let scores = outcome.run.scores(outcome.measure).map_err(|e| e.to_string())?;
    let mut rates = [(Rate::default(), 0_u64), (Rate::default(), 0)];
    let (mut x, mut sessions) = (Vec::new(), Vec::new());
    for client in 0..outcome.clients.len() {
        x.clear();
        sessions.clear();
        for at in outcome.clients.sessions(client) {
            if let Some(score) = scores.get(at.row) {
                x.push(score);
                sessions.push(at.session);
            }
        }
        if x.len() < FEWEST {
            continue;
        }
        let found = sudden_changes(&x, &sessions, rule).map_err(|e| e.to_string())?;
        for ((rate, changes), way) in rates.iter_mut().zip([Way::Gain, Way::Loss]) {
            let n = found.iter().filter(|change| change.direction == way).count() as u64;
            rate.push(client, n > 0);
            *changes += n;
        }
    }
    Ok(rates)
}
