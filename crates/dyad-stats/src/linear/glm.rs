//! Generalised linear models of events and counts.

use std::ops::Range;

use crate::distributions::{normal, student_t};
use crate::linalg::Cholesky;
use crate::linalg::design::{
    Pass, RowSums, SquareSums, add_square, dot, mirror, width, with_width,
};
use crate::moments::Moments;
use crate::{Result, StatsError};

/// What is modelled, and on which scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// 0 or 1, log odds.
    Logit,
    /// 0 or 1, ln(−ln(1 − p)): a coefficient is then the log hazard ratio of the continuous time that the sessions cut into pieces.
    CompLogLog,
    /// A count, ln of the rate.
    Poisson,
}

/// One coefficient on the scale of the link.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GlmCoefficient {
    /// Maximum-likelihood estimate.
    pub estimate: f64,
    /// From the expected information, dispersion 1.
    pub se: f64,
    /// Robust by cluster, if clusters were given: CR1.
    pub robust_se: Option<f64>,
    /// estimate/standard error, the robust one if there is one; so are the two below.
    pub statistic: f64,
    /// Two-sided: normal, or t with clusters − 1 df.
    pub p: f64,
    /// 95 % interval.
    pub ci: [f64; 2],
}

/// A fitted model.
#[derive(Clone, Debug, PartialEq)]
pub struct Glm {
    /// `(intercept)` and the columns.
    pub names: Vec<String>,
    /// In the order of the names.
    pub coefficients: Vec<GlmCoefficient>,
    /// 2·(log-likelihood of the model that fits every row − log-likelihood).
    pub deviance: f64,
    /// Constants included.
    pub log_likelihood: f64,
    /// Pearson's chi-square/df: 1 if the family's variance is right; above, multiply the standard errors by its root.
    pub dispersion: f64,
    /// n − p.
    pub df: f64,
}

impl Glm {
    /// The coefficient of a column.
    ///
    /// # Errors
    /// [`StatsError::Refused`] if there is no such column.
    pub fn coefficient(&self, column: &str) -> Result<GlmCoefficient> {
        let at = self.names.iter().position(|name| name == column);
        let found = at.and_then(|at| self.coefficients.get(at).copied());
        found.ok_or_else(|| StatsError::Refused(format!("the model has no {column}").into()))
    }
}

const ITERATIONS: usize = 100;

/// Returns the maximum-likelihood fit of `y` on an intercept and the columns, by Fisher scoring.
///
/// η = offset + x'β; logit p = 1/(1 + e^−η), complementary log-log p = 1 − e^(−e^η), Poisson mean e^η.
///
/// # Shape and units
/// Columns, `y` and `offset`: length n; an empty offset is 0. For a rate the offset is ln(exposure). `clusters`: contiguous ranges that
/// cover all rows, or none.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// - [`StatsError::UnequalLengths`], [`StatsError::NotFinite`], [`StatsError::TooFew`] (rows, or a single cluster).
/// - [`StatsError::OutOfDomain`] if y is not 0 or 1, or not a count.
/// - [`StatsError::NoVariation`] if every y is the same (0 for a count).
/// - [`StatsError::Collinear`] naming the first column that depends on those before it.
/// - [`StatsError::Unbounded`] naming the column whose estimate grows without bound (separation).
///
/// # Source
/// `[@nelder1972]`. Checked against R `glm` and `sandwich::vcovCL`: `golden/stats/linear.R`.
pub fn glm(
    columns: &[(&str, &[f64])],
    y: &[f64],
    offset: &[f64],
    family: Family,
    clusters: &[Range<usize>],
) -> Result<Glm> {
    check(columns, y, offset, family)?;
    if clusters.len() == 1 {
        return Err(StatsError::TooFew { unit: "clusters", needed: 2, found: 1 });
    }
    let model = Model::new(columns, y, offset, family)?;
    let (beta, last) = model.maximise()?;
    Ok(model.package(&beta, &last, clusters))
}

