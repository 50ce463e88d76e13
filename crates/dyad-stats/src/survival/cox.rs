//! Proportional hazards with time-varying covariates.

use std::ops::Range;

use crate::distributions::normal;
use crate::linalg::Cholesky;
use crate::{Result, StatsError};

/// At-risk intervals (start, stop], one per row, with covariates in columns.
#[derive(Clone, Copy, Debug)]
pub struct Intervals<'a> {
    /// Before the interval.
    pub start: &'a [f64],
    /// Its end.
    pub stop: &'a [f64],
    /// Whether the event happened at its end.
    pub event: &'a [bool],
    /// Covariates: name and one value per row.
    pub columns: &'a [(&'a str, &'a [f64])],
}

/// One coefficient on the log scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoxCoefficient {
    /// log hazard ratio per unit.
    pub estimate: f64,
    /// Model-based standard error.
    pub se: f64,
    /// Standard error robust by cluster.
    pub robust_se: f64,
    /// estimate/robust se.
    pub z: f64,
    /// Two-sided.
    pub p: f64,
    /// 95 % interval of the log hazard ratio, from the robust standard error.
    pub ci: [f64; 2],
}

/// A fitted model.
#[derive(Clone, Debug, PartialEq)]
pub struct Cox {
    /// In the order of the columns.
    pub coefficients: Vec<CoxCoefficient>,
    /// Partial log-likelihood without covariates, and at the estimates.
    pub log_likelihood: [f64; 2],
    /// Events.
    pub events: usize,
}

/// Beyond this a log hazard ratio counts as infinite.
const UNBOUNDED: f64 = 15.0;

/// Returns the Cox model with Efron's handling of ties and standard errors robust by cluster.
///
/// With d events at a time, risk-set sums S0, S1, S2 and the same sums over the events E, step k of d uses S − (k/d)·E. Robust variance:
/// sums over clusters of the score residuals U_g, V·Σ U_g U_g'·V.
///
/// # Shape and units
/// One row per interval; `clusters`: contiguous ranges of rows that belong together. Hazard ratios are per unit of a column.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// - [`StatsError::UnequalLengths`], [`StatsError::NotFinite`].
/// - [`StatsError::NoEvents`] without an event.
/// - [`StatsError::Collinear`] naming a column that is constant within every risk set or depends on others.
/// - [`StatsError::Unbounded`] if an estimate grows without bound (separation).
/// - [`StatsError::NotConverged`].
///
/// # Source
/// `[@cox1972]`, `[@efron1977]`, `[@lin1989]`. Checked against R `survival::coxph(Surv(start, stop, event) ~ …, ties = "efron", cluster)`.
pub fn cox(data: &Intervals, clusters: &[Range<usize>]) -> Result<Cox> {
    check(data)?;
    let times = event_times(data);
    if times.is_empty() {
        return Err(StatsError::NoEvents { what: "event" });
    }
    let p = data.columns.len();
    let mut beta = vec![0.0; p];
    let mut step = evaluate(data, &times, &beta);
    let null = step.log_likelihood;
    for _ in 0..50 {
        let factor = Cholesky::new(&step.information, p, p, 1e-10).map_err(|column| {
            StatsError::Collinear { columns: vec![data.columns[column].0.to_owned()] }
        })?;
        let mut direction = step.score.clone();
        factor.solve(&mut direction);
        let mut next = moved(&beta, &direction, 1.0);
        let mut there = evaluate(data, &times, &next);
        let mut length = 1.0;
        let worse =
            |l: f64| l.is_nan() || l < step.log_likelihood - 1e-12 * step.log_likelihood.abs();
        while worse(there.log_likelihood) && length > 1e-6 {
            length *= 0.5;
            next = moved(&beta, &direction, length);
            there = evaluate(data, &times, &next);
        }
        let done =
            direction.iter().zip(&next).all(|(d, b)| (length * d).abs() <= 1e-12 * (1.0 + b.abs()));
        (beta, step) = (next, there);
        if let Some(at) = beta.iter().position(|b| b.abs() > UNBOUNDED) {
            return Err(StatsError::Unbounded {
                what: format!("the hazard ratio of {}", data.columns[at].0).into(),
            });
        }
        if done {
            return package(data, &times, clusters, &beta, &step, null);
        }
    }
    Err(StatsError::NotConverged { what: "the Cox model", iterations: 50 })
}

