//! The classes of change: one client is in exactly one.

use crate::SCORE_TOLERANCE;

/// What became of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Reliably better, from the clinical to the functional side of the cut-off.
    Recovered,
    /// Reliably better, not recovered.
    Improved,
    /// No reliable change.
    Unchanged,
    /// Reliably worse.
    Deteriorated,
    /// Reliably worse, from the functional to the clinical side: part of the deteriorated in every count.
    Harmed,
}

/// The rule that puts a client into a class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Classifier {
    /// Reliable change: a change beyond it, strictly.
    pub criterion: f64,
    /// Cut-off c, if the functional population is known; a score equal to it is on neither side.
    pub cutoff: Option<f64>,
    /// +1 if higher scores are better, −1 if lower ones are.
    pub benefit_sign: f64,
}

impl Classifier {
    /// Change in the direction of benefit.
    #[must_use]
    pub fn gain(&self, baseline: f64, last: f64) -> f64 {
        self.benefit_sign * (last - baseline)
    }

    /// Whether the client is reliably better.
    #[must_use]
    pub fn is_better(&self, baseline: f64, last: f64) -> bool {
        self.gain(baseline, last) > self.criterion + SCORE_TOLERANCE
    }

    /// Whether a score lies on the functional side of the cut-off, strictly. Cut-off c is computed, so a score equal to it may
    /// differ in the last bit.
    fn is_functional(&self, score: f64) -> bool {
        self.cutoff.is_some_and(|c| self.benefit_sign * (score - c) > SCORE_TOLERANCE)
    }

    /// Whether a score lies on the clinical side of the cut-off, strictly.
    fn is_clinical(&self, score: f64) -> bool {
        self.cutoff.is_some_and(|c| self.benefit_sign * (score - c) < -SCORE_TOLERANCE)
    }

    /// The class of a client.
    ///
    /// # Source
    /// `[@jacobson1991]`. Checked against R: the same definitions in `golden/stats/change.R`.
    #[must_use]
    pub fn classify(&self, baseline: f64, last: f64) -> Change {
        let gain = self.gain(baseline, last);
        if self.is_better(baseline, last) {
            let crossed = self.is_clinical(baseline) && self.is_functional(last);
            if crossed { Change::Recovered } else { Change::Improved }
        } else if gain < -self.criterion - SCORE_TOLERANCE {
            let crossed = self.is_functional(baseline) && self.is_clinical(last);
            if crossed { Change::Harmed } else { Change::Deteriorated }
        } else {
            Change::Unchanged
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOWER: Classifier = Classifier { criterion: 4.0, cutoff: Some(11.5), benefit_sign: -1.0 };

    #[test]
    fn every_class_has_its_case() {
        assert_eq!(LOWER.classify(20.0, 5.0), Change::Recovered);
        assert_eq!(LOWER.classify(20.0, 13.0), Change::Improved);
        assert_eq!(LOWER.classify(9.0, 3.0), Change::Improved);
        assert_eq!(
            LOWER.classify(20.0, 16.0),
            Change::Unchanged,
            "a change equal to the criterion is not beyond it"
        );
        assert_eq!(LOWER.classify(15.0, 20.0), Change::Deteriorated);
        assert_eq!(LOWER.classify(8.0, 15.0), Change::Harmed);
    }

    #[test]
    fn direction_is_not_assumed() {
        let higher = Classifier { benefit_sign: 1.0, ..LOWER };
        assert_eq!(higher.classify(5.0, 20.0), Change::Recovered);
        assert_eq!(higher.classify(20.0, 5.0), Change::Harmed);
    }

    #[test]
    fn a_score_on_the_cutoff_is_on_neither_side() {
        let on = Classifier { cutoff: Some(12.0), ..LOWER };
        assert_eq!(on.classify(20.0, 12.0), Change::Improved);
        assert_eq!(on.classify(12.0, 4.0), Change::Improved);
        // The same cut-off as its formula gives it, one bit away on either side.
        for c in [12.0_f64.next_up(), 12.0_f64.next_down()] {
            let computed = Classifier { cutoff: Some(c), ..LOWER };
            assert_eq!(computed.classify(20.0, 12.0), Change::Improved);
            assert_eq!(computed.classify(12.0, 4.0), Change::Improved);
            assert_eq!(computed.classify(12.0, 20.0), Change::Deteriorated);
        }
    }
}
