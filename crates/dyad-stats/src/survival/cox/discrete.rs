//! Exact handling of ties: time is discrete, and any d of those at risk could have been the d that left.

use super::Intervals;
use super::risk_sets::{Evaluation, EventTimes};

/// The sum over all sets of m persons of the product of their r, with its first and second derivatives in β.
#[derive(Clone)]
struct Subsets {
    value: f64,
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Subsets {
    fn new(value: f64, p: usize) -> Self {
        Self { value, first: vec![0.0; p], second: vec![0.0; p * p] }
    }

    /// Adds the sets that hold one more person: `fewer` are those of m − 1 without it.
    fn add(&mut self, fewer: &Self, x: &[f64], r: f64) {
        let p = x.len();
        self.value += r * fewer.value;
        for i in 0..p {
            self.first[i] += r * (fewer.first[i] + x[i] * fewer.value);
            for j in 0..p {
                let crossed = x[i] * fewer.first[j] + x[j] * fewer.first[i];
                self.second[i * p + j] +=
                    r * (fewer.second[i * p + j] + crossed + x[i] * x[j] * fewer.value);
            }
        }
    }
}

pub(super) fn evaluate(data: &Intervals, times: &EventTimes, beta: &[f64]) -> Evaluation {
    let p = beta.len();
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); times.times.len()];
    for row in 0..data.stop.len() {
        times.covered(row).for_each(|time| members[time].push(row));
    }
    let mut all = Evaluation {
        times: Vec::new(),
        log_likelihood: 0.0,
        score: vec![0.0; p],
        information: vec![0.0; p * p],
    };
    let values = |row: usize, x: &mut [f64]| -> f64 {
        x.iter_mut().zip(data.columns).for_each(|(x, (_, column))| *x = column[row]);
        x.iter().zip(beta).map(|(x, b)| x * b).sum()
    };
    let mut x = vec![0.0; p];
    for (time, rows) in members.iter().enumerate() {
        let events = rows.iter().filter(|&&row| times.happens(data, row, time)).count();
        // Divided by the mean hazard of those at risk, so that products of hundreds stay within range.
        let centre = rows.iter().map(|&row| values(row, &mut x)).sum::<f64>() / rows.len() as f64;
        let mut sets = vec![Subsets::new(0.0, p); events + 1];
        sets[0].value = 1.0;
        // And by a factor whenever they grow: only ratios of the largest are needed, with what was taken out.
        let mut log_scale = 0.0;
        for (seen, &row) in rows.iter().enumerate() {
            let linear = values(row, &mut x) - centre;
            let r = linear.exp();
            for m in (1..=events.min(seen + 1)).rev() {
                let (fewer, more) = sets.split_at_mut(m);
                more[0].add(&fewer[m - 1], &x, r);
            }
            if times.happens(data, row, time) {
                all.log_likelihood += linear;
                all.score.iter_mut().zip(&x).for_each(|(sum, x)| *sum += x);
            }
            let largest = sets.iter().map(|s| s.value).fold(0.0, f64::max);
            if largest > 1e100 {
                log_scale += largest.ln();
                for set in &mut sets {
                    set.value /= largest;
                    set.first.iter_mut().for_each(|v| *v /= largest);
                    set.second.iter_mut().for_each(|v| *v /= largest);
                }
            }
        }
        let Subsets { value, first, second } = &sets[events];
        all.log_likelihood -= value.ln() + log_scale;
        for i in 0..p {
            all.score[i] -= first[i] / value;
            for j in 0..p {
                all.information[i * p + j] +=
                    second[i * p + j] / value - first[i] / value * (first[j] / value);
            }
        }
    }
    all
}
