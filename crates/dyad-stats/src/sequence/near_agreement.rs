//! Agreement of two detectors that may be one session apart.

use std::cmp::Ordering;

use crate::{Result, StatsError};

/// Sessions that two detectors flag, paired if they lie close together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NearAgreement {
    /// Pairs: each flagged session is in one at most.
    pub matched: u64,
    /// Flagged by the first.
    pub first: u64,
    /// Flagged by the second.
    pub second: u64,
}

impl NearAgreement {
    /// Adds a client: the session numbers that each detector flags, ascending. Two sessions are paired if they differ by `within` at most;
    /// going through both in order finds the most pairs there can be.
    pub fn push(&mut self, first: &[i64], second: &[i64], within: i64) {
        self.first += first.len() as u64;
        self.second += second.len() as u64;
        self.matched += Self::pairs(first, second, |a, b| Self::order(*a, *b, within));
    }

    /// Which of two sessions comes first; equal if they may be the same.
    pub(super) fn order(first: i64, second: i64, within: i64) -> Ordering {
        if (first - second).abs() <= within { Ordering::Equal } else { first.cmp(&second) }
    }

    /// The most pairs that two lists in this order give.
    pub(super) fn pairs<T>(first: &[T], second: &[T], order: impl Fn(&T, &T) -> Ordering) -> u64 {
        let (mut i, mut j, mut matched) = (0, 0, 0);
        while let (Some(a), Some(b)) = (first.get(i), second.get(j)) {
            let order = order(a, b);
            matched += u64::from(order.is_eq());
            i += usize::from(order.is_le());
            j += usize::from(order.is_ge());
        }
        matched
    }

    /// Adds the clients of another part.
    pub fn merge(&mut self, other: &Self) {
        self.matched += other.matched;
        self.first += other.first;
        self.second += other.second;
    }

    /// Returns the Jaccard index: pairs/(all flagged, a pair counted once).
    ///
    /// # Errors
    /// [`StatsError::NoEvents`] if neither flags any session.
    ///
    /// # Source
    /// `[@jaccard1912]`. Checked against R: the largest matching by trying them all, `golden/stats/sequence.R`.
    pub fn jaccard(&self) -> Result<f64> {
        let all = self.first + self.second - self.matched;
        if all == 0 {
            return Err(StatsError::NoEvents { what: "rupture by either detector" });
        }
        Ok(self.matched as f64 / all as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_paired_once() {
        let mut found = NearAgreement::default();
        found.push(&[3, 4], &[4], 1);
        assert_eq!(found.matched, 1);
        found.push(&[], &[7], 1);
        assert!((found.jaccard().unwrap() - 1.0 / 3.0).abs() < 1e-15);
        assert!(NearAgreement::default().jaccard().is_err());
    }
}