fn check(data: &Intervals) -> Result<()> {
    let n = data.stop.len();
    let lengths = [data.start.len(), data.event.len()];
    let columns = data.columns.iter().map(|(_, values)| values.len());
    if let Some(other) = lengths.into_iter().chain(columns).find(|&l| l != n) {
        return Err(StatsError::UnequalLengths {
            what: "columns of the intervals",
            left: n,
            right: other,
        });
    }
    let values = data.columns.iter().flat_map(|(_, values)| values.iter());
    if !data.start.iter().chain(data.stop).chain(values).all(|v| v.is_finite()) {
        return Err(StatsError::NotFinite { what: "the intervals".into() });
    }
    Ok(())
}

fn moved(beta: &[f64], direction: &[f64], length: f64) -> Vec<f64> {
    beta.iter().zip(direction).map(|(b, d)| b + length * d).collect()
}

/// Distinct times at which something happened, ascending.
fn event_times(data: &Intervals) -> Vec<f64> {
    let mut times: Vec<f64> =
        data.stop.iter().zip(data.event).filter(|(_, e)| **e).map(|(t, _)| *t).collect();
    times.sort_by(f64::total_cmp);
    times.dedup_by(|a, b| a.total_cmp(b).is_eq());
    times
}

/// Sums over a risk set, or over the events in it: Σ r, Σ r·x, Σ r·x·x' with r = exp(x'β).
#[derive(Clone)]
struct Sums {
    s0: f64,
    s1: Vec<f64>,
    s2: Vec<f64>,
}

/// One event time.
#[derive(Clone)]
struct AtTime {
    risk: Sums,
    events: Sums,
    /// Σ x over the events.
    x: Vec<f64>,
    /// Σ x'β over the events.
    linear: f64,
    count: u32,
}

struct Evaluation {
    times: Vec<AtTime>,
    log_likelihood: f64,
    score: Vec<f64>,
    information: Vec<f64>,
}

/// One pass over the rows, then one over the event times.
fn evaluate(data: &Intervals, times: &[f64], beta: &[f64]) -> Evaluation {
    let p = beta.len();
    let zero = Sums { s0: 0.0, s1: vec![0.0; p], s2: vec![0.0; p * p] };
    let empty = AtTime { risk: zero.clone(), events: zero, x: vec![0.0; p], linear: 0.0, count: 0 };
    let mut at = vec![empty; times.len()];
    let mut x = vec![0.0; p];
    for row in 0..data.stop.len() {
        for (value, (_, column)) in x.iter_mut().zip(data.columns) {
            *value = column[row];
        }
        let linear: f64 = x.iter().zip(beta).map(|(x, b)| x * b).sum();
        let r = linear.exp();
        for time in covered(data, times, row) {
            add(&mut at[time].risk, &x, r);
            if data.event[row] && times[time].total_cmp(&data.stop[row]).is_eq() {
                add(&mut at[time].events, &x, r);
                at[time].count += 1;
                at[time].linear += linear;
                at[time].x.iter_mut().zip(&x).for_each(|(sum, x)| *sum += x);
            }
        }
    }
    let (mut log_likelihood, mut score, mut information) = (0.0, vec![0.0; p], vec![0.0; p * p]);
    for time in &at {
        log_likelihood += time.linear;
        score.iter_mut().zip(&time.x).for_each(|(s, x)| *s += x);
        for k in 0..time.count {
            let (s0, mean) = efron(time, k);
            log_likelihood -= s0.ln();
            let share = f64::from(k) / f64::from(time.count);
            for i in 0..p {
                score[i] -= mean[i];
                for j in 0..p {
                    let second = time.risk.s2[i * p + j] - share * time.events.s2[i * p + j];
                    information[i * p + j] += second / s0 - mean[i] * mean[j];
                }
            }
        }
    }
    Evaluation { times: at, log_likelihood, score, information }
}

/// The event times at which a row is at risk.
fn covered(data: &Intervals, times: &[f64], row: usize) -> Range<usize> {
    let first = times.partition_point(|t| *t <= data.start[row]);
    let end = times.partition_point(|t| *t <= data.stop[row]);
    first..end.max(first)
}

fn add(sums: &mut Sums, x: &[f64], r: f64) {
    let p = x.len();
    sums.s0 += r;
    for i in 0..p {
        sums.s1[i] += r * x[i];
        for j in 0..p {
            sums.s2[i * p + j] += r * x[i] * x[j];
        }
    }
}

/// Sum and mean of the risk set at step k of the tied events.
fn efron(time: &AtTime, k: u32) -> (f64, Vec<f64>) {
    let share = f64::from(k) / f64::from(time.count);
    let s0 = time.risk.s0 - share * time.events.s0;
    let mean =
        time.risk.s1.iter().zip(&time.events.s1).map(|(risk, events)| (risk - share * events) / s0);
    (s0, mean.collect())
}

