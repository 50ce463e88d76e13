//! The least-squares line and the interval of its mean.

use crate::distributions::student_t;
use crate::moments::Cross;
use crate::{Result, StatsError};

/// A fitted line y = a + b·x.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    cross: Cross,
    /// a.
    pub intercept: f64,
    /// b.
    pub slope: f64,
    residual_variance: f64,
    critical: f64,
}

/// The mean of y at an x.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanAt {
    /// The line there.
    pub estimate: f64,
    /// 95 % interval of the mean, not of single values.
    pub ci: [f64; 2],
}

impl Line {
    /// Fits the line.
    ///
    /// # Shape and units
    /// `x`, `y`: equal length n ≥ 3.
    ///
    /// # Missing values
    /// None accepted.
    ///
    /// # Errors
    /// [`StatsError::TooFew`], [`StatsError::UnequalLengths`]; [`StatsError::NoVariation`] if x is constant.
    ///
    /// # Source
    /// Checked against R `predict(lm(y ~ x), interval = "confidence")`: `golden/stats/linear.R`.
    pub fn fit(x: &[f64], y: &[f64]) -> Result<Self> {
        if x.len() != y.len() {
            return Err(StatsError::UnequalLengths {
                what: "paired scores",
                left: x.len(),
                right: y.len(),
            });
        }
        if x.len() < 3 {
            return Err(StatsError::TooFew { unit: "pairs", needed: 3, found: x.len() });
        }
        let cross = Cross::of(x, y);
        if cross.xx <= 1e-24 * cross.mean_x * cross.mean_x * x.len() as f64 || cross.xx <= 0.0 {
            return Err(StatsError::NoVariation { what: "x".into() });
        }
        let slope = cross.xy / cross.xx;
        let df = x.len() as f64 - 2.0;
        let residual_variance = ((cross.yy - slope * cross.xy) / df).max(0.0);
        let intercept = cross.mean_y - slope * cross.mean_x;
        Ok(Self {
            cross,
            intercept,
            slope,
            residual_variance,
            critical: student_t::critical(0.95, df),
        })
    }

    /// The mean at `x`: a + b·x ± t(n − 2)·s·√(1/n + (x − x̄)²/Sxx).
    #[must_use]
    pub fn mean_at(&self, x: f64) -> MeanAt {
        let from_mean = x - self.cross.mean_x;
        let estimate = self.cross.mean_y + self.slope * from_mean;
        let leverage = 1.0 / self.cross.n as f64 + from_mean * from_mean / self.cross.xx;
        let half = self.critical * (self.residual_variance * leverage).sqrt();
        MeanAt { estimate, ci: [estimate - half, estimate + half] }
    }

    /// The mean at the ends of a stretch of x and at equal steps between them: where its line and band are drawn.
    pub fn along(
        &self,
        [low, high]: [f64; 2],
        steps: usize,
    ) -> impl Iterator<Item = (f64, MeanAt)> {
        (0..=steps).map(move |step| {
            let x = low + (high - low) * step as f64 / steps as f64;
            (x, self.mean_at(x))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_has_its_ends_and_equal_steps() {
        let line = Line::fit(&[1.0, 2.0, 3.0, 4.0], &[1.0, 3.0, 2.0, 4.0]).unwrap();
        let along: Vec<(f64, MeanAt)> = line.along([1.0, 3.0], 4).collect();
        let at: Vec<f64> = along.iter().map(|(x, _)| *x).collect();
        assert_eq!(at, [1.0, 1.5, 2.0, 2.5, 3.0]);
        assert!((along[2].1.estimate - line.mean_at(2.0).estimate).abs() < 1e-15);
    }
}
