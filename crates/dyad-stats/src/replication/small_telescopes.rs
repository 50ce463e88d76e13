//! Whether the original could have seen what the replication sees.

use super::Effect;
use crate::distributions::{normal, student_t};
use crate::{Result, StatsError};

/// Power at which an original would have been a small telescope.
const POWER: f64 = 1.0 / 3.0;

/// The small-telescopes test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmallTelescopes {
    /// The correlation that the original had a power of 1/3 to find, in its direction.
    pub r33: f64,
    /// One-sided p that the true correlation is smaller than that.
    pub p: f64,
    /// p < .05: the effect is too small for the original to have been able to see it.
    pub too_small: bool,
}

/// Returns whether the replication is smaller than what the original could have detected.
///
/// r33 solves P(|Z| > z(.975)) = 1/3 for Z ~ N(atanh(r33)/s₀, 1), both tails; p = Φ((zᵣ − z33)/sᵣ), with signs turned so that the
/// original is positive.
///
/// # Shape and units
/// Both on the Fisher z scale; `r33` has the original's sign.
///
/// # Missing values
/// None.
///
/// # Errors
/// None: an [`Effect`] is checked when it is made.
///
/// # Source
/// `[@simonsohn2015]`. Checked against R `uniroot`: `golden/stats/replication.R`.
#[must_use]
pub fn small_telescopes(original: Effect, replication: Effect) -> SmallTelescopes {
    let critical = normal::quantile(0.975);
    let shift =
        root(10.0, POWER, |d| normal::lower_tail(d - critical) + normal::lower_tail(-d - critical));
    let sign = if original.z < 0.0 { -1.0 } else { 1.0 };
    let z33 = shift * original.se;
    let p = normal::lower_tail((sign * replication.z - z33) / replication.se);
    SmallTelescopes { r33: sign * z33.tanh(), p, too_small: p < 0.05 }
}

/// Returns the correlation that n pairs detect with this power, two-sided at .05.
///
/// Power Φ(√(n − 3)·(ζ(r) − ζc)) + Φ(√(n − 3)·(−ζ(r) − ζc)), ζ(r) = atanh r + r/(2(n − 1)) and ζc = atanh of the critical r by t with
/// n − 2 df: more exact in small samples than the z test of [`small_telescopes`].
///
/// # Shape and units
/// n ≥ 4; power between .05 and 1, both excluded.
///
/// # Missing values
/// None.
///
/// # Errors
/// - [`StatsError::TooFew`] below four pairs.
/// - [`StatsError::OutOfDomain`] for a power that no correlation above 0 has.
///
/// # Source
/// `[@fisher1921]`. The approximation of R `pwr::pwr.r.test`, written down in `golden/stats/replication.R`.
pub fn detectable(n: u64, power: f64) -> Result<f64> {
    if n < 4 {
        let found = usize::try_from(n).unwrap_or(usize::MAX);
        return Err(StatsError::TooFew { unit: "pairs", needed: 4, found });
    }
    let n = n as f64;
    let t = student_t::critical(0.95, n - 2.0);
    let critical = (t / t.hypot((n - 2.0).sqrt())).atanh();
    let of = |r: f64| {
        let (z, root) = (r.atanh() + r / (2.0 * (n - 1.0)), (n - 3.0).sqrt());
        normal::lower_tail(root * (z - critical)) + normal::lower_tail(root * (-z - critical))
    };
    if !(power > of(0.0) && power < 1.0) {
        return Err(StatsError::OutOfDomain {
            what: "the power",
            expected: "above that of no effect and below 1",
        });
    }
    Ok(root(1.0, power, of))
}

/// Where an increasing function reaches a value, between 0 and `high`, by halving.
fn root(high: f64, value: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, high);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if f(middle) < value {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_of_the_original_decides() {
        let [a, b] = [(0.35, 60), (0.02, 400)].map(|(r, n)| Effect::new(r, n).unwrap());
        let [c, d] = [(-0.35, 60), (-0.02, 400)].map(|(r, n)| Effect::new(r, n).unwrap());
        let (up, down) = (small_telescopes(a, b), small_telescopes(c, d));
        assert!((up.r33 + down.r33).abs() < 1e-15 && (up.p - down.p).abs() < 1e-15);
        assert!(up.too_small);
        assert!(small_telescopes(a, d).p < up.p);
    }

    #[test]
    fn refusals() {
        assert!(detectable(3, 0.8).is_err());
        for power in [0.01, 1.0, f64::NAN] {
            assert!(detectable(50, power).is_err());
        }
    }
}
