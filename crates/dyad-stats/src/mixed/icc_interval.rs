//! The profile interval of an intraclass correlation.

use super::fit::Fit;
use super::kernel::evaluate::Deviance;
use super::profile_interval::Interval;
use crate::distributions::normal;
use crate::{Result, StatsError};

/// Halvings of the search: far below the accuracy of the deviance.
const HALVINGS: usize = 60;

impl Fit {
    /// The profile likelihood interval of [`Fit::icc`] with one level of random intercepts.
    ///
    /// {ρ : D(√(ρ/(1 − ρ))) − D(θ̂) ≤ z²}, D the criterion of the fit (REML or ML) as a function of θ = τ/σ, everything else at its best.
    /// The intraclass correlation is a function of θ alone, so the interval never leaves [0, 1), and it holds 0 exactly when the likelihood
    /// ratio against no clusters does not exceed z².
    ///
    /// # Errors
    /// - [`StatsError::OutOfDomain`] if `level` is not between 0 and 1.
    /// - [`StatsError::Refused`] for a model with a second level or a random slope: θ is no single number there.
    ///
    /// # Source
    /// `[@bates2015]`, section 5.1. Checked against the deviance function of R `lme4::lmer(devFunOnly = TRUE)`: `golden/golden.R`.
    pub fn icc_interval(&self, level: f64) -> Result<Interval> {
        if !(level > 0.0 && level < 1.0) {
            return Err(StatsError::OutOfDomain { what: "level", expected: "between 0 and 1" });
        }
        if self.shape.parameters() != 1 {
            return Err(StatsError::Refused(
                "the interval needs one level of random intercepts".into(),
            ));
        }
        let deviance = Deviance::new(&self.data, self.kind);
        // Beyond any limit where it cannot be computed: every row would be its cluster's.
        let at = |icc: f64| {
            let theta = (icc / (1.0 - icc)).sqrt();
            deviance.at(&[theta], false).map_or(f64::INFINITY, |at| at.deviance)
        };
        let z = normal::quantile(f64::midpoint(1.0, level));
        let estimate = self.icc();
        let limit = at(estimate) + z * z;
        let between = |mut inside: f64, mut outside: f64| {
            for _ in 0..HALVINGS {
                let middle = f64::midpoint(inside, outside);
                if at(middle) <= limit {
                    inside = middle;
                } else {
                    outside = middle;
                }
            }
            inside
        };
        let low = if at(0.0) <= limit { 0.0 } else { between(estimate, 0.0) };
        Ok(Interval { low, high: between(estimate, 1.0 - f64::EPSILON) })
    }
}
