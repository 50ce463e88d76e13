//! The partial likelihood: sums over the risk sets, and what each event time adds.

use std::ops::Range;

use super::{Intervals, Ties, discrete};
use crate::linalg::design::{Pass, RowSums, add_square, dot, mirror, width, with_width};

/// The distinct times at which something happened, ascending, and which of them each row is at risk at.
pub(super) struct EventTimes {
    pub(super) times: Vec<f64>,
    /// First and end among the times, row by row: asked at every step of the fit, looked up once.
    spans: Vec<[u32; 2]>,
}

impl EventTimes {
    pub(super) fn of(data: &Intervals) -> Self {
        let happened = data.stop.iter().zip(data.event).filter(|(_, event)| **event);
        let mut times: Vec<f64> = happened.map(|(time, _)| *time).collect();
        times.sort_unstable_by(f64::total_cmp);
        times.dedup_by(|a, b| a.total_cmp(b).is_eq());
        let until = |end: f64| {
            let past = times.partition_point(|time| *time <= end);
            u32::try_from(past).unwrap_or(u32::MAX)
        };
        let spans = data.start.iter().zip(data.stop).map(|(&start, &stop)| {
            let first = until(start);
            [first, until(stop).max(first)]
        });
        let spans = spans.collect();
        Self { times, spans }
    }

    /// The event times at which a row is at risk.
    pub(super) fn covered(&self, row: usize) -> Range<usize> {
        let [first, end] = self.spans[row];
        first as usize..end as usize
    }

    /// Whether the row's event is at this event time.
    pub(super) fn happens(&self, data: &Intervals, row: usize, time: usize) -> bool {
        data.event[row] && self.times[time].total_cmp(&data.stop[row]).is_eq()
    }
}

/// Sums over a risk set, or over the events in it: number, Σ r, Σ r·x, Σ r·x·x' with r = exp(x'β).
#[derive(Clone)]
pub(super) struct Sums {
    count: u32,
    pub(super) s0: f64,
    pub(super) s1: Vec<f64>,
    pub(super) s2: Vec<f64>,
}

impl Sums {
    fn zero(p: usize) -> Self {
        Self { count: 0, s0: 0.0, s1: vec![0.0; p], s2: vec![0.0; p * p] }
    }

    fn push(&mut self, x: &[f64], r: f64) {
        let p = x.len();
        self.count += 1;
        self.s0 += r;
        for i in 0..p {
            self.s1[i] += r * x[i];
            for j in 0..p {
                self.s2[i * p + j] += r * x[i] * x[j];
            }
        }
    }

    /// From number, Σ r, Σ r·x and the lower triangle of Σ r·x·x', one after another.
    fn from_flat(flat: &[f64], p: usize) -> Self {
        let mut s2 = flat[2 + p..].to_vec();
        mirror(&mut s2, p);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of rows, counted one by one"
        )]
        let count = flat[0] as u32;
        Self { count, s0: flat[1], s1: flat[2..2 + p].to_vec(), s2 }
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.s0 += other.s0;
        self.s1.iter_mut().zip(&other.s1).for_each(|(a, b)| *a += b);
        self.s2.iter_mut().zip(&other.s2).for_each(|(a, b)| *a += b);
    }
}

/// One event time.
#[derive(Clone)]
pub(super) struct AtTime {
    pub(super) risk: Sums,
    pub(super) events: Sums,
    /// Σ x over the events.
    x: Vec<f64>,
    /// Σ x'β over the events.
    linear: f64,
}

/// What one event time adds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    pub(super) time: f64,
    pub(super) at_risk: u32,
    pub(super) events: u32,
    pub(super) score: Vec<f64>,
    pub(super) information: Vec<f64>,
}

impl AtTime {
    pub(super) fn count(&self) -> u32 {
        self.events.count
    }

    /// Which share of the tied events has left the risk set at step k.
    pub(super) fn gone(&self, k: u32, ties: Ties) -> f64 {
        if ties == Ties::Efron { f64::from(k) / f64::from(self.count()) } else { 0.0 }
    }

    /// Sum of the risk set at step k of the tied events; its mean goes into `mean`.
    pub(super) fn step(&self, k: u32, ties: Ties, mean: &mut [f64]) -> f64 {
        let gone = self.gone(k, ties);
        let s0 = self.risk.s0 - gone * self.events.s0;
        for (mean, (risk, events)) in mean.iter_mut().zip(self.risk.s1.iter().zip(&self.events.s1))
        {
            *mean = (risk - gone * events) / s0;
        }
        s0
    }

