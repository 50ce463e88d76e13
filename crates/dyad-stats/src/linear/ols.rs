//! Least squares with an intercept and named columns.

use crate::distributions::student_t;
use crate::linalg::Cholesky;
use crate::moments::Moments;
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
    /// The design, row after row, intercept first.
    pub(super) design: Vec<f64>,
    pub(super) residuals: Vec<f64>,
    /// (X'X)⁻¹, row after row.
    pub(super) inverse: Vec<f64>,
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
        let p = weights.len();
        let form: f64 = (0..p * p).map(|k| weights[k / p] * self.inverse[k] * weights[k % p]).sum();
        let se = self.residual_sd() * form.max(0.0).sqrt();
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
        let p = self.beta.len();
        let rows = || self.design.chunks_exact(p);
        let mut outcome = Moments::new();
        for (x, e) in rows().zip(&self.residuals) {
            outcome.push(e + x.iter().zip(&self.beta).map(|(x, b)| x * b).sum::<f64>());
        }
        let sd = outcome.sd()?;
        if sd <= 1e-14 * outcome.mean()?.abs() || sd <= 0.0 {
            return Err(StatsError::NoVariation { what: "the outcome".into() });
        }
        (0..p)
            .map(|k| {
                let mut column = Moments::new();
                for x in rows() {
                    column.push(x[k]);
                }
                Ok(self.beta[k] * column.sd()? / sd)
            })
            .collect()
    }

    /// The standard deviation of the residuals, with n − p.
    #[must_use]
    pub fn residual_sd(&self) -> f64 {
        (self.residuals.iter().map(|r| r * r).sum::<f64>() / self.df).sqrt()
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
    let mut design = Vec::with_capacity(n * p);
    for row in 0..n {
        design.push(1.0);
        design.extend(columns.iter().map(|(_, column)| column[row]));
    }
    let mut cross = vec![0.0; p * p];
    let mut beta = vec![0.0; p];
    for (x, &y) in design.chunks_exact(p).zip(y) {
        for i in 0..p {
            beta[i] += x[i] * y;
            for j in 0..p {
                cross[i * p + j] += x[i] * x[j];
            }
        }
    }
    let factor = Cholesky::new(&cross, p, p, 1e-12).map_err(|at| StatsError::Collinear {
        columns: vec![if at == 0 {
            "(intercept)".to_owned()
        } else {
            columns[at - 1].0.to_owned()
        }],
    })?;
    factor.solve(&mut beta);
    let fitted = |x: &[f64], beta: &[f64]| x.iter().zip(beta).map(|(x, b)| x * b).sum::<f64>();
    // One step of refinement: the normal equations lose digits that the residuals still hold.
    let mut correction = vec![0.0; p];
    for (x, &y) in design.chunks_exact(p).zip(y) {
        let residual = y - fitted(x, &beta);
        (0..p).for_each(|i| correction[i] += x[i] * residual);
    }
    factor.solve(&mut correction);
    beta.iter_mut().zip(&correction).for_each(|(b, c)| *b += c);
    let residuals: Vec<f64> =
        design.chunks_exact(p).zip(y).map(|(x, &y)| y - fitted(x, &beta)).collect();
    let mut inverse = vec![0.0; p * p];
    let mut column = vec![0.0; p];
    for k in 0..p {
        column.fill(0.0);
        column[k] = 1.0;
        factor.solve(&mut column);
        (0..p).for_each(|i| inverse[i * p + k] = column[i]);
    }
    let df = (n - p) as f64;
    let sigma2 = residuals.iter().map(|r| r * r).sum::<f64>() / df;
    let se = (0..p).map(|k| (sigma2 * inverse[k * p + k]).sqrt()).collect();
    let mut names = vec!["(intercept)".to_owned()];
    names.extend(columns.iter().map(|(name, _)| (*name).to_owned()));
    Ok(Ols { names, beta, se, df, design, residuals, inverse })
}
