//! Rates of units against their size, within exact limits about the overall rate.

use super::{FunnelLimits, funnel_limits, overdispersion};
use crate::Result;

/// Steps at which the limits are drawn.
const STEPS: u64 = 40;
/// Share of the units at either end that does not count for the over-dispersion.
const TRIM: f64 = 0.1;

/// A funnel plot.
#[derive(Clone, Debug, PartialEq)]
pub struct FunnelPlot {
    /// Size and rate of each unit.
    pub points: Vec<[f64; 2]>,
    /// The overall rate.
    pub target: f64,
    /// Sizes with the 95 % and the 99.8 % limits there: low, high, low, high.
    pub limits: Vec<(f64, [f64; 4])>,
    /// Units outside the 95 % limits.
    pub outside: usize,
    /// Units outside the 99.8 % limits.
    pub far_outside: usize,
    /// φ by winsorised z; `None` where it cannot be given.
    pub dispersion: Option<f64>,
}

/// Returns where units lie in a funnel about the overall rate, limits drawn from the smallest size to beyond the largest.
///
/// # Shape and units
/// `counts`: numerator and denominator of each unit, of at least `smallest`; `target` between 0 and 1.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// Those of [`funnel_limits`].
///
/// # Source
/// `[@spiegelhalter2005]`, limits and over-dispersion as in [`funnel_limits`] and [`overdispersion`].
pub fn funnel_plot(counts: &[(u64, u64)], target: f64, smallest: u64) -> Result<FunnelPlot> {
    let at = |n: u64| funnel_limits(target, n, 1.0);
    let beyond = |rate: f64, limits: [f64; 2]| rate < limits[0] || rate > limits[1];
    let (mut points, mut outside, mut far_outside) = (Vec::with_capacity(counts.len()), 0, 0);
    for &(x, n) in counts {
        let (limits, rate) = (at(n)?, x as f64 / n as f64);
        points.push([n as f64, rate]);
        outside += usize::from(beyond(rate, limits.warning));
        far_outside += usize::from(beyond(rate, limits.alarm));
    }
    let largest = counts.iter().map(|(_, n)| *n).max().unwrap_or(1);
    let smallest = smallest.max(1);
    let step = (largest.saturating_sub(smallest) / STEPS).max(1);
    let sizes = (smallest..=largest).step_by(usize::try_from(step).unwrap_or(1));
    let flat = |l: FunnelLimits| [l.warning[0], l.warning[1], l.alarm[0], l.alarm[1]];
    let limits = sizes.chain([largest + 1]).map(|n| Ok((n as f64, flat(at(n)?))));
    Ok(FunnelPlot {
        points,
        target,
        limits: limits.collect::<Result<_>>()?,
        outside,
        far_outside,
        dispersion: overdispersion(counts, target, TRIM).ok().map(|o| o.dispersion),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_far_from_the_rest_lies_outside() {
        let counts = [(10, 20), (11, 20), (9, 20), (40, 40)];
        let found = funnel_plot(&counts, 0.5, 5).unwrap();
        assert_eq!((found.outside, found.far_outside, found.points.len()), (1, 1, 4));
        assert!((found.limits[0].0 - 5.0).abs() < 1e-12);
        assert!((found.limits.last().unwrap().0 - 41.0).abs() < 1e-12);
        assert!(funnel_plot(&counts, 1.5, 5).is_err());
    }
}
