//! The sceptical p-value and its relatives.

use super::Effect;
use crate::distributions::{chi_square, normal};

/// Replication success by reverse Bayes, and by combined p values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sceptical {
    /// The sceptical z.
    pub z: f64,
    /// One-sided p of z.
    pub nominal: f64,
    /// One-sided p of z·√φ, φ the golden ratio: at the same level, an original that is borderline significant needs a replication at
    /// least as large.
    pub golden: f64,
    /// √ of the chance of a nominal p as small if both nulls hold: at level α, α² false successes whatever the sizes. `None` if the
    /// signs differ.
    pub controlled: Option<f64>,
    /// Edgington's (p₀ + pᵣ)²/2 of the two one-sided p (1 − (2 − p₀ − pᵣ)²/2 where they add to more than 1).
    pub edgington: f64,
    /// Of the harmonic mean χ²: ¼·P(χ²(1) > 4/(1/z₀² + 1/zᵣ²)); `None` if the signs differ.
    pub harmonic: Option<f64>,
    /// zᵣ/z₀ on the Fisher z scale; `None` if the original is 0.
    pub relative_effect: Option<f64>,
    /// (s₀/sᵣ)².
    pub variance_ratio: f64,
}

/// Returns the sceptical p-value in its three calibrations, with the related metrics.
///
/// How sceptical a prior would have to be to make the original unconvincing, and how far the replication contradicts it:
/// zS² = (√(zA²(zA² + (c − 1)zH²)) − zA²)/(c − 1), zH²/2 for c = 1; zA², zH² the arithmetic and harmonic mean of the squared test
/// statistics, c = (s₀/sᵣ)². One-sided in the direction of the original; with different signs p = 1 − p(zS).
///
/// # Shape and units
/// Both on the Fisher z scale.
///
/// # Missing values
/// None.
///
/// # Errors
/// None: an [`Effect`] is checked when it is made.
///
/// # Source
/// `[@held2020]`, golden `[@held2022]`, controlled `[@micheloud2023]`; `[@edgington1972]`, `[@heldharmonic2020]`. Checked against the
/// formulas and `integrate` in R: `golden/stats/replication.R`.
#[must_use]
pub fn sceptical(original: Effect, replication: Effect) -> Sceptical {
    let (first, second) = (original.towards(&original), replication.towards(&original));
    let variance_ratio = (original.se / replication.se).powi(2);
    let z = sceptical_z(first * first, second * second, variance_ratio).sqrt();
    let same = first * second > 0.0;
    // With a replication in the other direction the evidence speaks against the original.
    let one_sided = |z: f64| if same { normal::upper_tail(z) } else { normal::lower_tail(z) };
    let golden_ratio = 0.5 * (1.0 + 5.0_f64.sqrt());
    let (p, q) = (normal::upper_tail(first), normal::upper_tail(second));
    let edgington =
        if p + q <= 1.0 { 0.5 * (p + q).powi(2) } else { 1.0 - 0.5 * (2.0 - p - q).powi(2) };
    let harmonic = 4.0 / ((1.0 / first).powi(2) + (1.0 / second).powi(2));
    Sceptical {
        z,
        nominal: one_sided(z),
        golden: one_sided(z * golden_ratio.sqrt()),
        controlled: same.then(|| false_success(z, variance_ratio).sqrt()),
        edgington,
        harmonic: same.then(|| 0.25 * chi_square::upper_tail(harmonic, 1.0)),
        relative_effect: (original.z.abs() > 0.0).then(|| replication.z / original.z),
        variance_ratio,
    }
}

/// zS² from the squared test statistics and the ratio of variances.
///
/// The root of a quadratic, taken in the form without the difference of two like numbers: it holds for c = 1 too.
fn sceptical_z(first: f64, second: f64, c: f64) -> f64 {
    let arithmetic = 0.5 * (first + second);
    if arithmetic <= 0.0 {
        return 0.0;
    }
    let harmonic = 2.0 * first * (second / (first + second));
    let inner = (arithmetic * (arithmetic + (c - 1.0) * harmonic)).sqrt();
    arithmetic * harmonic / (inner + arithmetic)
}

/// The chance that original and replication, both null, reach this sceptical z in one direction.
///
/// ∫ φ(x)·(1 − Φ(z·√(1 + c/(x²/z² − 1)))) dx over x > z. With x = z + exp u the integrand and its derivatives vanish at both ends,
/// where the trapezoidal rule is as good as any.
fn false_success(z: f64, c: f64) -> f64 {
    const STEP: f64 = 0.02;
    (-1800..200)
        .map(|k| {
            let above = libm::exp(STEP * f64::from(k));
            let x = z + above;
            let needed = z * (1.0 + c * z * z / (above * (x + z))).sqrt();
            STEP * above * normal::density(x) * normal::upper_tail(needed)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effects(r: f64, n: u64) -> Effect {
        Effect::new(r, n).unwrap()
    }

    #[test]
    fn equal_sizes_are_no_exception() {
        let near = sceptical(effects(0.3, 100), effects(0.25, 101));
        let equal = sceptical(effects(0.3, 100), effects(0.25, 100));
        let [a, b] = [0.3_f64, 0.25].map(|r| (r.atanh() * 97.0_f64.sqrt()).powi(2));
        assert!((equal.z * equal.z - a * b / (a + b)).abs() < 1e-12);
        assert!((near.z - equal.z).abs() < 0.02);
    }

    #[test]
    fn the_other_direction_is_no_success() {
        let found = sceptical(effects(0.3, 100), effects(-0.25, 100));
        assert!(found.nominal > 0.5 && found.edgington > 0.4);
        assert!(found.controlled.is_none() && found.harmonic.is_none());
        let mirrored = sceptical(effects(-0.3, 100), effects(0.25, 100));
        assert!((found.nominal - mirrored.nominal).abs() < 1e-15);
    }

    #[test]
    fn nothing_at_all_is_a_coin() {
        let found = sceptical(effects(0.0, 100), effects(0.0, 100));
        assert!((found.nominal - 0.5).abs() < 1e-15 && found.relative_effect.is_none());
        // Two coins: a quarter.
        assert!((false_success(0.0, 1.0) - 0.25).abs() < 1e-12);
    }
}
