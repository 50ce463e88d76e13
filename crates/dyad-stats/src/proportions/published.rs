//! A share beside a published one.

use super::wilson;
use crate::Result;
use crate::distributions::normal;

/// A share less a published one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShareTest {
    /// x/n − p₀.
    pub difference: f64,
    /// Wilson's 95 % interval of the share, less p₀.
    pub ci: [f64; 2],
    /// Score statistic.
    pub z: f64,
    /// Two-sided.
    pub p: f64,
}

/// Returns a share beside a published one, taken as known: z = (x/n − p₀)/√(p₀(1 − p₀)/n).
///
/// # Shape and units
/// x out of n; p₀ between 0 and 1.
///
/// # Errors
/// As [`wilson`].
///
/// # Source
/// `[@wilson1927]`, whose interval holds the p₀ that this test does not reject. Checked against R
/// `prop.test(x, n, p0, correct = FALSE)`: `tests/golden/_therapists.R`.
pub fn share_test(x: u64, n: u64, published: f64) -> Result<ShareTest> {
    let [low, high] = wilson(x, n)?;
    let n = n as f64;
    let difference = x as f64 / n - published;
    let z = difference / (published * (1.0 - published) / n).sqrt();
    let ci = [low - published, high - published];
    Ok(ShareTest { difference, ci, z, p: normal::two_sided(z) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_at_its_limit_is_at_the_limit_of_the_test() {
        let [low, _] = wilson(8, 24).unwrap();
        let found = share_test(8, 24, low).unwrap();
        assert!((found.p - 0.05).abs() < 1e-9 && found.ci[0].abs() < 1e-12);
        assert!(share_test(0, 0, 0.5).is_err());
    }
}
