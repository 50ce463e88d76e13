//! A fixed effect, or a contrast of several, with Satterthwaite degrees of freedom.

use super::fit::Fit;
use crate::distributions::student_t;
use crate::{Result, StatsError};

/// A fixed effect or a contrast of several.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coefficient {
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
    /// Satterthwaite degrees of freedom; `None` where the variance parameters have no curvature to take them from.
    pub df: Option<f64>,
    /// estimate/se.
    pub t: f64,
    /// Two-sided; `None` without df.
    pub p: Option<f64>,
    /// 95 % interval; `None` without df.
    pub ci: Option<[f64; 2]>,
}

impl Coefficient {
    /// The interval of another level; `None` without df.
    #[must_use]
    pub fn interval(&self, level: f64) -> Option<[f64; 2]> {
        let half = student_t::critical(level, self.df?) * self.se;
        Some([self.estimate - half, self.estimate + half])
    }
}

impl Fit {
    /// The coefficient of a column, or of `(intercept)`, with Satterthwaite df.
    ///
    /// # Errors
    /// [`StatsError::Refused`] if there is no such column.
    pub fn coefficient(&self, column: &str) -> Result<Coefficient> {
        self.contrast(&[(column, 1.0)])
    }

    /// A linear combination of coefficients, with Satterthwaite df.
    ///
    /// df = 2v²/(g'Wg), v = σ²·l'A⁻¹l, g its gradient in φ = (θ, σ), W = 2H⁻¹, H the Hessian of the deviance in φ. df do not depend on
    /// how φ is written, because the deviance is stationary at the minimum.
    ///
    /// # Missing values
    /// df, p and interval are absent where H is not positive definite. At a singular fit they are given, but unreliable.
    ///
    /// # Errors
    /// [`StatsError::Refused`] if there is no such column, or every weight is 0.
    ///
    /// # Source
    /// `[@kuznetsova2017]`. Checked against R `lmerTest::contest(m, L, joint = FALSE)`: `golden/stats/mixed.R`.
    pub fn contrast(&self, weights: &[(&str, f64)]) -> Result<Coefficient> {
        let mut coefficient = self.tested(weights)?;
        coefficient.ci = coefficient.interval(0.95);
        Ok(coefficient)
    }

    /// As [`Fit::contrast`], without an interval: its quantile takes longer than the test.
    pub(super) fn tested(&self, weights: &[(&str, f64)]) -> Result<Coefficient> {
        let mut l = vec![0.0; self.beta.len()];
        for (name, weight) in weights {
            l[self.position(name)?] += weight;
        }
        if l.iter().all(|w| w.abs() < f64::MIN_POSITIVE) || l.iter().any(|w| !w.is_finite()) {
            return Err(StatsError::Refused(
                "a contrast needs finite weights that are not all 0".into(),
            ));
        }
        let estimate = l.iter().zip(&self.beta).map(|(l, b)| l * b).sum();
        Ok(self.satterthwaite(estimate, &self.on_scaled(&l)))
    }

    /// The covariance of two coefficients.
    ///
    /// # Errors
    /// [`StatsError::Refused`] if there is no such column.
    pub fn covariance(&self, one: &str, other: &str) -> Result<f64> {
        let unit = |name: &str| -> Result<Vec<f64>> {
            let mut l = vec![0.0; self.beta.len()];
            l[self.position(name)?] = 1.0;
            Ok(self.on_scaled(&l))
        };
        let (a, b) = (unit(one)?, unit(other)?);
        let scale = self.scale[self.beta.len()];
        Ok(scale * scale * self.solution.sigma2 * form(&a, &self.solution.inverse, &b))
    }

    fn position(&self, name: &str) -> Result<usize> {
        self.names
            .iter()
            .position(|n| n == name)
            .ok_or_else(|| StatsError::Refused(format!("the model has no column {name}").into()))
    }

    /// Weights of the coefficients of the centred and scaled columns that give the same contrast, in units of the response.
    fn on_scaled(&self, l: &[f64]) -> Vec<f64> {
        let intercept = l[0];
        let mut scaled = l.to_vec();
        for k in 1..l.len() {
            scaled[k] = (l[k] - intercept * self.data.shift[k]) / self.scale[k];
        }
        scaled
    }

    fn satterthwaite(&self, estimate: f64, l: &[f64]) -> Coefficient {
        let solution = &self.solution;
        let p = l.len();
        let half: Vec<f64> = solution
            .inverse
            .chunks_exact(p)
            .map(|row| row.iter().zip(l).map(|(a, l)| a * l).sum())
            .collect();
        let unit: f64 = half.iter().zip(l).map(|(h, l)| h * l).sum();
        let v = solution.sigma2 * unit;
        let se = v.sqrt() * self.scale[p];
        // dA⁻¹ = −A⁻¹·dA·A⁻¹.
        let mut g: Vec<f64> = solution
            .cross_slopes
            .iter()
            .map(|cross| -solution.sigma2 * form(&half, cross, &half))
            .collect();
        g.push(2.0 * solution.sigma2.sqrt() * unit);
        let df = solution.covariance.as_ref().map(|w| 2.0 * v * v / form(&g, w, &g));
        let df = df.filter(|df| df.is_finite() && *df > 0.0);
        let t = estimate / se;
        let p = df.map(|df| student_t::two_sided(t, df));
        Coefficient { estimate, se, df, t, p, ci: None }
    }
}

/// a'·M·b.
fn form(a: &[f64], matrix: &[f64], b: &[f64]) -> f64 {
    let rows = a.iter().zip(matrix.chunks_exact(b.len()));
    rows.map(|(a, row)| a * row.iter().zip(b).map(|(m, b)| m * b).sum::<f64>()).sum()
}
