//! The interval of a ratio of two estimates, and of the turning point of a parabola.

use crate::{Result, StatsError};

/// What a ratio may be, at 95 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RatioInterval {
    /// Between two values.
    Between([f64; 2]),
    /// Anything but what lies between two values: the denominator may be 0 or of either sign.
    Outside([f64; 2]),
    /// Anything: neither numerator nor denominator is known to differ from 0.
    Anything,
}

/// Returns Fieller's interval of a/b: all ρ with (a − ρb)² ≤ c²·(V_aa − 2ρV_ab + ρ²V_bb).
///
/// Unlike the delta method it is exact for normal estimates, asymmetric, and says so when the data do not bound the ratio.
///
/// # Shape and units
/// Estimates, their variances and covariance, and the critical value c of the interval (a normal or t quantile).
///
/// # Errors
/// - [`StatsError::NotFinite`].
/// - [`StatsError::OutOfDomain`] if a variance or the critical value is not positive, or the covariance is larger than they allow.
///
/// # Source
/// `[@fieller1954]`. Checked against R: roots by `uniroot`, `golden/stats/growth.R`.
pub fn fieller(
    [a, b]: [f64; 2],
    [v_aa, v_ab, v_bb]: [f64; 3],
    critical: f64,
) -> Result<RatioInterval> {
    if ![a, b, v_aa, v_ab, v_bb, critical].iter().all(|v| v.is_finite()) {
        return Err(StatsError::NotFinite { what: "the estimates".into() });
    }
    if v_aa <= 0.0
        || v_bb <= 0.0
        || critical <= 0.0
        || v_ab.abs() > v_aa.sqrt() * v_bb.sqrt() * (1.0 + 1e-12)
    {
        return Err(StatsError::OutOfDomain {
            what: "the variances",
            expected: "positive, with a covariance that they allow",
        });
    }
    // In units of their standard errors, so that no unit of either is too large or too small to square.
    let (unit_a, unit_b) = (v_aa.sqrt(), v_bb.sqrt());
    let (a, b, v_ab) = (a / unit_a, b / unit_b, v_ab / unit_a / unit_b);
    let (v_aa, v_bb) = (1.0, 1.0);
    let c2 = critical * critical;
    // ρ²·(b² − c²V_bb) − 2ρ·(ab − c²V_ab) + a² − c²V_aa ≤ 0.
    let (square, half, constant) = (b * b - c2 * v_bb, a * b - c2 * v_ab, a * a - c2 * v_aa);
    let discriminant = half * half - square * constant;
    if discriminant < 0.0 {
        // A parabola that opens downwards and never reaches 0 holds everywhere; upwards it cannot miss a/b.
        return Ok(RatioInterval::Anything);
    }
    // The root with the larger sum first, the other from the product: no digits are lost.
    let far = half + half.signum() * discriminant.sqrt();
    let unit = unit_a / unit_b;
    let (one, two) = (far / square * unit, constant / far * unit);
    let ends = [one.min(two), one.max(two)];
    if !ends.iter().all(|end| end.is_finite()) {
        return Ok(RatioInterval::Anything);
    }
    Ok(if square > 0.0 { RatioInterval::Between(ends) } else { RatioInterval::Outside(ends) })
}

/// Returns the turning point of y = b₀ + b₁·t + b₂·t² with Fieller's interval: t = −b₁/(2·b₂).
///
/// # Shape and units
/// b₁ and b₂ with Var b₁, Cov, Var b₂; in the unit of t.
///
/// # Errors
/// As [`fieller`]; [`StatsError::Unbounded`] if b₂ is 0.
///
/// # Source
/// `[@fieller1954]`. Checked against R: roots by `uniroot`, `golden/stats/growth.R`.
pub fn vertex(
    [b1, b2]: [f64; 2],
    [v11, v12, v22]: [f64; 3],
    critical: f64,
) -> Result<(f64, RatioInterval)> {
    // −b₁/(2b₂) is the ratio of −b₁/2 and b₂.
    let interval = fieller([-0.5 * b1, b2], [0.25 * v11, -0.5 * v12, v22], critical)?;
    let at = -0.5 * b1 / b2;
    if !at.is_finite() {
        return Err(StatsError::Unbounded { what: "the turning point".into() });
    }
    Ok((at, interval))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_kinds() {
        let kind = |a, b| fieller([a, b], [1.0, 0.0, 1.0], 2.0).unwrap();
        assert!(matches!(kind(3.0, 5.0), RatioInterval::Between([l, h]) if l < 0.6 && 0.6 < h));
        assert!(matches!(kind(5.0, 1.0), RatioInterval::Outside([l, h]) if l < 0.0 && h > 0.0));
        assert_eq!(kind(1.0, 1.0), RatioInterval::Anything);
    }

    #[test]
    fn with_little_noise_it_is_the_delta_method() {
        let (at, interval) = vertex([0.4, -0.1], [1e-8, 2e-10, 1e-9], 1.96).unwrap();
        let RatioInterval::Between([low, high]) = interval else { unreachable!() };
        // g = (−1/(2b₂), b₁/(2b₂²)).
        let g = [5.0_f64, 20.0];
        let se = (g[0] * g[0] * 1e-8 + 2.0 * g[0] * g[1] * 2e-10 + g[1] * g[1] * 1e-9).sqrt();
        assert!((at - 2.0).abs() < 1e-12);
        assert!(((high - low) / (2.0 * 1.96 * se) - 1.0).abs() < 1e-4);
    }

    #[test]
    fn refusals() {
        assert!(fieller([1.0, 1.0], [0.0, 0.0, 1.0], 2.0).is_err());
        assert!(fieller([1.0, 1.0], [1.0, 2.0, 1.0], 2.0).is_err());
        assert!(fieller([f64::NAN, 1.0], [1.0, 0.0, 1.0], 2.0).is_err());
        assert!(vertex([1.0, 0.0], [1.0, 0.0, 1.0], 2.0).is_err());
    }
}
