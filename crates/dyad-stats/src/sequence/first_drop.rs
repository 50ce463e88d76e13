//! The first drop of a series.

use crate::SCORE_TOLERANCE;

/// Returns the session number of the first drop of at least so many scale points between consecutive sessions; `None` without one. The
/// first rupture by [`Rule::Drop`](super::Rule::Drop), found on the way through the series.
///
/// # Shape and units
/// `series`: session numbers, ascending, with their ratings. "Consecutive" means that the number differs by 1.
///
/// # Missing values
/// Left out before, with their session numbers.
///
/// # Source
/// As [`ruptures`](super::ruptures).
pub fn first_drop(series: impl IntoIterator<Item = (i64, f64)>, points: f64) -> Option<i64> {
    if points <= SCORE_TOLERANCE {
        return None;
    }
    let mut before: Option<(i64, f64)> = None;
    for (session, rating) in series {
        let follows = before.filter(|(last, _)| session - last == 1);
        if follows.is_some_and(|(_, from)| from - rating >= points - SCORE_TOLERANCE) {
            return Some(session);
        }
        before = Some((session, rating));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::{Repair, Rule, ruptures};

    #[test]
    fn it_is_the_first_rupture_of_the_rule() {
        let (sessions, ratings) = ([1, 2, 4, 5, 6, 7], [5.0, 4.6, 3.0, 2.6, 1.6, 0.2]);
        for points in [0.0, 0.4, 1.0, 1.3, 2.0] {
            let series = sessions.into_iter().zip(ratings);
            let repair = Repair { window: 1, tolerance: 0.0 };
            let found = ruptures(&ratings, &sessions, Rule::Drop(points), repair);
            let first = found.first().map(|rupture| sessions[rupture.at]);
            assert_eq!(first_drop(series, points), first, "{points}");
        }
        assert_eq!(first_drop(sessions.into_iter().zip(ratings), 1.0), Some(6));
    }
}
