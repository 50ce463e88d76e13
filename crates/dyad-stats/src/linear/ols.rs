//! Least squares with an intercept and named columns.

use crate::distributions::student_t;
use crate::linalg::{Cholesky, design};
use crate::{Result, StatsError};

/// A fitted linear model.
#[derive(Clone, Debug)]
pub struct Ols {
    /// `(intercept)` and the columns.
    pub names: Vec<String>,
    /// Coefficients, in the order of the names.
    pub beta: Vec<f64>,
    /// Classical standard errors.
    pub se: Vec<f64>,
    /// n − p.
    pub df: f64,
    /// The design, row after row: 1, then every column less its mean and in units of its spread, so that neither a large mean nor a small
    /// unit costs digits. What is invariant to that (fitted values, leverage, robust variances) is computed here.
    pub(super) design: Vec<f64>,
    /// In units of `unit`.
    pub(super) residuals: Vec<f64>,
    /// (W'W)⁻¹ of this design, row after row.
    pub(super) inverse: Vec<f64>,
    /// Spread of the outcome.
    pub(super) unit: f64,
    /// Mean and spread of every column.
    frames: Vec<Frame>,
    outcome_varies: bool,
}

/// Where a column lies, and how wide.
#[derive(Clone, Copy, Debug)]
struct Frame {
    mean: f64,
    spread: f64,
}

impl Frame {
    /// Mean and root mean squared deviation; a spread that is rounding of the mean only is 0.
    fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let rough = values.iter().map(|v| v / n).sum::<f64>();
        // What the rounding of the sum lost.
        let mean = rough + values.iter().map(|v| (v - rough) / n).sum::<f64>();
        let largest = values.iter().map(|v| (v - mean).abs()).fold(0.0, f64::max);
        let squares = values.iter().map(|v| ((v - mean) / largest).powi(2)).sum::<f64>();
        let spread = largest * (squares / n).sqrt();
        // Written so that NaN, of values that are all the mean, is none.
        let varies = spread > 1e-12 * mean.abs();
        Self { mean, spread: if varies { spread } else { 0.0 } }
    }

    fn place(self, value: f64) -> f64 {
        (value - self.mean) / self.spread
    }
}

/// A weighted sum of coefficients with its classical test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contrast {
    /// Σ weight·coefficient.
    pub estimate: f64,
    /// √(w'Vw).
    pub se: f64,
    /// estimate/se.
    pub t: f64,
    /// Two-sided, n − p df.
    pub p: f64,
    /// 95 % interval.
    pub ci: [f64; 2],
}

impl Ols {
    /// The weights of the working coefficients that give the same sum, apart from the means and in units of `unit`.
    pub(super) fn working(&self, weights: &[f64]) -> Vec<f64> {
        let mut working = vec![weights[0]];
        working.extend(
            self.frames
                .iter()
                .zip(&weights[1..])
                .map(|(f, w)| (w - weights[0] * f.mean) / f.spread),
        );
        working
    }

    /// The weight of every coefficient, from the names of those that have one.
    pub(super) fn weights(&self, contrast: &[(&str, f64)]) -> Result<Vec<f64>> {
        let mut weights = vec![0.0; self.beta.len()];
        for (column, weight) in contrast {
            let at = self.names.iter().position(|name| name == column);
            let at = at.ok_or_else(|| {
                StatsError::Refused(format!("the model has no column {column}").into())
            })?;
            weights[at] += weight;
        }
        Ok(weights)
    }

    /// Returns a weighted sum of coefficients, given by the names of its columns, with the classical standard error.
    ///
    /// # Errors
    /// [`StatsError::Refused`] if there is no such column; [`StatsError::NoVariation`] if the model fits every row.
    ///
    /// # Source
    /// Checked against R `vcov(lm)`: `golden/stats/surface.R`.
    pub fn contrast(&self, contrast: &[(&str, f64)]) -> Result<Contrast> {
        let weights = self.weights(contrast)?;
        let se = self.residual_sd() * self.form(&self.working(&weights)).sqrt();
        let estimate: f64 = weights.iter().zip(&self.beta).map(|(w, b)| w * b).sum();
        if se <= 1e-14 * estimate.abs().max(f64::MIN_POSITIVE) {
            return Err(StatsError::NoVariation { what: "the residuals".into() });
        }
        let (t, half) = (estimate / se, student_t::critical(0.95, self.df) * se);
        let p = student_t::two_sided(t, self.df);
        Ok(Contrast { estimate, se, t, p, ci: [estimate - half, estimate + half] })
    }

