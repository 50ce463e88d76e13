//! Where a parabola turns, by the delta method.

use crate::Result;
use crate::mixed::Fit;

/// Returns the turning point of b₁·t + b₂·t² and its standard error.
///
/// t = −b₁/(2·b₂), variance g'Vg with g = (−1/(2·b₂), b₁/(2·b₂²)).
///
/// # Shape and units
/// `b`: slope at t = 0 and curvature, b₂ not 0; `v`: variance of the slope, covariance, variance of the curvature. In the unit of t.
///
/// # Missing values
/// None accepted.
///
/// # Source
/// Delta method, first order; [`vertex`](super::vertex) gives the interval of `[@fieller1954]`, which does not need b₂ to be known well.
/// Checked against R: `tests/golden/_early_peak.R`.
#[must_use]
pub fn turning_point([b1, b2]: [f64; 2], [v11, v12, v22]: [f64; 3]) -> (f64, f64) {
    let g = [-0.5 / b2, 0.5 * b1 / (b2 * b2)];
    let variance = g[0] * g[0] * v11 + g[1] * g[1] * v22 + 2.0 * g[0] * g[1] * v12;
    (-0.5 * b1 / b2, variance.sqrt())
}

/// A fitted parabola: slope and curvature where t is 0, with their variances and covariance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parabola {
    /// Slope and curvature.
    pub b: [f64; 2],
    /// Variance of the slope, covariance, variance of the curvature.
    pub v: [f64; 3],
}

impl Parabola {
    /// The parabola of a mixed model, by the names of its columns t and t².
    ///
    /// # Errors
    /// [`StatsError::Refused`](crate::StatsError::Refused) if there is no such column.
    pub fn of(fit: &Fit, [linear, quadratic]: [&str; 2]) -> Result<Self> {
        let (b1, b2) = (fit.coefficient(linear)?, fit.coefficient(quadratic)?);
        let v = [b1.se * b1.se, fit.covariance(linear, quadratic)?, b2.se * b2.se];
        Ok(Self { b: [b1.estimate, b2.estimate], v })
    }

    /// Whether it opens downwards: only then is its turning point a highest one.
    #[must_use]
    pub fn has_peak(&self) -> bool {
        self.b[1] < 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_curvature_leaves_the_error_of_the_slope() {
        let (at, se) = turning_point([2.0, -0.5], [0.09, 0.0, 0.0]);
        assert!((at - 2.0).abs() < 1e-12 && (se - 0.3).abs() < 1e-12);
    }
}
