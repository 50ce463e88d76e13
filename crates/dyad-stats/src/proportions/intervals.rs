//! Three more intervals of a proportion. Wilson's is the default: it covers 95 % on average.

use super::wilson::check;
use crate::Result;
use crate::distributions::{beta, normal};

/// Returns the 95 % Clopper–Pearson interval of x out of n: never below 95 %, and wide for it.
///
/// The shares at which x or more, and x or fewer, have a probability of 2.5 %: quantiles of Beta(x, n − x + 1) and Beta(x + 1, n − x).
///
/// # Errors
/// As [`wilson`](super::wilson).
///
/// # Source
/// `[@clopper1934]`. Checked against R `binom.test(x, n)`: `golden/stats/proportions.R`.
pub fn clopper_pearson(x: u64, n: u64) -> Result<[f64; 2]> {
    check(x, n)?;
    let (hits, misses) = (x as f64, (n - x) as f64);
    let low = if x == 0 { 0.0 } else { beta::quantile(0.025, hits, misses + 1.0) };
    // From the other side, where the digits are.
    let high = if x == n { 1.0 } else { 1.0 - beta::quantile(0.025, misses, hits + 1.0) };
    Ok([low, high])
}

/// Returns the 95 % Jeffreys interval of x out of n: quantiles of Beta(x + ½, n − x + ½), 0 and 1 where nobody and everybody hit.
///
/// # Errors
/// As [`wilson`](super::wilson).
///
/// # Source
/// `[@brown2001]`. Checked against R `qbeta`: `golden/stats/proportions.R`.
pub fn jeffreys(x: u64, n: u64) -> Result<[f64; 2]> {
    check(x, n)?;
    let (hits, misses) = (x as f64 + 0.5, (n - x) as f64 + 0.5);
    let low = if x == 0 { 0.0 } else { beta::quantile(0.025, hits, misses) };
    let high = if x == n { 1.0 } else { 1.0 - beta::quantile(0.025, misses, hits) };
    Ok([low, high])
}

/// Returns the 95 % Agresti–Coull interval of x out of n: the simple formula after z²/2 hits and as many misses are added; cut at 0 and 1.
///
/// # Errors
/// As [`wilson`](super::wilson).
///
/// # Source
/// `[@agresti1998]`. Checked against R: the formula in `golden/stats/proportions.R`.
pub fn agresti_coull(x: u64, n: u64) -> Result<[f64; 2]> {
    check(x, n)?;
    let z = normal::quantile(0.975);
    let n = n as f64 + z * z;
    let p = (x as f64 + 0.5 * z * z) / n;
    let half = z * (p * (1.0 - p) / n).sqrt();
    Ok([(p - half).max(0.0), (p + half).min(1.0)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proportions::wilson;

    #[test]
    fn every_interval_holds_the_share_and_turns_with_it() {
        for n in [1, 2, 7, 24, 300] {
            for x in 0..=n {
                for interval in [clopper_pearson, jeffreys, agresti_coull, wilson] {
                    let ([low, high], p) = (interval(x, n).unwrap(), x as f64 / n as f64);
                    assert!(0.0 <= low && low <= p + 1e-12 && p <= high + 1e-12 && high <= 1.0);
                    let turned = interval(n - x, n).unwrap();
                    assert!((low - (1.0 - turned[1])).abs() < 1e-12, "{x} of {n}");
                }
            }
        }
        assert!(clopper_pearson(0, 0).is_err() && jeffreys(3, 2).is_err());
    }
}
