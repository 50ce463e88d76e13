//! Least squares with an intercept and named columns.

use crate::linalg::Cholesky;
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

impl Ols {
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
