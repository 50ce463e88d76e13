//! Proportional hazards with time-varying covariates.

mod discrete;
mod join;
mod proportionality;
mod residuals;
mod risk_sets;

use std::ops::Range;

pub use proportionality::{Proportionality, TimeScale};
use risk_sets::{AtTime, Evaluation, EventTimes};

use crate::distributions::{normal, student_t};
use crate::linalg::Cholesky;
use crate::linear::ClusterRobust;
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

/// What is made of events at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// The d tied events leave the risk set in d equal steps: R's default, good for any share of ties.
    Efron,
    /// The whole risk set serves all tied events: towards 0 when there are many.
    Breslow,
    /// Time is discrete: which d of those at risk, among all sets of d. The slope is then a log odds ratio. No robust standard error.
    Exact,
}

/// One coefficient on the log scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoxCoefficient {
    /// log hazard ratio per unit; log odds ratio under [`Ties::Exact`].
    pub estimate: f64,
    /// Model-based standard error.
    pub se: f64,
    /// Standard error robust by cluster, if clusters were given.
    pub robust_se: Option<f64>,
    /// estimate/standard error, the robust one if there is one; so are the two below.
    pub z: f64,
    /// Two-sided.
    pub p: f64,
    /// 95 % interval on the log scale.
    pub ci: [f64; 2],
}

impl CoxCoefficient {
    /// Judges the coefficient as one from few clusters: with G of them the robust variance times G/(G − 1), and t with G − 1 degrees of
    /// freedom instead of the normal distribution, which finds too much below about 50 clusters.
    ///
    /// # Errors
    /// - [`StatsError::Refused`] if the model was fitted without clusters.
    /// - [`StatsError::TooFew`] below two clusters.
    /// - [`StatsError::NoVariation`] if the robust standard error is 0.
    ///
    /// # Source
    /// `[@lin1989]` for the variance; the small-sample form is CR1's. Checked against R `survival::coxph(cluster)`, `qt`:
    /// `golden/stats/survival.R`.
    pub fn by_clusters(&self, clusters: usize) -> Result<ClusterRobust> {
        let robust = self
            .robust_se
            .ok_or_else(|| StatsError::Refused("the model was fitted without clusters".into()))?;
        if clusters < 2 {
            return Err(StatsError::TooFew { unit: "clusters", needed: 2, found: clusters });
        }
        let df = clusters as f64 - 1.0;
        let se = robust * (clusters as f64 / df).sqrt();
        if se.is_nan() || se <= 1e-14 * self.estimate.abs().max(f64::MIN_POSITIVE) {
            return Err(StatsError::NoVariation { what: "the score residuals".into() });
        }
        let (estimate, t) = (self.estimate, self.estimate / se);
        let half = student_t::critical(0.95, df) * se;
        let p = student_t::two_sided(t, df);
        Ok(ClusterRobust { estimate, se, df, t, p, ci: [estimate - half, estimate + half] })
    }
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
    /// What each event time adds to score and information, for the test of proportionality.
    parts: Vec<risk_sets::Part>,
}

/// Beyond this a log hazard ratio counts as infinite.
const UNBOUNDED: f64 = 15.0;

/// Returns the Cox model, with standard errors robust by cluster if clusters are given.
///
/// With d events at a time, risk-set sums S0, S1, S2 and the same sums over the events E, Efron's step k of d uses S − (k/d)·E, Breslow's
/// uses S. Robust variance: sums over clusters of the score residuals U_g, V·Σ U_g U_g'·V.
///
/// # Shape and units
/// One row per interval; `clusters`: contiguous ranges of rows that belong together, or none. Hazard ratios are per unit of a column.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// - [`StatsError::UnequalLengths`], [`StatsError::NotFinite`].
/// - [`StatsError::TooFew`] for a robust standard error from one cluster.
/// - [`StatsError::Refused`] for a robust standard error under [`Ties::Exact`].
/// - [`StatsError::NoEvents`] without an event.
/// - [`StatsError::Collinear`] naming a column that is constant within every risk set or depends on others.
/// - [`StatsError::Unbounded`] if an estimate grows without bound (separation).
/// - [`StatsError::NotConverged`].
///
/// # Source
/// `[@cox1972]`, `[@efron1977]`, `[@breslow1974]`, `[@lin1989]`. Checked against R
/// `survival::coxph(Surv(start, stop, event) ~ …, ties, cluster)`: `golden/stats/survival.R`.
pub fn cox(data: &Intervals, clusters: &[Range<usize>], ties: Ties) -> Result<Cox> {
    check(data)?;
    // The score residuals of all rows add up to 0: one cluster would have a robust standard error of rounding noise.
    if clusters.len() == 1 {
        return Err(StatsError::TooFew { unit: "clusters", needed: 2, found: 1 });
    }
    if ties == Ties::Exact && !clusters.is_empty() {
        return Err(StatsError::Refused(
            "the exact handling of ties has no standard error robust by cluster".into(),
        ));
    }
    let joined = join::Joined::of(data, clusters);
    fit(&joined.intervals(&joined.columns(data)), &joined.clusters, ties)
}

