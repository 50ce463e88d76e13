//! Agreement of two detectors beyond chance.

use crate::{Result, StatsError};

/// Counts of sessions by what two detectors say of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Both mark it.
    pub both: u64,
    /// Only the first.
    pub first_only: u64,
    /// Only the second.
    pub second_only: u64,
    /// Neither.
    pub neither: u64,
}

impl Agreement {
    /// Adds a session.
    pub fn push(&mut self, first: bool, second: bool) {
        match (first, second) {
            (true, true) => self.both += 1,
            (true, false) => self.first_only += 1,
            (false, true) => self.second_only += 1,
            (false, false) => self.neither += 1,
        }
    }

    /// Adds the sessions of another part.
    pub fn merge(&mut self, other: &Self) {
        self.both += other.both;
        self.first_only += other.first_only;
        self.second_only += other.second_only;
        self.neither += other.neither;
    }

    /// Returns Cohen's kappa, (po − pe)/(1 − pe).
    ///
    /// # Errors
    /// - [`StatsError::NoEvents`] if neither marks any session.
    /// - [`StatsError::NoVariation`] if both mark every session.
    ///
    /// # Source
    /// `[@cohen1960]`. Checked against R `psych::cohen.kappa`.
    pub fn kappa(&self) -> Result<f64> {
        let [a, b, c, d] =
            [self.both, self.first_only, self.second_only, self.neither].map(|n| n as f64);
        let n = a + b + c + d;
        if self.both + self.first_only + self.second_only == 0 {
            return Err(StatsError::NoEvents { what: "rupture by either detector" });
        }
        let observed = (a + d) / n;
        let expected = ((a + b) * (a + c) + (c + d) * (b + d)) / (n * n);
        if expected >= 1.0 {
            return Err(StatsError::NoVariation {
                what: "the marks: every session is a rupture".into(),
            });
        }
        Ok((observed - expected) / (1.0 - expected))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn perfect_agreement_is_one_and_none_is_refused() {
        let perfect = Agreement { both: 3, neither: 7, ..Agreement::default() };
        assert!((perfect.kappa().unwrap() - 1.0).abs() < 1e-15);
        assert!(Agreement { neither: 7, ..Agreement::default() }.kappa().is_err());
        assert!(Agreement { both: 7, ..Agreement::default() }.kappa().is_err());
    }
}
