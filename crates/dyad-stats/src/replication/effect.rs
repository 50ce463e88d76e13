//! A correlation with its standard error, as metrics of replication compare it.

use crate::correlation::interval;
use crate::{Result, StatsError};

/// A correlation on the Fisher z scale.
///
/// # Source
/// `[@fisher1921]`.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Effect {
    /// The correlation.
    pub r: f64,
    /// atanh r.
    pub z: f64,
    /// Standard error of z.
    pub se: f64,
}

impl Effect {
    /// A correlation of n pairs: se = 1/√(n − 3).
    ///
    /// # Errors
    /// - [`StatsError::OutOfDomain`] if r is not strictly between −1 and 1.
    /// - [`StatsError::TooFew`] below four pairs.
    pub fn new(r: f64, n: u64) -> Result<Self> {
        if n < 4 {
            let found = usize::try_from(n).unwrap_or(usize::MAX);
            return Err(StatsError::TooFew { unit: "pairs", needed: 4, found });
        }
        Self::with_standard_error(r, 1.0 / ((n - 3) as f64).sqrt())
    }

    /// A correlation whose z has this standard error, as of a cluster-robust analysis or a meta-analysis.
    ///
    /// # Errors
    /// [`StatsError::OutOfDomain`] if r is not strictly between −1 and 1, or se is not positive and finite.
    pub fn with_standard_error(r: f64, se: f64) -> Result<Self> {
        if !(r > -1.0 && r < 1.0) {
            return Err(StatsError::OutOfDomain {
                what: "a correlation that is compared",
                expected: "strictly between −1 and 1",
            });
        }
        if !(se > 0.0 && se.is_finite()) {
            return Err(StatsError::OutOfDomain {
                what: "the standard error of a correlation",
                expected: "positive and finite",
            });
        }
        Ok(Self { r, z: r.atanh(), se })
    }

    /// The 95 % interval of the correlation.
    #[must_use]
    pub fn ci(&self) -> [f64; 2] {
        interval(self.r, self.se)
    }

    /// z over its standard error.
    #[must_use]
    pub fn statistic(&self) -> f64 {
        self.z / self.se
    }

    /// The test statistic in the direction of `original`: positive if both have the same sign.
    pub(super) fn towards(&self, original: &Self) -> f64 {
        if original.z < 0.0 { -self.statistic() } else { self.statistic() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals() {
        for r in [1.0, -1.0, 1.5, f64::NAN] {
            assert!(matches!(Effect::new(r, 50), Err(StatsError::OutOfDomain { .. })));
        }
        assert!(matches!(Effect::new(0.3, 3), Err(StatsError::TooFew { found: 3, .. })));
        for se in [0.0, -1.0, f64::INFINITY, f64::NAN] {
            assert!(Effect::with_standard_error(0.3, se).is_err());
        }
    }
}
