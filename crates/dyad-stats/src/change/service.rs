//! The outcome metrics of a service: recovery, reliable improvement, reliable recovery, reliable deterioration.

use crate::{Result, SCORE_TOLERANCE, StatsError};

/// Whether a score is a case: at the cut-off, or beyond it in the worse direction. `benefit_sign`: +1 if higher scores are better, else −1.
///
/// # Source
/// `[@clark2018]`. Checked against R: the definitions in `golden/stats/change.R`.
#[must_use]
pub fn is_case(score: f64, cutoff: f64, benefit_sign: f64) -> bool {
    benefit_sign * (score - cutoff) <= SCORE_TOLERANCE
}

/// Whether a gain reaches a fixed number of points: a gain of six is "six points".
///
/// # Source
/// `[@clark2018]`. Checked against R: the definitions in `golden/stats/change.R`.
#[must_use]
pub fn reaches(gain: f64, points: f64) -> bool {
    gain >= points - SCORE_TOLERANCE
}

/// The fixed thresholds of a measure, as services use them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServiceRule {
    /// A score at or beyond it, on the worse side, is a case.
    pub caseness: f64,
    /// A change of at least so many points is reliable.
    pub reliable: f64,
    /// +1 if higher scores are better, −1 if lower ones are.
    pub benefit_sign: f64,
}

/// Counts of a service. Recovery counts among the cases at the start, everything else among all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServiceCounts {
    /// Clients with both scores.
    pub clients: u64,
    /// Cases at the start.
    pub cases: u64,
    /// Cases at the start that are none at the end.
    pub recovered: u64,
    /// Better by the reliable change or more.
    pub reliably_improved: u64,
    /// Both.
    pub reliably_recovered: u64,
    /// Worse by the reliable change or more.
    pub deteriorated: u64,
}

impl ServiceRule {
    /// Checks the thresholds.
    ///
    /// # Errors
    /// [`StatsError::OutOfDomain`] if the reliable change is not positive or the caseness not finite.
    pub fn check(&self) -> Result<()> {
        if self.reliable > 0.0 && self.reliable.is_finite() && self.caseness.is_finite() {
            Ok(())
        } else {
            Err(StatsError::OutOfDomain { what: "the reliable change", expected: "above 0" })
        }
    }

    fn is_case(&self, score: f64) -> bool {
        is_case(score, self.caseness, self.benefit_sign)
    }
}

impl ServiceCounts {
    /// Adds a client with the scores at the start and at the end.
    ///
    /// # Source
    /// `[@clark2018]`. Checked against R: the definitions in `golden/stats/change.R`.
    pub fn push(&mut self, rule: &ServiceRule, first: f64, last: f64) {
        let gain = rule.benefit_sign * (last - first);
        let recovers = rule.is_case(first) && !rule.is_case(last);
        self.clients += 1;
        self.cases += u64::from(rule.is_case(first));
        self.recovered += u64::from(recovers);
        self.reliably_improved += u64::from(reaches(gain, rule.reliable));
        self.reliably_recovered += u64::from(recovers && reaches(gain, rule.reliable));
        self.deteriorated += u64::from(reaches(-gain, rule.reliable));
    }

    /// Adds the clients of another part.
    pub fn merge(&mut self, other: &Self) {
        self.clients += other.clients;
        self.cases += other.cases;
        self.recovered += other.recovered;
        self.reliably_improved += other.reliably_improved;
        self.reliably_recovered += other.reliably_recovered;
        self.deteriorated += other.deteriorated;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_criterion_has_a_case_that_fails_it() {
        let rule = ServiceRule { caseness: 10.0, reliable: 6.0, benefit_sign: -1.0 };
        let of = |first, last| {
            let mut counts = ServiceCounts::default();
            counts.push(&rule, first, last);
            [
                counts.cases,
                counts.recovered,
                counts.reliably_improved,
                counts.reliably_recovered,
                counts.deteriorated,
            ]
        };
        assert_eq!(of(15.0, 9.0), [1, 1, 1, 1, 0], "at the thresholds");
        assert_eq!(of(12.0, 9.0), [1, 1, 0, 0, 0]);
        assert_eq!(of(20.0, 12.0), [1, 0, 1, 0, 0]);
        assert_eq!(of(16.0, 10.0), [1, 0, 1, 0, 0], "10 is a case");
        assert_eq!(of(9.0, 2.0), [0, 0, 1, 0, 0]);
        assert_eq!(of(9.0, 15.0), [0, 0, 0, 0, 1]);
        assert_eq!(of(9.0, 14.0), [0, 0, 0, 0, 0]);
        assert!(ServiceRule { reliable: 0.0, ..rule }.check().is_err() && rule.check().is_ok());
    }
}
