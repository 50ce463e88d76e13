//! The kind of course of one client.

use crate::distributions::student_t;
use crate::linear::ols;
use crate::{Result, StatsError};

/// What kind of course.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CourseKind {
    /// Neither slope nor curvature is known to differ from 0.
    Stable,
    /// The slope is above 0.
    LinearUp,
    /// The slope is below 0.
    LinearDown,
    /// The curvature is above 0, and the lowest point lies within the sessions seen.
    U,
    /// The curvature is below 0, and the highest point lies within the sessions seen.
    InvertedU,
}

impl CourseKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Stable, Self::LinearUp, Self::LinearDown, Self::U, Self::InvertedU];

    /// As ids name it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::LinearUp => "linear_up",
            Self::LinearDown => "linear_down",
            Self::U => "u",
            Self::InvertedU => "inverted_u",
        }
    }
}

/// How many clients have a course of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Typology {
    kinds: [u64; 5],
    /// Clients with fewer than [`Typology::FEWEST`] ratings.
    pub few: u64,
    /// Clients whose ratings lie on a parabola exactly, or whose course cannot be told for another reason.
    pub unclear: u64,
}

impl Typology {
    /// Ratings a client needs.
    pub const FEWEST: usize = 5;

    /// Adds a client; `true` if the client has one of the kinds.
    ///
    /// # Source
    /// Counting of [`course`].
    pub fn push(&mut self, ratings: &[f64], sessions: &[f64]) -> bool {
        if ratings.len() < Self::FEWEST {
            self.few += 1;
            return false;
        }
        let Ok(found) = course(ratings, sessions) else {
            self.unclear += 1;
            return false;
        };
        self.kinds[found.kind as usize] += 1;
        true
    }

    /// Clients with a course of this kind.
    #[must_use]
    pub fn count(&self, kind: CourseKind) -> u64 {
        self.kinds[kind as usize]
    }
}

/// Level, slope, curvature and scatter of one client.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Course {
    /// At the client's mean session.
    pub level: f64,
    /// Per session, at the mean session, with its 95 % interval.
    pub slope: (f64, [f64; 2]),
    /// Per squared session, with its 95 % interval.
    pub curvature: (f64, [f64; 2]),
    /// Residual standard deviation, n − 3 df.
    pub residual_sd: f64,
    /// Session of the highest or lowest point; `None` if there is no curvature.
    pub turning_point: Option<f64>,
    /// By the intervals.
    pub kind: CourseKind,
}

