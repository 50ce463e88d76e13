//! How far a share may lie from a target by chance alone.

use crate::distributions::{beta, normal};
use crate::{Result, StatsError};

/// Limits around a target, at one size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FunnelLimits {
    /// 95 %: one in forty beyond each.
    pub warning: [f64; 2],
    /// 99.8 %: one in a thousand beyond each.
    pub alarm: [f64; 2],
}

/// Returns the limits of a funnel plot for a share of n, from the binomial distribution itself.
///
/// With r the smallest count with P(R ≤ r) ≥ p, the limit is (r − α)/n, α = (P(R ≤ r) − p)/P(R = r): interpolated, so that the limits
/// do not jump from size to size. Over-dispersed limits widen the normal ones instead: target ± z·√(φ·target·(1 − target)/n).
///
/// # Shape and units
/// `target`: a share strictly between 0 and 1; `dispersion`: φ of [`overdispersion`], 1 for none.
///
/// # Errors
/// - [`StatsError::OutOfDomain`] for a target that is not within 0 and 1, or φ below 1.
/// - [`StatsError::TooFew`] if n is 0.
///
/// # Source
/// `[@spiegelhalter2005]`. Checked against R `qbinom`, `pbinom`: `golden/stats/proportions.R`.
pub fn funnel_limits(target: f64, n: u64, dispersion: f64) -> Result<FunnelLimits> {
    check_target(target)?;
    if n == 0 {
        return Err(StatsError::TooFew { unit: "persons", needed: 1, found: 0 });
    }
    if dispersion.is_nan() || dispersion < 1.0 {
        return Err(StatsError::OutOfDomain { what: "the over-dispersion", expected: "1 or more" });
    }
    let limit = |p: f64| {
        let at = if dispersion > 1.0 {
            let spread = (dispersion * target * (1.0 - target) / n as f64).sqrt();
            target + normal::quantile(p) * spread
        } else {
            exact_limit(target, n, p)
        };
        at.clamp(0.0, 1.0)
    };
    Ok(FunnelLimits { warning: [limit(0.025), limit(0.975)], alarm: [limit(0.001), limit(0.999)] })
}

fn check_target(target: f64) -> Result<()> {
    if target > 0.0 && target < 1.0 {
        Ok(())
    } else {
        Err(StatsError::OutOfDomain { what: "the target", expected: "strictly within 0 and 1" })
    }
}

fn exact_limit(target: f64, n: u64, p: f64) -> f64 {
    // P(R ≤ r), as a tail of the beta distribution.
    let at_most = |r: u64| {
        if r >= n {
            1.0
        } else {
            beta::lower_tail((n - r) as f64, r as f64 + 1.0, 1.0 - target, target)
        }
    };
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = low + (high - low) / 2;
        if at_most(middle) >= p {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    let below = if high == 0 { 0.0 } else { at_most(high - 1) };
    let reached = at_most(high);
    (high as f64 - (reached - p) / (reached - below)) / n as f64
}

/// How much more the shares differ than chance alone would have it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overdispersion {
    /// φ, the mean square of the winsorised z values; 1 at least.
    pub dispersion: f64,
    /// Units.
    pub units: usize,
    /// Units · mean square, about χ² of as many df if there is none.
    pub chi_square: f64,
}

/// Returns the over-dispersion of shares around a target.
///
/// z = (x/n − target)/√(target·(1 − target)/n); the lowest and highest `trim` of the z values are pulled in to the next ones, so that the
/// units one looks for do not hide themselves; φ = mean of z².
///
/// # Shape and units
/// `counts`: hits and size per unit; `trim`: a share, .1 as a rule.
///
/// # Errors
/// - [`StatsError::TooFew`] below two units, or for a unit without a person.
/// - [`StatsError::OutOfDomain`] for hits above the size, a target or a trim that is not a share.
///
/// # Source
/// `[@spiegelhalter2005]`. Checked against R: the definition in `golden/stats/proportions.R`.
pub fn overdispersion(counts: &[(u64, u64)], target: f64, trim: f64) -> Result<Overdispersion> {
    check_target(target)?;
    if !(0.0..0.5).contains(&trim) {
        return Err(StatsError::OutOfDomain { what: "the trimmed share", expected: "below .5" });
    }
    if counts.len() < 2 {
        return Err(StatsError::TooFew { unit: "units", needed: 2, found: counts.len() });
    }
    for &(x, n) in counts {
        super::wilson::check(x, n)?;
    }
    let z_of = |&(x, n): &(u64, u64)| {
        let n = n as f64;
        (x as f64 / n - target) / (target * (1.0 - target) / n).sqrt()
    };
    let mut z: Vec<f64> = counts.iter().map(z_of).collect();
    z.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a number of units"
    )]
    let cut = (trim * z.len() as f64).floor() as usize;
    let (low, high) = (z[cut], z[z.len() - 1 - cut]);
    let chi_square: f64 = z.iter().map(|z| z.clamp(low, high).powi(2)).sum();
    Ok(Overdispersion {
        dispersion: (chi_square / z.len() as f64).max(1.0),
        units: z.len(),
        chi_square,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_nested_and_close_in() {
        let mut before = 1.0;
        for n in [5, 20, 80, 320, 1280] {
            let found = funnel_limits(0.3, n, 1.0).unwrap();
            assert!(found.alarm[0] <= found.warning[0] && found.warning[1] <= found.alarm[1]);
            let width = found.alarm[1] - found.alarm[0];
            assert!(width < before);
            before = width;
            let wide = funnel_limits(0.3, n, 4.0).unwrap();
            assert!(wide.warning[1] >= found.warning[1]);
        }
        assert!(funnel_limits(0.0, 5, 1.0).is_err() && funnel_limits(0.5, 0, 1.0).is_err());
        assert!(funnel_limits(0.5, 5, 0.5).is_err());
    }

    #[test]
    fn units_that_agree_are_not_over_dispersed() {
        let found = overdispersion(&[(3, 10), (6, 20), (9, 30)], 0.3, 0.1).unwrap();
        assert!((found.dispersion - 1.0).abs() < 1e-15 && found.chi_square < 1e-20);
        assert!(overdispersion(&[(3, 10)], 0.3, 0.1).is_err());
        assert!(overdispersion(&[(3, 10), (4, 3)], 0.3, 0.1).is_err());
    }
}
