//! Score residuals, from which the robust variance comes.

use std::ops::Range;

use super::risk_sets::EventTimes;
use super::{AtTime, Intervals, Ties};

/// Σ 1/S0ₖ and Σ x̄ₖ/S0ₖ over the steps of one time, or of several.
#[derive(Clone)]
struct Weights {
    inverse: f64,
    means: Vec<f64>,
}

/// What the tied events of one time contribute, summed over the steps once instead of once per row.
struct Steps {
    at_risk: Weights,
    /// The same with the share of an event's row that is still at risk.
    with_event: Weights,
    /// Σ x̄ₖ/d.
    mean: Vec<f64>,
}

impl Steps {
    fn of(time: &AtTime, ties: Ties, p: usize) -> Self {
        let zero = || Weights { inverse: 0.0, means: vec![0.0; p] };
        let mut steps = Self { at_risk: zero(), with_event: zero(), mean: vec![0.0; p] };
        let mut mean = vec![0.0; p];
        for k in 0..time.count() {
            let s0 = time.step(k, ties, &mut mean);
            let left = 1.0 - time.gone(k, ties);
            steps.at_risk.inverse += 1.0 / s0;
            steps.with_event.inverse += left / s0;
            for i in 0..p {
                steps.at_risk.means[i] += mean[i] / s0;
                steps.with_event.means[i] += left * mean[i] / s0;
                steps.mean[i] += mean[i] / f64::from(time.count());
            }
        }
        steps
    }
}

/// Hands the sum of the score residuals of each cluster to `each`.
pub(super) fn by_cluster(
    data: &Intervals,
    times: &EventTimes,
    at: &[AtTime],
    ties: Ties,
    beta: &[f64],
    clusters: &[Range<usize>],
    mut each: impl FnMut(&mut [f64]),
) {
    let p = beta.len();
    let steps: Vec<Steps> = at.iter().map(|at| Steps::of(at, ties, p)).collect();
    // Sums from the first time on, for the rows that are at risk from then: one look-up instead of a walk.
    let mut so_far = vec![Weights { inverse: 0.0, means: vec![0.0; p] }];
    for step in &steps {
        let mut next = so_far[so_far.len() - 1].clone();
        next.inverse += step.at_risk.inverse;
        next.means.iter_mut().zip(&step.at_risk.means).for_each(|(sum, m)| *sum += m);
        so_far.push(next);
    }
    let mut score = vec![0.0; p];
    for rows in clusters {
        score.fill(0.0);
        for row in rows.clone() {
            let value = |column: usize| data.columns[column].1[row];
            let r = (0..p).map(|i| value(i) * beta[i]).sum::<f64>().exp();
            let mut subtract = |weights: &Weights| {
                for i in 0..p {
                    score[i] -= r * (value(i) * weights.inverse - weights.means[i]);
                }
            };
            let mut plain = times.covered(row);
            let last = plain.clone().next_back();
            let event = last.filter(|&last| times.happens(data, row, last));
            if let Some(last) = event {
                plain.end = last;
                subtract(&steps[last].with_event);
            }
            if plain.start == 0 {
                subtract(&so_far[plain.end]);
            } else {
                plain.for_each(|at| subtract(&steps[at].at_risk));
            }
            if let Some(last) = event {
                (0..p).for_each(|i| score[i] += value(i) - steps[last].mean[i]);
            }
        }
        each(&mut score);
    }
}