    pub(super) fn part(&self, time: f64, ties: Ties) -> Part {
        let p = self.x.len();
        let mut score = self.x.clone();
        let mut information = vec![0.0; p * p];
        let mut mean = vec![0.0; p];
        for k in 0..self.count() {
            let s0 = self.step(k, ties, &mut mean);
            let gone = self.gone(k, ties);
            for i in 0..p {
                score[i] -= mean[i];
                for j in 0..p {
                    let second = self.risk.s2[i * p + j] - gone * self.events.s2[i * p + j];
                    information[i * p + j] += second / s0 - mean[i] * mean[j];
                }
            }
        }
        Part { time, at_risk: self.risk.count, events: self.count(), score, information }
    }

    fn log_likelihood(&self, ties: Ties) -> f64 {
        let steps = 0..self.count();
        self.linear
            - steps.map(|k| (self.risk.s0 - self.gone(k, ties) * self.events.s0).ln()).sum::<f64>()
    }
}

pub(super) struct Evaluation {
    /// Empty under [`Ties::Exact`].
    pub(super) times: Vec<AtTime>,
    pub(super) log_likelihood: f64,
    pub(super) score: Vec<f64>,
    pub(super) information: Vec<f64>,
}

pub(super) fn evaluate(
    data: &Intervals,
    times: &EventTimes,
    beta: &[f64],
    ties: Ties,
) -> Evaluation {
    if ties == Ties::Exact {
        return discrete::evaluate(data, times, beta);
    }
    let p = beta.len();
    let at = with_width(p, Collect(data, times, beta));
    let mut all = Evaluation {
        times: Vec::new(),
        log_likelihood: 0.0,
        score: vec![0.0; p],
        information: vec![0.0; p * p],
    };
    for (at, &time) in at.iter().zip(&times.times) {
        let part = at.part(time, ties);
        all.log_likelihood += at.log_likelihood(ties);
        all.score.iter_mut().zip(&part.score).for_each(|(sum, s)| *sum += s);
        all.information.iter_mut().zip(&part.information).for_each(|(sum, v)| *sum += v);
    }
    all.times = at;
    all
}

/// Up to so many event times, rows are summed by the span of times they are at risk in: sessions are few, days are many.
const FEW_TIMES: usize = 64;

/// One pass over the rows, one over the event times.
///
/// A row is added once, to the sums of all rows that are at risk from the same event time on until the same last one; these are carried
/// down from the last time to the first afterwards. Sums only grow, so nothing is ever subtracted. With many event times this is done
/// for the rows at risk from the first on, which are most, and the others are added at each of their times.
struct Collect<'a>(&'a Intervals<'a>, &'a EventTimes, &'a [f64]);

impl Pass for Collect<'_> {
    type Given = Vec<AtTime>;

    fn over<const P: usize>(self, any: usize) -> Vec<AtTime> {
        let (p, Self(data, times, beta)) = (width::<P>(any), self);
        let n = times.times.len();
        let zero =
            AtTime { risk: Sums::zero(p), events: Sums::zero(p), x: vec![0.0; p], linear: 0.0 };
        let mut at = vec![zero; n];
        let starts = if n <= FEW_TIMES { n } else { 1 };
        // Per span: number, Σ r, Σ r·x, and the lower triangle of Σ r·x·x'.
        let size = 2 + p + p * p;
        let mut spans = vec![0.0; starts * n * size];
        let mut x = RowSums::new(p);
        let x = x.of(p);
        for row in 0..data.stop.len() {
            let at_risk = times.covered(row);
            let Some(last) = at_risk.clone().next_back() else { continue };
            for (value, (_, column)) in x.iter_mut().zip(data.columns) {
                *value = column[row];
            }
            let linear = dot(x, beta, p);
            let r = linear.exp();
            if at_risk.start < starts {
                let from = (at_risk.start * n + last) * size;
                let sums = &mut spans[from..from + size];
                sums[0] += 1.0;
                sums[1] += r;
                for k in 0..p {
                    sums[2 + k] += r * x[k];
                }
                add_square(&mut sums[2 + p..], x, r, p);
            } else {
                at[at_risk].iter_mut().for_each(|at| at.risk.push(x, r));
            }
            if times.happens(data, row, last) {
                at[last].events.push(x, r);
                at[last].linear += linear;
                at[last].x.iter_mut().zip(&*x).for_each(|(sum, x)| *sum += x);
            }
        }
        let mut carried = vec![0.0; size];
        for first in 0..starts {
            carried.fill(0.0);
            for last in (first..n).rev() {
                let from = (first * n + last) * size;
                carried.iter_mut().zip(&spans[from..from + size]).for_each(|(sum, s)| *sum += s);
                at[last].risk.merge(&Sums::from_flat(&carried, p));
            }
        }
        at
    }
}
