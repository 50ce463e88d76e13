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