    /// Returns the standardised coefficients, b·SD(x)/SD(y), in the order of the names; that of the intercept is 0.
    ///
    /// # Errors
    /// [`StatsError::NoVariation`] if the outcome is constant.
    ///
    /// # Source
    /// Checked against R `lm` of `scale`d columns: `golden/stats/surface.R`.
    pub fn standardised(&self) -> Result<Vec<f64>> {
        if !self.outcome_varies {
            return Err(StatsError::NoVariation { what: "the outcome".into() });
        }
        // All spreads have the same denominator.
        let slopes = self.frames.iter().zip(&self.beta[1..]).map(|(f, b)| b / self.unit * f.spread);
        Ok(std::iter::once(0.0).chain(slopes).collect())
    }

    /// w'·(W'W)⁻¹·w.
    fn form(&self, w: &[f64]) -> f64 {
        let p = w.len();
        (0..p * p).map(|k| w[k / p] * self.inverse[k] * w[k % p]).sum::<f64>().max(0.0)
    }

    /// The standard deviation of the residuals, with n − p.
    #[must_use]
    pub fn residual_sd(&self) -> f64 {
        self.unit * (self.residuals.iter().map(|r| r * r).sum::<f64>() / self.df).sqrt()
    }
}

/// Returns the least-squares fit of `y` on an intercept and the columns.
///
/// # Shape and units
/// Every column and `y`: length n ≥ p + 1, p the number of columns with the intercept.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// - [`StatsError::UnequalLengths`], [`StatsError::NotFinite`], [`StatsError::TooFew`].
/// - [`StatsError::Collinear`] naming the first column that depends on those before it.
///
/// # Source
/// Checked against R `lm`: `golden/stats/linear.R`.
pub fn ols(columns: &[(&str, &[f64])], y: &[f64]) -> Result<Ols> {
    let (n, p) = (y.len(), columns.len() + 1);
    if let Some((_, column)) = columns.iter().find(|(_, c)| c.len() != n) {
        return Err(StatsError::UnequalLengths {
            what: "columns and outcome",
            left: column.len(),
            right: n,
        });
    }
    if !columns.iter().flat_map(|(_, c)| c.iter()).chain(y).all(|v| v.is_finite()) {
        return Err(StatsError::NotFinite { what: "the design".into() });
    }
    if n < p + 1 {
        return Err(StatsError::TooFew { unit: "rows for the model", needed: p + 1, found: n });
    }
    let frames: Vec<Frame> = columns.iter().map(|(_, column)| Frame::of(column)).collect();
    let collinear = |at: usize| StatsError::Collinear { columns: vec![columns[at].0.to_owned()] };
    if let Some(at) = frames.iter().position(|frame| frame.spread <= 0.0) {
        return Err(collinear(at));
    }
    let outcome = Frame::of(y);
    let outcome_varies = outcome.spread > 0.0;
    // A constant outcome has no spread to measure in.
    let outcome = if outcome_varies { outcome } else { Frame { spread: 1.0, ..outcome } };
    let mut rows = Vec::with_capacity(n * p);
    for row in 0..n {
        rows.push(1.0);
        rows.extend(columns.iter().zip(&frames).map(|((_, column), f)| f.place(column[row])));
    }
    let placed: Vec<f64> = y.iter().map(|&y| outcome.place(y)).collect();
    let mut residuals = placed.clone();
    let cross = design::gram(&rows, p);
    let factor = Cholesky::new(&cross, p, p, 1e-12).map_err(|at| collinear(at.max(1) - 1))?;
    let mut working = vec![0.0; p];
    // The second time with the residuals of the first: the normal equations lose digits that the residuals still hold.
    for _ in 0..2 {
        let mut step = design::transposed_times(&rows, &residuals, p);
        factor.solve(&mut step);
        working.iter_mut().zip(&step).for_each(|(b, s)| *b += s);
        residuals.copy_from_slice(&placed);
        design::each_product(&rows, &working, &mut residuals, |left, fitted| *left -= fitted);
    }
    let slopes = working[1..].iter().zip(&frames).map(|(b, f)| b * (outcome.spread / f.spread));
    let mut beta = vec![outcome.mean + outcome.spread * working[0]];
    beta.extend(slopes);
    beta[0] -= frames.iter().zip(&beta[1..]).map(|(f, b)| f.mean * b).sum::<f64>();
    let mut names = vec!["(intercept)".to_owned()];
    names.extend(columns.iter().map(|(name, _)| (*name).to_owned()));
    let (inverse, df, unit) = (factor.inverse(), (n - p) as f64, outcome.spread);
    let mut fit = Ols {
        names,
        beta,
        se: Vec::new(),
        df,
        design: rows,
        residuals,
        inverse,
        unit,
        frames,
        outcome_varies,
    };
    let sigma = fit.residual_sd();
    fit.se = (0..p)
        .map(|k| {
            let mut weights = vec![0.0; p];
            weights[k] = 1.0;
            sigma * fit.form(&fit.working(&weights)).sqrt()
        })
        .collect();
    if fit.beta.iter().chain(&fit.se).all(|v| v.is_finite()) {
        Ok(fit)
    } else {
        Err(StatsError::NotFinite { what: "the coefficients, in these units".into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// y = 3 + 2·a − b exactly, at a mean of 10⁶ standard deviations: whole numbers, so that nothing is lost in them.
    #[test]
    fn a_large_mean_costs_no_digits() {
        let a: Vec<f64> = (0..40).map(|i| 1e9 + f64::from(i * 37 % 41) * 100.0).collect();
        let b: Vec<f64> = (0..40).map(|i| -5e8 + f64::from(i * 17 % 43) * 50.0).collect();
        let noise: Vec<f64> = (0..40).map(|i| f64::from(i * 29 % 31) - 15.0).collect();
        let y = |a: &[f64], b: &[f64]| -> Vec<f64> {
            (0..40).map(|i| 3.0 + 2.0 * a[i] - b[i] + noise[i]).collect()
        };
        let near = |v: &[f64], mean: f64| v.iter().map(|v| v - mean).collect::<Vec<_>>();
        let (a0, b0) = (near(&a, 1e9), near(&b, -5e8));
        let far = ols(&[("a", &a), ("b", &b)], &y(&a, &b)).unwrap();
        let here = ols(&[("a", &a0), ("b", &b0)], &y(&a0, &b0)).unwrap();
        for k in 1..3 {
            assert!((far.beta[k] / here.beta[k] - 1.0).abs() < 1e-12, "{far:?}");
            assert!((far.se[k] / here.se[k] - 1.0).abs() < 1e-12);
        }
        let clusters: Vec<_> = (0..10).map(|g| 4 * g..4 * g + 4).collect();
        let robust =
            |fit: &Ols| fit.cluster_robust("a", &clusters, super::super::Correction::Cr2).unwrap();
        let (far, here) = (robust(&far), robust(&here));
        assert!((far.se / here.se - 1.0).abs() < 1e-12 && (far.df / here.df - 1.0).abs() < 1e-10);
    }

    #[test]
    fn a_constant_column_is_named() {
        let (c, y) = ([7.1; 6], [1.0, 4.0, 2.0, 8.0, 5.0, 7.0]);
        let x = [1.0, 2.0, 4.0, 3.0, 6.0, 5.0];
        let refused = ols(&[("x", &x), ("c", &c)], &y).unwrap_err();
        assert_eq!(refused, StatsError::Collinear { columns: vec!["c".to_owned()] });
        assert!(ols(&[("x", &x)], &[7.1; 6]).unwrap().standardised().is_err());
    }
}
