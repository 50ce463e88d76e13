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

/// A 95 % interval that holds the truth less or more often than this is not what it says.
const HELD: [f64; 2] = [0.935, 0.965];

/// Returns how often an interval holds a true share like the one counted, where that is clearly not 95 %; with nobody or everybody it cannot
/// be told.
///
/// # Shape and units
/// `interval`: 95 % limits from x and n.
///
/// # Source
/// `[@brown2001]`, by [`share_coverage`].
pub fn coverage_if_unlike(
    interval: impl Fn(u64, u64) -> Result<[f64; 2]>,
    x: u64,
    n: u64,
) -> Option<f64> {
    if x == 0 || x == n {
        return None;
    }
    let held = share_coverage(interval, n, x as f64 / n as f64).ok()?;
    (!(HELD[0]..=HELD[1]).contains(&held)).then_some(held)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proportions::clopper_pearson;

    #[test]
    fn an_interval_that_holds_too_much_or_too_little_is_said() {
        assert!(coverage_if_unlike(clopper_pearson, 8, 24).is_some_and(|held| held > 0.965));
        assert!(coverage_if_unlike(wilson, 8, 24).is_none());
        assert!(coverage_if_unlike(clopper_pearson, 400, 1000).is_none());
        assert!(coverage_if_unlike(wilson, 0, 24).is_none(), "nothing is known of a share of 0");
    }
}