/// What the tied events of one time contribute to the score residuals, summed over the steps once instead of once per row.
struct Steps {
    /// Σ 1/S0ₖ, and Σ x̄ₖ/S0ₖ.
    at_risk: (f64, Vec<f64>),
    /// The same with weights 1 − k/d: for the rows with the event.
    with_event: (f64, Vec<f64>),
    /// Σ x̄ₖ/d.
    mean: Vec<f64>,
}

impl Steps {
    fn of(time: &AtTime) -> Self {
        let p = time.x.len();
        let zero = || (0.0, vec![0.0; p]);
        let mut steps = Self { at_risk: zero(), with_event: zero(), mean: vec![0.0; p] };
        let d = f64::from(time.count);
        for k in 0..time.count {
            let (s0, mean) = efron(time, k);
            let share = 1.0 - f64::from(k) / d;
            steps.at_risk.0 += 1.0 / s0;
            steps.with_event.0 += share / s0;
            for i in 0..p {
                steps.at_risk.1[i] += mean[i] / s0;
                steps.with_event.1[i] += share * mean[i] / s0;
                steps.mean[i] += mean[i] / d;
            }
        }
        steps
    }
}

/// Score residual of one row, added to `into`.
fn residual(
    data: &Intervals,
    times: &[f64],
    steps: &[Steps],
    beta: &[f64],
    row: usize,
    into: &mut [f64],
) {
    let x = || data.columns.iter().map(|(_, column)| column[row]);
    let r = x().zip(beta).map(|(x, b)| x * b).sum::<f64>().exp();
    for at in covered(data, times, row) {
        let happened = data.event[row] && times[at].total_cmp(&data.stop[row]).is_eq();
        let step = &steps[at];
        let (inverse, means) = if happened { &step.with_event } else { &step.at_risk };
        for (i, x) in x().enumerate() {
            into[i] -= r * (x * inverse - means[i]);
            if happened {
                into[i] += x - step.mean[i];
            }
        }
    }
}

fn package(
    data: &Intervals,
    times: &[f64],
    clusters: &[Range<usize>],
    beta: &[f64],
    evaluation: &Evaluation,
    null: f64,
) -> Result<Cox> {
    let p = beta.len();
    let collinear =
        |column: usize| StatsError::Collinear { columns: vec![data.columns[column].0.to_owned()] };
    let factor = Cholesky::new(&evaluation.information, p, p, 1e-10).map_err(collinear)?;
    let steps: Vec<Steps> = evaluation.times.iter().map(Steps::of).collect();
    let mut robust = vec![0.0; p];
    let mut score = vec![0.0; p];
    for rows in clusters {
        score.fill(0.0);
        rows.clone().for_each(|row| residual(data, times, &steps, beta, row, &mut score));
        // V·U of this cluster: how much the estimates move without it.
        factor.solve(&mut score);
        robust.iter_mut().zip(&score).for_each(|(sum, moved)| *sum += moved * moved);
    }
    let z975 = normal::quantile(0.975);
    let coefficients = (0..p)
        .map(|k| {
            let mut unit = vec![0.0; p];
            unit[k] = 1.0;
            let (se, robust_se) = (factor.quadratic_form(&unit).sqrt(), robust[k].sqrt());
            let (estimate, z) = (beta[k], beta[k] / robust_se);
            let ci = [estimate - z975 * robust_se, estimate + z975 * robust_se];
            CoxCoefficient { estimate, se, robust_se, z, p: normal::two_sided(z), ci }
        })
        .collect();
    let events = data.event.iter().filter(|e| **e).count();
    Ok(Cox { coefficients, log_likelihood: [null, evaluation.log_likelihood], events })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals() {
        let data = |event: &'static [bool], x: &'static [f64]| -> Result<Cox> {
            let columns = [("exposure", x)];
            cox(
                &Intervals {
                    start: &[0.0; 4],
                    stop: &[1.0, 2.0, 3.0, 4.0],
                    event,
                    columns: &columns,
                },
                &[0..2, 2..4],
            )
        };
        assert!(matches!(
            data(&[false; 4], &[0.0, 1.0, 0.0, 1.0]),
            Err(StatsError::NoEvents { .. })
        ));
        assert!(matches!(data(&[true; 4], &[1.0; 4]), Err(StatsError::Collinear { .. })));
        // Everyone exposed fails first: the hazard ratio has no bound.
        assert!(data(&[true, true, false, false], &[1.0, 1.0, 0.0, 0.0]).is_err());
        assert!(matches!(data(&[true; 3], &[1.0; 4]), Err(StatsError::UnequalLengths { .. })));
    }
}