/// Returns the course of one client: least squares of the ratings on t and t², t the session less the client's mean session.
///
/// Curvature is looked at first: if its interval leaves out 0 and the turning point lies within the sessions seen, the course is U or
/// inverted U. Else the slope decides: up, down, or stable. With few sessions most courses are stable, because nothing is known better.
///
/// # Shape and units
/// `ratings`, `sessions`: length n ≥ 5, sessions distinct; slope in scale points per session.
///
/// # Missing values
/// Left out before, with their session numbers.
///
/// # Errors
/// - [`StatsError::UnequalLengths`], [`StatsError::NotFinite`], [`StatsError::TooFew`] below five ratings.
/// - [`StatsError::NoVariation`] if the ratings lie on a parabola exactly but are not all the same.
///
/// # Source
/// `[@stiles2004]` for the four parameters; the labels are ours. Checked against R `confint(lm(y ~ t + I(t^2)))`: `golden/stats/growth.R`.
pub fn course(ratings: &[f64], sessions: &[f64]) -> Result<Course> {
    if ratings.len() != sessions.len() {
        return Err(StatsError::UnequalLengths {
            what: "ratings and sessions",
            left: ratings.len(),
            right: sessions.len(),
        });
    }
    if ratings.len() < Typology::FEWEST {
        let (needed, found) = (Typology::FEWEST, ratings.len());
        return Err(StatsError::TooFew { unit: "ratings", needed, found });
    }
    let mean = sessions.iter().sum::<f64>() / sessions.len() as f64;
    let t: Vec<f64> = sessions.iter().map(|s| s - mean).collect();
    let t2: Vec<f64> = t.iter().map(|t| t * t).collect();
    let fit = ols(&[("session", &t), ("session²", &t2)], ratings)?;
    let critical = student_t::critical(0.95, fit.df);
    let with_interval = |k: usize| {
        let half = critical * fit.se[k];
        (fit.beta[k], [fit.beta[k] - half, fit.beta[k] + half])
    };
    let (slope, curvature) = (with_interval(1), with_interval(2));
    let residual_sd = fit.residual_sd();
    let level = ratings.iter().sum::<f64>() / ratings.len() as f64;
    let spread = ratings.iter().map(|y| (y - level).abs()).fold(0.0, f64::max);
    let flat = spread <= 1e-12 * level.abs();
    if residual_sd <= 1e-10 * spread && !flat {
        return Err(StatsError::NoVariation {
            what: "the ratings about the client's course".into(),
        });
    }
    let turn = mean - 0.5 * slope.0 / curvature.0;
    let turning_point = (turn.is_finite() && !flat).then_some(turn);
    let side = |interval: [f64; 2]| i8::from(interval[0] > 0.0) - i8::from(interval[1] < 0.0);
    let seen = |turn: f64| {
        let first = sessions.iter().copied().fold(f64::INFINITY, f64::min);
        let last = sessions.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (first..=last).contains(&turn)
    };
    let kind = if flat {
        CourseKind::Stable
    } else {
        match (side(curvature.1), turning_point.is_some_and(seen), side(slope.1)) {
            (1, true, _) => CourseKind::U,
            (-1, true, _) => CourseKind::InvertedU,
            (_, _, 1) => CourseKind::LinearUp,
            (_, _, -1) => CourseKind::LinearDown,
            _ => CourseKind::Stable,
        }
    };
    Ok(Course { level: fit.beta[0], slope, curvature, residual_sd, turning_point, kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(ratings: &[f64]) -> CourseKind {
        let sessions: Vec<f64> = (1..=ratings.len()).map(|s| s as f64).collect();
        course(ratings, &sessions).unwrap().kind
    }

    #[test]
    fn every_client_is_counted_once() {
        let sessions = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let mut typology = Typology::default();
        assert!(!typology.push(&[4.0, 5.0], &sessions[..2]));
        assert!(!typology.push(&[1.0, 4.0, 9.0, 16.0, 25.0, 36.0], &sessions));
        assert!(typology.push(&[4.0, 4.2, 3.9, 4.1, 4.0, 4.1], &sessions));
        assert!(typology.push(&[1.0, 2.1, 2.9, 4.0, 5.1, 6.0], &sessions));
        assert_eq!((typology.few, typology.unclear), (1, 1));
        assert_eq!(typology.count(CourseKind::Stable), 1);
        assert_eq!(typology.count(CourseKind::LinearUp), 1);
    }

    #[test]
    fn every_kind_has_its_course() {
        assert_eq!(kind(&[4.0, 4.2, 3.9, 4.1, 4.0, 3.9]), CourseKind::Stable);
        assert_eq!(kind(&[4.0; 6]), CourseKind::Stable);
        assert_eq!(kind(&[2.0, 3.1, 3.9, 5.1, 5.9, 7.0]), CourseKind::LinearUp);
        assert_eq!(kind(&[7.0, 5.9, 5.1, 3.9, 3.1, 2.0]), CourseKind::LinearDown);
        assert_eq!(kind(&[6.0, 3.9, 3.1, 3.0, 4.1, 6.0]), CourseKind::U);
        assert_eq!(kind(&[2.0, 4.1, 4.9, 5.0, 3.9, 2.0]), CourseKind::InvertedU);
    }

    #[test]
    fn a_curve_that_turns_later_than_anyone_saw_is_no_turn() {
        // Ever slower upwards, the top far behind the last session.
        assert_eq!(kind(&[1.0, 3.05, 4.7, 6.1, 7.2, 8.05, 8.6]), CourseKind::LinearUp);
    }

    #[test]
    fn refusals() {
        assert!(course(&[1.0; 4], &[1.0, 2.0, 3.0, 4.0]).is_err());
        assert!(course(&[1.0; 5], &[1.0; 5]).is_err());
        assert!(course(&[1.0, 4.0, 9.0, 16.0, 25.0], &[1.0, 2.0, 3.0, 4.0, 5.0]).is_err());
    }
}
