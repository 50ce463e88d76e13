//! The smallest coefficient a t test would have found.

use crate::distributions::student_t;
use crate::{Result, StatsError};

/// Returns the size of a coefficient that a two-sided t test at .05 finds with this power.
///
/// (t(.975, df) + t(power, df))·se: a coefficient of this size lies so far from 0 that the test is significant with probability `power`. The
/// shifted t stands for the noncentral one; the two differ in the third digit for df ≥ 10.
///
/// # Shape and units
/// `se` and the result in units of the coefficient.
///
/// # Errors
/// [`StatsError::OutOfDomain`] unless `se` and `df` are positive and `power` lies between .5 and 1.
///
/// # Source
/// `[@bloom1995]`. Checked against R `(qt(.975, df) + qt(power, df)) * se`: `golden/golden.R`.
pub fn detectable_effect(se: f64, df: f64, power: f64) -> Result<f64> {
    if !(se > 0.0 && df > 0.0 && se.is_finite()) {
        return Err(StatsError::OutOfDomain {
            what: "a standard error or its degrees of freedom",
            expected: "positive",
        });
    }
    if !(0.5..1.0).contains(&power) {
        return Err(StatsError::OutOfDomain { what: "power", expected: "from .5 to below 1" });
    }
    Ok((student_t::critical(0.95, df) + student_t::quantile(power, df)) * se)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_power_needs_a_larger_effect() {
        let of = |power| detectable_effect(1.0, 22.0, power).unwrap();
        assert!(of(0.9) > of(0.8) && of(0.8) > of(0.5));
        // At a power of one half the effect equals the critical value.
        assert!((of(0.5) - student_t::critical(0.95, 22.0)).abs() < 1e-12);
        assert!(detectable_effect(0.0, 22.0, 0.8).is_err());
        assert!(detectable_effect(1.0, 22.0, 1.0).is_err());
    }
}
