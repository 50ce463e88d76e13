//! What drift alone does to where clients peak.

use std::f64::consts::PI;

use super::Peaks;
use crate::distributions::{beta, normal};
use crate::{Result, StatsError};

/// Peaks at one occasion against what drift gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AgainstDrift {
    /// Probability that one client's highest rating falls there.
    pub expected: f64,
    /// P(share at least as large as observed).
    pub p: f64,
    /// Where the central 95 % of the share lie.
    pub band: [f64; 2],
}

impl Peaks {
    /// The share at an occasion against ratings that only drift about each client's level.
    ///
    /// In a first-order autoregression where the highest rating falls depends neither on the level nor on the scatter of a client, so
    /// that the clients who peak there are Binomial(n, [`drift_chance`]). Exact for a given ρ; clients with tied maxima count as in
    /// [`super::peaks`], and the sum of their shares is rounded up to whole clients, which does not make p smaller than it is.
    ///
    /// # Shape and units
    /// `occasion` counts from 0; `rho` is the correlation of neighbouring occasions, all equally far apart.
    ///
    /// # Errors
    /// - As [`drift_chance`].
    ///
    /// # Source
    /// Checked against R `pbinom`: `golden/stats/resample.R`, `golden/_early_peak.R`.
    pub fn against_drift(&self, occasion: usize, rho: f64) -> Result<AgainstDrift> {
        let chance = drift_chance(rho, self.shares.len(), occasion)?;
        let n = self.n as f64;
        let share = self.shares[occasion] * n;
        // P(at least k of n), by the identity of binomial and beta.
        let at_least = |k: f64| {
            if k <= 0.0 { 1.0 } else { beta::lower_tail(k, n - k + 1.0, chance, 1.0 - chance) }
        };
        // The smallest k of which P(at most k) reaches the level.
        let quantile = |level: f64| {
            let (mut low, mut high) = (0_u64, self.n as u64);
            while low < high {
                let middle = u64::midpoint(low, high);
                if 1.0 - at_least(middle as f64 + 1.0) >= level {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            low as f64 / n
        };
        Ok(AgainstDrift {
            expected: chance,
            p: at_least((share - 1e-9).ceil()),
            band: [quantile(0.025), quantile(0.975)],
        })
    }
}

/// Returns the probability that the highest of `occasions` values of a stationary normal autoregression of order 1 is that at `at`.
///
/// Given the highest value m, what comes before and what comes after are two independent chains that stay below m, and looked at from m
/// they are alike: ∫ φ(m)·B(at)·B(occasions − 1 − at) dm, B(j) = P(j steps stay below m | start at m). Gauss–Legendre rules in both
/// directions, as fine as √(1 − ρ²) asks for: within 1e-9, and within 1e-6 for ρ below −.95. With ρ = .6 and five occasions the first and the last have .24, the third .17.
///
/// # Shape and units
/// `at` counts from 0.
///
/// # Errors
/// - [`StatsError::OutOfDomain`] if ρ is not within ± .999 or the occasion is not one of them.
///
/// # Source
/// `[@pinheiro2000]` for the model. Checked against R: nested `integrate`, `golden/_early_peak.R`, and another quadrature,
/// `golden/stats/resample.R`.
pub fn drift_chance(rho: f64, occasions: usize, at: usize) -> Result<f64> {
    if rho.is_nan() || rho.abs() > 0.999 {
        return Err(StatsError::OutOfDomain {
            what: "the correlation of neighbouring sessions",
            expected: "within -.999 and .999",
        });
    }
    if at >= occasions {
        return Err(StatsError::OutOfDomain {
            what: "the tested occasion",
            expected: "one of the occasions",
        });
    }
    let steps = [at, occasions - 1 - at];
    let top: Vec<(f64, f64)> = if rho >= 0.0 {
        legendre(64, -LOWEST, LOWEST)
    } else {
        // Neighbours near −m: whether they lie below m changes within a few √(1 − ρ²) of 0.
        let edge = 6.0 * ((1.0 - rho) * (1.0 + rho)).sqrt();
        let panels = [(-LOWEST, -edge), (-edge, edge), (edge, LOWEST)];
        panels.iter().flat_map(|&(low, high)| legendre(96, low, high)).collect()
    };
    let of_top = |&(m, weight): &(f64, f64)| {
        let stay = stay_below(m, rho, steps[0].max(steps[1]));
        weight * normal::density(m) * stay[steps[0]] * stay[steps[1]]
    };
    Ok(top.iter().map(of_top).sum::<f64>().clamp(0.0, 1.0))
}

/// Standard deviations beyond which no value is looked for: the mass there is below 1e-15.
const LOWEST: f64 = 8.0;

/// B(0), …, B(steps) at m: the density of the chain where it is still below m, one step after the other.
fn stay_below(m: f64, rho: f64, steps: usize) -> Vec<f64> {
    let scatter = ((1.0 - rho) * (1.0 + rho)).sqrt();
    // A chain that ρ > 0 holds together does not come far in a few steps: after j of them it lies about ρʲm, √(1 − ρ²ʲ) apart.
    let last = rho.max(0.0).powi(i32::try_from(steps).unwrap_or(i32::MAX));
    let reach = LOWEST * ((1.0 - last) * (1.0 + last)).sqrt();
    let low = (m.min(m * last) - reach).clamp(-LOWEST - 1.0, m - scatter);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 16 and a few thousand"
    )]
    let points = (16.0 + 2.5 * (m - low) / scatter) as usize;
    let nodes = legendre(points, low, m);
    let density = |x: f64, mean: f64| normal::density((x - mean) / scatter) / scatter;
    let mut mass: Vec<f64> = nodes.iter().map(|&(x, w)| w * density(x, rho * m)).collect();
    let kernel: Vec<f64> = if steps > 1 {
        nodes
            .iter()
            .flat_map(|&(x, w)| nodes.iter().map(move |&(u, _)| w * density(x, rho * u)))
            .collect()
    } else {
        Vec::new()
    };
    let mut stay = vec![1.0];
    for step in 0..steps {
        if step > 0 {
            let next = |row: &[f64]| row.iter().zip(&mass).map(|(k, g)| k * g).sum();
            mass = kernel.chunks_exact(points).map(next).collect();
        }
        stay.push(mass.iter().sum());
    }
    stay
}