/// The fit to checked rows, as they are.
fn fit(data: &Intervals, clusters: &[Range<usize>], ties: Ties) -> Result<Cox> {
    let times = EventTimes::of(data);
    if times.times.is_empty() {
        return Err(StatsError::NoEvents { what: "event" });
    }
    let p = data.columns.len();
    let mut beta = vec![0.0; p];
    let at = |beta: &[f64]| risk_sets::evaluate(data, &times, beta, ties);
    let range = |values: &[f64]| {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        values.iter().copied().fold(f64::NEG_INFINITY, f64::max) - low
    };
    let ranges: Vec<f64> = data.columns.iter().map(|(_, values)| range(values)).collect();
    let mut step = at(&beta);
    let null = step.log_likelihood;
    for _ in 0..50 {
        let factor = factor(data, &step.information)?;
        let mut direction = step.score.clone();
        factor.solve(&mut direction);
        let mut next = moved(&beta, &direction, 1.0);
        let mut there = at(&next);
        let mut length = 1.0;
        let worse =
            |l: f64| l.is_nan() || l < step.log_likelihood - 1e-12 * step.log_likelihood.abs();
        while worse(there.log_likelihood) && length > 1e-6 {
            length *= 0.5;
            next = moved(&beta, &direction, length);
            there = at(&next);
        }
        // In standard errors, so that the unit of a column does not matter. A Newton step leaves about the square of its length.
        let scale = |k: usize| there.information[k * p + k].sqrt();
        let done = (0..p).all(|k| {
            (length * direction[k]).abs() * scale(k) <= 1e-7 * (1.0 + next[k].abs() * scale(k))
        });
        (beta, step) = (next, there);
        // Per unit, or over all the column varies where that is less.
        let beyond = |(b, range): (&f64, &f64)| b.abs() * range.min(1.0) > UNBOUNDED;
        if let Some(at) = beta.iter().zip(&ranges).position(beyond) {
            return Err(StatsError::Unbounded {
                what: format!("the hazard ratio of {}", data.columns[at].0).into(),
            });
        }
        if done {
            return package(data, &times, clusters, ties, &beta, &step, null);
        }
    }
    Err(StatsError::NotConverged { what: "the Cox model", iterations: 50 })
}

pub(super) fn check(data: &Intervals) -> Result<()> {
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

fn factor(data: &Intervals, information: &[f64]) -> Result<Cholesky> {
    let p = data.columns.len();
    Cholesky::new(information, p, p, 1e-10).map_err(|column| StatsError::Collinear {
        columns: vec![data.columns[column].0.to_owned()],
    })
}

fn moved(beta: &[f64], direction: &[f64], length: f64) -> Vec<f64> {
    beta.iter().zip(direction).map(|(b, d)| b + length * d).collect()
}

fn package(
    data: &Intervals,
    times: &EventTimes,
    clusters: &[Range<usize>],
    ties: Ties,
    beta: &[f64],
    evaluation: &Evaluation,
    null: f64,
) -> Result<Cox> {
    let p = beta.len();
    let factor = factor(data, &evaluation.information)?;
    let robust = (!clusters.is_empty()).then(|| {
        let mut robust = vec![0.0; p];
        residuals::by_cluster(data, times, &evaluation.times, ties, beta, clusters, |score| {
            // V·U of this cluster: how much the estimates move without it.
            factor.solve(score);
            robust.iter_mut().zip(&*score).for_each(|(sum, moved)| *sum += moved * moved);
        });
        robust
    });
    let z975 = normal::quantile(0.975);
    let coefficients = (0..p)
        .map(|k| {
            let mut unit = vec![0.0; p];
            unit[k] = 1.0;
            let se = factor.quadratic_form(&unit).sqrt();
            let robust_se = robust.as_ref().map(|robust| robust[k].sqrt());
            let used = robust_se.unwrap_or(se);
            let (estimate, z) = (beta[k], beta[k] / used);
            let ci = [estimate - z975 * used, estimate + z975 * used];
            CoxCoefficient { estimate, se, robust_se, z, p: normal::two_sided(z), ci }
        })
        .collect();
    let parts = if ties == Ties::Exact {
        Vec::new()
    } else {
        evaluation.times.iter().zip(&times.times).map(|(at, &time)| at.part(time, ties)).collect()
    };
    Ok(Cox {
        coefficients,
        log_likelihood: [null, evaluation.log_likelihood],
        events: data.event.iter().filter(|e| **e).count(),
        parts,
    })
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
                Ties::Efron,
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

    #[test]
    fn without_ties_the_three_ways_agree() {
        let x = [0.3, -1.0, 0.5, 2.0, -0.4, 0.1];
        let columns = [("x", &x[..])];
        let data = Intervals {
            start: &[0.0, 0.0, 1.5, 0.0, 2.5, 0.0],
            stop: &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            event: &[true, true, false, true, true, true],
            columns: &columns,
        };
        let of = |ties| cox(&data, &[], ties).unwrap().coefficients[0];
        let efron = of(Ties::Efron);
        assert!(efron.by_clusters(3).is_err(), "no clusters, no robust standard error");
        for other in [of(Ties::Breslow), of(Ties::Exact)] {
            assert!((other.estimate - efron.estimate).abs() < 1e-10);
            assert!((other.se - efron.se).abs() < 1e-10);
        }
        assert!(cox(&data, &[0..3, 3..6], Ties::Exact).is_err());
        assert!(matches!(
            cox(&data, std::slice::from_ref(&(0..6)), Ties::Efron),
            Err(StatsError::TooFew { .. })
        ));
    }
}
