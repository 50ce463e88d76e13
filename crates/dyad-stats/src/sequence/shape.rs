//! How a rupture comes and goes.

use super::Rupture;
use crate::SCORE_TOLERANCE;

/// The shape of a rupture, from the last rating at its target over the lowest point to the repair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuptureShape {
    /// Down in one session, up in one.
    V,
    /// Down over several, up in one.
    GradualFall,
    /// Down in one, up over several.
    GradualRepair,
    /// Down over several, up over several.
    Trough,
    /// Not repaired in the window.
    Unrepaired,
    /// The series ends before the window does.
    Censored,
}

impl RuptureShape {
    /// In the order in which they are reported.
    pub const ALL: [Self; 6] = [
        Self::V,
        Self::GradualFall,
        Self::GradualRepair,
        Self::Trough,
        Self::Unrepaired,
        Self::Censored,
    ];

    /// In one word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V => "v",
            Self::GradualFall => "gradual_fall",
            Self::GradualRepair => "gradual_repair",
            Self::Trough => "trough",
            Self::Unrepaired => "unrepaired",
            Self::Censored => "censored",
        }
    }
}

/// A rupture with its lowest point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuptureCourse {
    /// Position of the last rating at or above the target before the rupture; `None` if there is none.
    pub onset: Option<usize>,
    /// Position of the lowest rating from the onset to the repair, or to the end of the window.
    pub lowest: usize,
    /// Sessions from onset to repair; `None` without one of them.
    pub length: Option<i64>,
    /// Its shape.
    pub shape: RuptureShape,
}

/// Returns the course of one rupture of a series.
///
/// The target is that of the repair, rating + depth. The fall runs from the last rating that reached the target to the lowest point, the
/// repair from there on. Steps are counted in rated sessions.
///
/// # Shape and units
/// `ratings`, `sessions`: the series in which the rupture was found; `window`: that of the repair.
///
/// # Missing values
/// As [`ruptures`](super::ruptures).
///
/// # Source
/// `[@gumz2012]` names the shapes; the rule that tells them apart is ours. Checked against R: `golden/stats/sequence.R`.
#[must_use]
pub fn rupture_course(
    ratings: &[f64],
    sessions: &[i64],
    rupture: &Rupture,
    window: i64,
) -> RuptureCourse {
    let at = rupture.at;
    let target = ratings[at] + rupture.depth;
    let onset = (0..at).rev().find(|&row| ratings[row] >= target - SCORE_TOLERANCE);
    let last = match rupture.repaired_at {
        Some(session) => sessions.partition_point(|s| *s < session),
        None => sessions.partition_point(|s| *s <= sessions[at] + window).saturating_sub(1),
    };
    let from = onset.map_or(0, |onset| onset + 1);
    // The first of equals: what follows at the same depth belongs to the way back.
    let lowest = (from..=last.max(at)).fold(at, |best, row| {
        let (new, old) = (ratings[row], ratings[best]);
        let equal_but_earlier = (new - old).abs() <= SCORE_TOLERANCE && row < best;
        if new < old - SCORE_TOLERANCE || equal_but_earlier { row } else { best }
    });
    let fall = lowest + 1 - from;
    let shape = match rupture.repaired_at {
        None if rupture.censored => RuptureShape::Censored,
        None => RuptureShape::Unrepaired,
        Some(_) => match (fall > 1, last.saturating_sub(lowest) > 1) {
            (false, false) => RuptureShape::V,
            (true, false) => RuptureShape::GradualFall,
            (false, true) => RuptureShape::GradualRepair,
            (true, true) => RuptureShape::Trough,
        },
    };
    let length = onset.zip(rupture.repaired_at).map(|(onset, repair)| repair - sessions[onset]);
    RuptureCourse { onset, lowest, length, shape }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::{Repair, Rule, ruptures};

    fn shape(ratings: &[f64]) -> RuptureShape {
        let sessions: Vec<i64> = (1..).take(ratings.len()).collect();
        let repair = Repair { window: 3, tolerance: 0.25 };
        let found = ruptures(ratings, &sessions, Rule::Drop(1.0), repair);
        rupture_course(ratings, &sessions, &found[0], 3).shape
    }

    #[test]
    fn every_shape_has_its_series() {
        assert_eq!(shape(&[5.0, 5.0, 3.0, 5.0]), RuptureShape::V);
        assert_eq!(shape(&[5.0, 5.0, 4.0, 3.5, 5.0]), RuptureShape::GradualFall);
        assert_eq!(shape(&[5.0, 5.0, 3.0, 4.0, 5.0]), RuptureShape::GradualRepair);
        assert_eq!(shape(&[5.0, 4.0, 3.5, 4.2, 5.0]), RuptureShape::Trough);
        assert_eq!(shape(&[5.0, 3.0, 3.0, 3.1, 3.0, 3.0]), RuptureShape::Unrepaired);
        assert_eq!(shape(&[5.0, 3.0, 3.1]), RuptureShape::Censored);
    }
}
