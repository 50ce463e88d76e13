//! The score interval of a proportion.

use crate::distributions::normal;
use crate::{Result, StatsError};

/// Returns the 95 % Wilson interval of x out of n.
///
/// (p + z²/2n ± z·√(p(1 − p)/n + z²/4n²))/(1 + z²/n).
///
/// # Errors
/// [`StatsError::TooFew`] if n is 0; [`StatsError::OutOfDomain`] if x exceeds n.
///
/// # Source
/// `[@wilson1927]`. Checked against R `prop.test(x, n, correct = FALSE)`.
pub fn wilson(x: u64, n: u64) -> Result<[f64; 2]> {
    check(x, n)?;
    let (z, n, p) = (normal::quantile(0.975), n as f64, x as f64 / n as f64);
    let z2 = z * z;
    let centre = p + z2 / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z2 / n;
    Ok([((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0)])
}

/// Returns how often an interval of a share holds the truth, if the truth is `p` and n are counted: the chance of all counts x whose interval
/// holds p.
///
/// # Shape and units
/// `interval`: 95 % limits from x and n. A share between 0 and 1.
///
/// # Errors
/// As the interval; [`StatsError::OutOfDomain`] if p lies outside 0 to 1.
///
/// # Source
/// `[@brown2001]`. Checked against R `sum(dbinom(0:n, n, p)[low <= p & p <= high])`: `golden/stats/proportions.R`.
pub fn share_coverage(
    interval: impl Fn(u64, u64) -> Result<[f64; 2]>,
    n: u64,
    p: f64,
) -> Result<f64> {
    check(0, n)?;
    if !(0.0..=1.0).contains(&p) {
        return Err(StatsError::OutOfDomain { what: "the share", expected: "between 0 and 1" });
    }
    if p <= 0.0 || p >= 1.0 {
        let [low, high] = interval(if p <= 0.0 { 0 } else { n }, n)?;
        return Ok(f64::from(u8::from(low <= p && p <= high)));
    }
    let all = libm::lgamma(n as f64 + 1.0);
    let mut sum = 0.0;
    for x in 0..=n {
        let (k, rest) = (x as f64, (n - x) as f64);
        let chance = all - libm::lgamma(k + 1.0) - libm::lgamma(rest + 1.0)
            + k * p.ln()
            + rest * (-p).ln_1p();
        // Counts that hardly ever come need no interval.
        if chance > -50.0 {
            let [low, high] = interval(x, n)?;
            if low <= p && p <= high {
                sum += chance.exp();
            }
        }
    }
    Ok(sum.min(1.0))
}

/// Refuses a denominator of 0 and a count above it.
pub(super) fn check(x: u64, n: u64) -> Result<()> {
    if n == 0 {
        return Err(StatsError::TooFew { unit: "persons in the denominator", needed: 1, found: 0 });
    }
    if x > n {
        return Err(StatsError::OutOfDomain {
            what: "the count",
            expected: "at most the denominator",
        });
    }
    Ok(())
}