fn check(columns: &[(&str, &[f64])], y: &[f64], offset: &[f64], family: Family) -> Result<()> {
    let (n, p) = (y.len(), columns.len() + 1);
    let lengths = columns.iter().map(|(_, c)| c.len());
    let offsets = (!offset.is_empty()).then_some(offset.len());
    if let Some(other) = lengths.chain(offsets).find(|&length| length != n) {
        return Err(StatsError::UnequalLengths {
            what: "columns and outcome",
            left: other,
            right: n,
        });
    }
    let values = columns.iter().flat_map(|(_, c)| c.iter());
    if !values.chain(y).chain(offset).all(|v| v.is_finite()) {
        return Err(StatsError::NotFinite { what: "the design".into() });
    }
    if n < p + 1 {
        return Err(StatsError::TooFew { unit: "rows for the model", needed: p + 1, found: n });
    }
    let is_count = |v: f64| v >= 0.0 && (v - v.round()).abs() < 1e-9;
    let (fits, expected) = match family {
        Family::Poisson => (y.iter().all(|&v| is_count(v)), "a count"),
        _ => (y.iter().all(|&v| is_count(v) && v < 1.5), "0 or 1"),
    };
    if !fits {
        return Err(StatsError::OutOfDomain { what: "every outcome", expected });
    }
    let events: f64 = y.iter().sum();
    if events <= 0.0 || (family != Family::Poisson && events >= n as f64) {
        return Err(StatsError::NoVariation { what: "the outcome".into() });
    }
    Ok(())
}

/// The design with its columns centred and scaled, so that units do not reach the digits. It is never written down: a million rows are
/// read as often as an iteration needs them, and held once.
struct Model<'a> {
    names: Vec<String>,
    columns: &'a [(&'a str, &'a [f64])],
    means: Vec<f64>,
    scales: Vec<f64>,
    y: &'a [f64],
    offset: &'a [f64],
    family: Family,
}

/// Log-likelihood, score and information at one β.
struct State {
    log_likelihood: f64,
    score: Vec<f64>,
    information: Vec<f64>,
}

/// Of one row: what score and information take from it, and its log-likelihood without constants, `linear` − ln `divisor`. A row whose
/// variance is 0 in floating point gives them nothing.
struct At {
    mean: f64,
    variance: f64,
    /// (y − mean)·slope/variance, slope that of the mean in η.
    residual: f64,
    /// slope²/variance.
    weight: f64,
    linear: f64,
    /// From 1 to 2.
    divisor: f64,
}

/// Rows looked at together. So many divisors are multiplied before a logarithm is taken: their product stays below 2⁵¹².
const BLOCK: usize = 512;

#[inline]
fn at(family: Family, eta: f64, y: f64) -> At {
    match family {
        Family::Logit => {
            // The likelier of the two outcomes has 1/(1 + e), the other e/(1 + e), e = e^−|η|.
            let e = (-eta.abs()).exp();
            let likely = 1.0 / (1.0 + e);
            let rare = e * likely;
            let (mean, variance) = (if eta > 0.0 { likely } else { rare }, likely * rare);
            let linear = if (y > 0.5) == (eta > 0.0) { 0.0 } else { -eta.abs() };
            let residual = if variance > 0.0 { y - mean } else { 0.0 };
            At { mean, variance, residual, weight: variance, linear, divisor: 1.0 + e }
        }
        Family::CompLogLog => {
            let hazard = eta.exp();
            let (mean, rest) = (-(-hazard).exp_m1(), (-hazard).exp());
            let linear = if y > 0.5 { mean.ln() } else { -hazard };
            let (slope, variance) = (hazard * rest, mean * rest);
            let per_variance = if variance > 0.0 { slope / variance } else { 0.0 };
            let (residual, weight) = ((y - mean) * per_variance, slope * per_variance);
            At { mean, variance, residual, weight, linear, divisor: 1.0 }
        }
        Family::Poisson => {
            let mean = eta.exp();
            let residual = if mean > 0.0 { y - mean } else { 0.0 };
            let linear = y * eta - mean;
            At { mean, variance: mean, residual, weight: mean, linear, divisor: 1.0 }
        }
    }
}

