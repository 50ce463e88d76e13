//! Sudden gains and sudden losses: large changes from one session to the next that hold.

use crate::distributions::student_t;
use crate::moments::Moments;
use crate::{Result, SCORE_TOLERANCE, StatsError};

/// What counts as sudden.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SuddenRule {
    /// Criterion 1: at least so many points from one session to the next. A reliable change is a good choice.
    pub points: f64,
    /// Criterion 2: at least this share of the score before, .25 as a rule.
    pub share: f64,
    /// +1 if higher scores are better, −1 if lower ones are.
    pub benefit_sign: f64,
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// For the better.
    Gain,
    /// For the worse.
    Loss,
}

/// One sudden change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuddenChange {
    /// The session number after which it happened.
    pub after: i64,
    /// Which way.
    pub direction: Direction,
}

/// Returns the sudden gains and losses of one client.
///
/// From session s to s + 1, both rated: (1) at least `points`; (2) at least `share` of the score at s, **in the direction of the change**;
/// (3) the mean of the up to three sessions to s differs from that of the up to three from s + 1 by more than t(.975, n₁ + n₂ − 2) pooled
/// standard deviations, √(((n₁ − 1)s₁² + (n₂ − 1)s₂²)/(n₁ + n₂ − 2)), at least two ratings on either side. A step from the first session
/// or to the last one has no two sessions on a side and is not looked at.
///
/// # Shape and units
/// `scores`: non-missing scores, not negative; `sessions`: their numbers, ascending. The three sessions of a side are numbers, not rows: a
/// missed one is missing.
///
/// # Missing values
/// Left out before, with their session numbers.
///
/// # Errors
/// [`StatsError::UnequalLengths`]; [`StatsError::NotFinite`]; [`StatsError::OutOfDomain`] if a score is negative (a share of it would turn
/// round), `points` not positive or `share` not within 0 and 1.
///
/// # Source
/// `[@tang1999]`; for losses the second criterion is |change| ≥ share·score, where a widely used program tests what every loss passes.
/// Checked against R: the definitions on the whole `suddengains` data, `golden/stats/sequence.R`.
pub fn sudden_changes(
    scores: &[f64],
    sessions: &[i64],
    rule: &SuddenRule,
) -> Result<Vec<SuddenChange>> {
    if scores.len() != sessions.len() {
        return Err(StatsError::UnequalLengths {
            what: "scores and sessions",
            left: scores.len(),
            right: sessions.len(),
        });
    }
    if !scores.iter().all(|v| v.is_finite()) {
        return Err(StatsError::NotFinite { what: "the scores".into() });
    }
    if scores.iter().any(|v| *v < 0.0) {
        return Err(StatsError::OutOfDomain { what: "every score", expected: "0 or more" });
    }
    if !(rule.points > 0.0 && (0.0..=1.0).contains(&rule.share)) {
        return Err(StatsError::OutOfDomain {
            what: "the points and the share of a sudden change",
            expected: "above 0, and within 0 and 1",
        });
    }
    let mut found = Vec::new();
    for at in 1..scores.len() {
        let (before, after, session) = (scores[at - 1], scores[at], sessions[at - 1]);
        if sessions[at] - session != 1 {
            continue;
        }
        let gain = rule.benefit_sign * (after - before);
        let size = gain.abs() + SCORE_TOLERANCE;
        if size < rule.points || size < rule.share * before {
            continue;
        }
        let holds = |row: &usize, from: i64, to: i64| (from..=to).contains(&sessions[*row]);
        let pre = (0..at).filter(|row| holds(row, session - 2, session));
        let post = (at..scores.len()).filter(|row| holds(row, session + 1, session + 3));
        let side = |rows: &mut dyn Iterator<Item = usize>| {
            let mut side = Moments::new();
            rows.for_each(|row| side.push(scores[row]));
            side
        };
        if lasts(&side(&mut { pre }), &side(&mut { post })) {
            let direction = if gain > 0.0 { Direction::Gain } else { Direction::Loss };
            found.push(SuddenChange { after: session, direction });
        }
    }
    Ok(found)
}

/// Criterion 3, either way: the direction is that of the step.
fn lasts(pre: &Moments, post: &Moments) -> bool {
    let (Ok(pre_mean), Ok(post_mean), true) =
        (pre.mean(), post.mean(), pre.n() > 1 && post.n() > 1)
    else {
        return false;
    };
    let df = (pre.n() + post.n() - 2) as f64;
    let pooled = ((pre.squares() + post.squares()) / df).sqrt();
    (pre_mean - post_mean).abs() > student_t::critical(0.95, df) * pooled
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: SuddenRule = SuddenRule { points: 7.0, share: 0.25, benefit_sign: -1.0 };

    fn of(scores: &[f64]) -> Vec<(i64, Direction)> {
        let sessions: Vec<i64> = (1..).take(scores.len()).collect();
        let found = sudden_changes(scores, &sessions, &RULE).unwrap();
        found.iter().map(|change| (change.after, change.direction)).collect()
    }

    #[test]
    fn every_criterion_has_a_case_that_fails_it() {
        assert_eq!(of(&[30.0, 31.0, 30.0, 20.0, 19.0, 20.0]), [(3, Direction::Gain)]);
        assert!(of(&[30.0, 31.0, 30.0, 24.0, 23.0, 24.0]).is_empty(), "6 points");
        assert!(of(&[40.0, 41.0, 40.0, 32.0, 31.0, 32.0]).is_empty(), "20 per cent");
        assert!(
            of(&[30.0, 15.0, 30.0, 20.0, 32.0, 20.0]).iter().all(|(s, _)| *s != 3),
            "it does not last"
        );
    }

    #[test]
    fn a_loss_of_a_tenth_is_no_loss() {
        // 40.2 to 49.2 is more than 7 points and less than a quarter.
        assert!(of(&[40.0, 40.1, 40.2, 49.2, 49.3, 49.4]).is_empty());
        assert_eq!(of(&[20.0, 21.0, 20.0, 29.0, 30.0, 29.0]), [(3, Direction::Loss)]);
    }

    #[test]
    fn gaps_and_ends_are_not_looked_at() {
        let of =
            |scores: &[f64], sessions: &[i64]| sudden_changes(scores, sessions, &RULE).unwrap();
        assert!(of(&[30.0, 31.0, 20.0, 19.0], &[1, 2, 4, 5]).is_empty());
        assert!(of(&[30.0, 15.0, 15.0, 15.0], &[1, 2, 3, 4]).is_empty());
        assert!(of(&[], &[]).is_empty());
        assert!(sudden_changes(&[-1.0], &[1], &RULE).is_err());
        assert!(sudden_changes(&[1.0], &[1], &SuddenRule { points: 0.0, ..RULE }).is_err());
    }
}
