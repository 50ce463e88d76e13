//! Events per exposure.

use crate::distributions::chi_square;
use crate::{Result, StatsError};

/// A rate with its exact interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Events per unit of exposure.
    pub rate: f64,
    /// Exact 95 % interval.
    pub ci: [f64; 2],
}

/// Returns the rate of events over an exposure, with the exact Poisson interval.
///
/// Limits χ²(.025; 2x)/2 and χ²(.975; 2x + 2)/2, over the exposure. With covariates, clusters or over-dispersion:
/// [`glm`](crate::linear::glm) with [`Family::Poisson`](crate::linear::Family::Poisson) and ln(exposure) as offset.
///
/// # Shape and units
/// `exposure` in sessions, weeks, …; the rate is per one of them.
///
/// # Errors
/// [`StatsError::OutOfDomain`] if the exposure is not positive and finite.
///
/// # Source
/// `[@garwood1936]`. Checked against R `poisson.test(x, exposure)`: `golden/stats/proportions.R`.
pub fn poisson_rate(events: u64, exposure: f64) -> Result<Rate> {
    if !(exposure > 0.0 && exposure.is_finite()) {
        return Err(StatsError::OutOfDomain { what: "the exposure", expected: "positive" });
    }
    let x = events as f64;
    let low = if events == 0 { 0.0 } else { 0.5 * chi_square::quantile(0.025, 2.0 * x) };
    let high = 0.5 * chi_square::quantile(0.975, 2.0 * x + 2.0);
    Ok(Rate { rate: x / exposure, ci: [low / exposure, high / exposure] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_event_is_a_result() {
        let found = poisson_rate(0, 10.0).unwrap();
        // P(no event | rate·10) = .025.
        assert!((found.ci[1] - -(0.025_f64.ln()) / 10.0).abs() < 1e-12 && found.ci[0] <= 0.0);
        assert!(poisson_rate(1, 0.0).is_err() && poisson_rate(1, f64::NAN).is_err());
    }
}