/// Log-likelihood, score and information at one β.
struct Sum<'m>(&'m Model<'m>, &'m [f64]);

impl Pass for Sum<'_> {
    type Given = State;

    fn over<const P: usize>(self, any: usize) -> State {
        let p = width::<P>(any);
        let Self(model, beta) = self;
        let (mut score, mut information) = (RowSums::new(p), SquareSums::new(p * p));
        let (score, information) = (score.of(p), information.of(p * p));
        let (mut log_likelihood, mut divisor) = (0.0, 1.0);
        let mut block = Vec::new();
        for from in (0..model.y.len()).step_by(BLOCK) {
            let rows = from..(from + BLOCK).min(model.y.len());
            model.fill(rows.clone(), p, &mut block);
            for (row, (x, &y)) in (from..).zip(block.chunks_exact(p).zip(&model.y[rows])) {
                let at = at(model.family, model.eta(row, dot(x, beta, p)), y);
                log_likelihood += at.linear;
                divisor *= at.divisor;
                for k in 0..p {
                    score[k] += at.residual * x[k];
                }
                add_square(information, x, at.weight, p);
            }
            log_likelihood -= divisor.ln();
            divisor = 1.0;
        }
        mirror(information, p);
        State { log_likelihood, score: score.to_vec(), information: information.to_vec() }
    }
}

impl<'a> Model<'a> {
    fn new(
        columns: &'a [(&'a str, &'a [f64])],
        y: &'a [f64],
        offset: &'a [f64],
        family: Family,
    ) -> Result<Self> {
        let mut names = vec!["(intercept)".to_owned()];
        names.extend(columns.iter().map(|(name, _)| (*name).to_owned()));
        let (mut means, mut scales) = (vec![0.0], vec![1.0]);
        for (name, column) in columns {
            let moments = Moments::of(column);
            let (mean, sd) = (moments.mean()?, moments.sd()?);
            if sd <= 1e-12 * mean.abs() || sd <= 0.0 {
                return Err(StatsError::Collinear { columns: vec![(*name).to_owned()] });
            }
            means.push(mean);
            scales.push(sd);
        }
        Ok(Self { names, columns, means, scales, y, offset, family })
    }

    /// Rows one after another: 1, then every column centred and scaled.
    #[inline]
    fn fill(&self, rows: Range<usize>, p: usize, into: &mut Vec<f64>) {
        into.clear();
        into.resize(rows.len() * p, 1.0);
        for (k, (_, column)) in (1..).zip(self.columns) {
            let (mean, per_scale) = (self.means[k], 1.0 / self.scales[k]);
            for (row, value) in into.chunks_exact_mut(p).zip(&column[rows.clone()]) {
                row[k] = (value - mean) * per_scale;
            }
        }
    }

    fn p(&self) -> usize {
        self.names.len()
    }

    /// η of a row, from x'β.
    #[inline]
    fn eta(&self, row: usize, fitted: f64) -> f64 {
        // Without an offset none is looked up.
        if self.offset.is_empty() { fitted } else { self.offset[row] + fitted }
    }

    fn state(&self, beta: &[f64]) -> State {
        with_width(self.p(), Sum(self, beta))
    }

    /// A rate that is the same for all.
    fn start(&self) -> Vec<f64> {
        let mut beta = vec![0.0; self.p()];
        let events: f64 = self.y.iter().sum();
        let exposure: f64 =
            (0..self.y.len()).map(|row| self.offset.get(row).map_or(1.0, |o| o.exp())).sum();
        let share = events / self.y.len() as f64;
        beta[0] = match self.family {
            Family::Logit => (share / (1.0 - share)).ln(),
            Family::CompLogLog => (-(-share).ln_1p()).ln(),
            Family::Poisson => (events / exposure).ln(),
        };
        beta
    }

