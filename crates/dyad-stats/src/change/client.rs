//! What became of one client, by every rule that the scale allows.

use super::{Change, Classifier, is_case, reaches};

/// What is known of a scale; what is not known holds for nobody.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// The rule of reliable and clinically significant change.
    pub rule: Option<Classifier>,
    /// The score from which, in the worse direction, a client is a case.
    pub caseness: Option<f64>,
    /// The fixed number of points of a reliable change.
    pub points: Option<f64>,
    /// +1 if higher scores are better, −1 if lower ones are.
    pub benefit_sign: f64,
}

/// What became of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientChange {
    /// The class of Jacobson and Truax; `None` without a rule.
    pub class: Option<Change>,
    /// Whether the client is reliably better.
    pub is_better: bool,
    /// Whether the client was a case at the start, and is one at the end.
    pub case: [bool; 2],
    /// Whether the client is better, and worse, by the fixed points.
    pub by_points: [bool; 2],
}

impl Scale {
    /// What became of a client with these scores.
    ///
    /// # Source
    /// `[@jacobson1991]`, `[@clark2018]`: [`Classifier::classify`], [`is_case`], [`reaches`].
    #[must_use]
    pub fn change(&self, before: f64, after: f64) -> ClientChange {
        let gain = self.benefit_sign * (after - before);
        let is_case = |score| self.caseness.is_some_and(|c| is_case(score, c, self.benefit_sign));
        let reaches = |gain| self.points.is_some_and(|points| reaches(gain, points));
        ClientChange {
            class: self.rule.map(|rule| rule.classify(before, after)),
            is_better: self.rule.is_some_and(|rule| rule.is_better(before, after)),
            case: [is_case(before), is_case(after)],
            by_points: [reaches(gain), reaches(-gain)],
        }
    }
}

impl ClientChange {
    /// Whether the client is in this class.
    #[must_use]
    pub fn is(&self, class: Change) -> bool {
        self.class == Some(class)
    }

    /// A case at the start and none at the end.
    #[must_use]
    pub fn recovers(&self) -> bool {
        self.case == [true, false]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_holds_for_nobody() {
        let rule = Classifier { criterion: 4.0, cutoff: Some(11.5), benefit_sign: -1.0 };
        let scale =
            Scale { rule: Some(rule), caseness: Some(10.0), points: Some(6.0), benefit_sign: -1.0 };
        let found = scale.change(15.0, 9.0);
        assert!(found.is(Change::Recovered) && found.is_better && found.recovers());
        assert_eq!(found.by_points, [true, false]);
        let nothing = Scale { rule: None, caseness: None, points: None, ..scale };
        let found = nothing.change(15.0, 9.0);
        assert!(!found.is(Change::Recovered) && !found.is_better && !found.recovers());
        assert_eq!((found.case, found.by_points), ([false; 2], [false; 2]));
    }
}