/// Nodes and weights of the Gauss–Legendre rule of n points from `low` to `high`: Newton's steps on the Legendre polynomial.
fn legendre(n: usize, low: f64, high: f64) -> Vec<(f64, f64)> {
    let (middle, half) = (f64::midpoint(low, high), 0.5 * (high - low));
    let node = |k: usize| {
        let mut x = (PI * (k as f64 + 0.75) / (n as f64 + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..20 {
            let (mut before, mut now) = (1.0, x);
            for j in 2..=n {
                let j = j as f64;
                (before, now) = (now, ((2.0 * j - 1.0) * x * now - (j - 1.0) * before) / j);
            }
            slope = n as f64 * (x * now - before) / (x * x - 1.0);
            let step = now / slope;
            x -= step;
            if step.abs() < 1e-15 {
                break;
            }
        }
        (middle + half * x, half * 2.0 / ((1.0 - x * x) * slope * slope))
    };
    (0..n).map(node).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::peaks;

    #[test]
    fn a_gauss_rule_is_exact_for_polynomials() {
        let rule = legendre(16, 0.0, 2.0);
        let integral = |f: fn(f64) -> f64| rule.iter().map(|&(x, w)| w * f(x)).sum::<f64>();
        assert!((integral(|_| 1.0) - 2.0).abs() < 1e-13);
        assert!((integral(|x| x.powi(31)) - 2.0_f64.powi(32) / 32.0).abs() < 1e-3);
    }

    #[test]
    fn the_chances_of_all_occasions_add_to_one() {
        for rho in [-0.99, -0.6, 0.0, 0.3, 0.6, 0.9, 0.99, 0.999] {
            for occasions in [2, 3, 5, 8] {
                let chances: Vec<f64> =
                    (0..occasions).map(|at| drift_chance(rho, occasions, at).unwrap()).collect();
                let sum: f64 = chances.iter().sum();
                // Ratings that go up and down by turns have edges that the rule does not see as well.
                let tolerance = if rho < -0.95 { 1e-6 } else { 1e-9 };
                assert!((sum - 1.0).abs() < tolerance, "{rho} {occasions}: {sum}");
                assert!((chances[0] - chances[occasions - 1]).abs() < 1e-12, "{rho}");
            }
        }
    }

    #[test]
    fn independent_occasions_are_alike_and_two_always_are() {
        for at in 0..5 {
            assert!((drift_chance(0.0, 5, at).unwrap() - 0.2).abs() < 1e-12);
        }
        assert!((drift_chance(0.9, 2, 0).unwrap() - 0.5).abs() < 1e-12);
        // The first of three is highest if it is above both others: an orthant of two normal variables.
        let rho = 0.5_f64;
        // x₀ − x₁ and x₀ − x₂: variances 2(1 − ρ), 2(1 − ρ²), covariance (1 − ρ)(1 + ρ).
        let r = (1.0 + rho) / (2.0 * (1.0 + rho).sqrt());
        let orthant = 0.25 + r.asin() / (2.0 * PI);
        assert!((drift_chance(rho, 3, 0).unwrap() - orthant).abs() < 1e-11);
    }

    #[test]
    fn refusals() {
        assert!(drift_chance(1.0, 5, 2).is_err() && drift_chance(f64::NAN, 5, 2).is_err());
        assert!(drift_chance(0.2, 5, 5).is_err());
    }

    #[test]
    fn p_is_a_binomial_tail() {
        // Three of four clients peak at the first of two occasions.
        let found = peaks(&[2.0, 1.0, 3.0, 1.0, 5.0, 2.0, 1.0, 4.0], 2).unwrap();
        let test = found.against_drift(0, 0.4).unwrap();
        assert!((test.p - 5.0 / 16.0).abs() < 1e-12 && (test.expected - 0.5).abs() < 1e-12);
        assert!((test.band[0] - 0.0).abs() < 1e-12 && (test.band[1] - 1.0).abs() < 1e-12);
        let none = peaks(&[1.0, 2.0], 2).unwrap().against_drift(0, 0.4).unwrap();
        assert!((none.p - 1.0).abs() < 1e-12);
    }
}