    fn maximise(&self) -> Result<(Vec<f64>, State)> {
        let p = self.p();
        let mut beta = self.start();
        let mut state = self.state(&beta);
        // With its natural link a step is Newton's and leaves about the square of its length; otherwise it leaves a share of it.
        let enough = if self.family == Family::CompLogLog { 1e-11 } else { 1e-7 };
        for iteration in 0..ITERATIONS {
            let Ok(factor) = Cholesky::new(&state.information, p, p, 1e-11) else {
                // All rows weigh about the same at the start: what is singular there is the design.
                return Err(if iteration == 0 {
                    let bad = Cholesky::new(&state.information, p, p, 1e-11).err().unwrap_or(0);
                    StatsError::Collinear { columns: vec![self.names[bad].clone()] }
                } else {
                    self.unbounded(&beta)
                });
            };
            let mut direction = state.score.clone();
            factor.solve(&mut direction);
            let mut length = 1.0;
            let (next, there) = loop {
                let next: Vec<f64> =
                    beta.iter().zip(&direction).map(|(b, d)| b + length * d).collect();
                let there = self.state(&next);
                let floor = state.log_likelihood - 1e-11 * state.log_likelihood.abs();
                if there.log_likelihood >= floor || length < 1e-6 {
                    break (next, there);
                }
                length *= 0.5;
            };
            let done =
                direction.iter().zip(&next).all(|(d, b)| d.abs() <= enough * (1.0 + b.abs()));
            (beta, state) = (next, there);
            if done {
                return Ok((beta, state));
            }
        }
        Err(self.unbounded(&beta))
    }

    /// Columns are scaled, so the largest coefficient is that of the column that separates.
    fn unbounded(&self, beta: &[f64]) -> StatsError {
        let largest = (1..self.p()).max_by(|&a, &b| beta[a].abs().total_cmp(&beta[b].abs()));
        let name = &self.names[largest.unwrap_or(0)];
        StatsError::Unbounded { what: format!("the coefficient of {name}").into() }
    }

    fn package(&self, beta: &[f64], state: &State, clusters: &[Range<usize>]) -> Glm {
        let (n, p) = (self.y.len(), self.p());
        let df = (n - p) as f64;
        // The information was positive definite one step earlier, at the same β but for the last digits.
        let inverse = Cholesky::new(&state.information, p, p, 0.0).map(|f| f.inverse());
        let inverse = inverse.unwrap_or_else(|_| vec![f64::INFINITY; p * p]);
        // Each coefficient as a combination of those of the scaled design.
        let weights = |k: usize| -> Vec<f64> {
            let own = |j: usize| if j == k { 1.0 / self.scales[k] } else { 0.0 };
            match k {
                0 => (0..p)
                    .map(|j| if j == 0 { 1.0 } else { -self.means[j] / self.scales[j] })
                    .collect(),
                _ => (0..p).map(own).collect(),
            }
        };
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let (mut block, mut pearson) = (Vec::new(), 0.0);
        let mut score_of = |rows: Range<usize>| {
            self.fill(rows.clone(), p, &mut block);
            let mut score = vec![0.0; p];
            for (row, x) in rows.zip(block.chunks_exact(p)) {
                let y = self.y[row];
                let at = at(self.family, self.eta(row, dot(x, beta)), y);
                if at.variance > 0.0 {
                    pearson += (y - at.mean).powi(2) / at.variance;
                }
                score.iter_mut().zip(x).for_each(|(sum, x)| *sum += x * at.residual);
            }
            score
        };
        let scores: Vec<Vec<f64>> = clusters.iter().map(|rows| score_of(rows.clone())).collect();
        if clusters.is_empty() {
            for from in (0..n).step_by(BLOCK) {
                score_of(from..(from + BLOCK).min(n));
            }
        }
        let groups = clusters.len() as f64;
        let coefficients = (0..p)
            .map(|k| {
                let weights = weights(k);
                let moved: Vec<f64> =
                    inverse.chunks_exact(p).map(|row| dot(row, &weights)).collect();
                let (estimate, se) = (dot(&weights, beta), dot(&weights, &moved).sqrt());
                let robust_se = (!clusters.is_empty()).then(|| {
                    let squares = scores.iter().map(|score| dot(score, &moved).powi(2));
                    (squares.sum::<f64>() * groups / (groups - 1.0)).sqrt()
                });
                let used = robust_se.unwrap_or(se);
                let statistic = estimate / used;
                let (p, critical) = if robust_se.is_some() {
                    let df = groups - 1.0;
                    (student_t::two_sided(statistic, df), student_t::critical(0.95, df))
                } else {
                    (normal::two_sided(statistic), normal::quantile(0.975))
                };
                let ci = [estimate - critical * used, estimate + critical * used];
                GlmCoefficient { estimate, se, robust_se, statistic, p, ci }
            })
            .collect();
        // Without constants a model that fits every row has y·ln y − y for a count and 0 for an event.
        let perfect: f64 = match self.family {
            Family::Poisson => {
                self.y.iter().map(|&y| if y > 0.0 { y * y.ln() - y } else { 0.0 }).sum()
            }
            _ => 0.0,
        };
        let constants: f64 = match self.family {
            Family::Poisson => self.y.iter().map(|&y| libm::lgamma(y + 1.0)).sum(),
            _ => 0.0,
        };
        Glm {
            names: self.names.clone(),
            coefficients,
            deviance: 2.0 * (perfect - state.log_likelihood),
            log_likelihood: state.log_likelihood - constants,
            dispersion: pearson / df,
            df,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_intercept_alone_is_the_share_and_the_rate() {
        let y = [1.0, 0.0, 0.0, 1.0, 0.0];
        let fit = glm(&[], &y, &[], Family::Logit, &[]).unwrap();
        assert!((fit.coefficients[0].estimate - (0.4_f64 / 0.6).ln()).abs() < 1e-12);
        let exposure = [2.0_f64, 3.0, 1.0, 4.0, 2.5].map(f64::ln);
        let fit = glm(&[], &[2.0, 1.0, 0.0, 6.0, 3.0], &exposure, Family::Poisson, &[]).unwrap();
        assert!((fit.coefficients[0].estimate - (12.0_f64 / 12.5).ln()).abs() < 1e-12);
        assert!((fit.coefficients[0].se - 12.0_f64.sqrt().recip()).abs() < 1e-12);
    }

    #[test]
    fn refusals() {
        let (y, x) = ([0.0, 0.0, 0.0, 1.0, 1.0, 1.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let of = |x: &[f64], y: &[f64], family| glm(&[("dose", x)], y, &[], family, &[]);
        for family in [Family::Logit, Family::CompLogLog] {
            assert!(matches!(of(&x, &y, family), Err(StatsError::Unbounded { .. })), "{family:?}");
        }
        assert!(matches!(of(&[2.0; 6], &y, Family::Logit), Err(StatsError::Collinear { .. })));
        assert!(matches!(of(&x, &[0.0; 6], Family::Poisson), Err(StatsError::NoVariation { .. })));
        assert!(matches!(of(&x, &[1.0; 6], Family::Logit), Err(StatsError::NoVariation { .. })));
        assert!(matches!(of(&x, &[0.5; 6], Family::Logit), Err(StatsError::OutOfDomain { .. })));
        assert!(of(&x[..5], &y, Family::Logit).is_err());
        let twice = [("a", &x[..]), ("b", &x[..])];
        assert!(matches!(
            glm(&twice, &[0.0, 1.0, 0.0, 1.0, 1.0, 0.0], &[], Family::Logit, &[]),
            Err(StatsError::Collinear { columns }) if columns == ["b"]
        ));
    }
}
