//! What a model of a course is made of: functions of the session number.

use std::fmt;

/// A column of a growth model.
///
/// A course is a parabola about a session ([`Linear`](Self::Linear), [`Quadratic`](Self::Quadratic)), lines that meet at knots
/// ([`Session`](Self::Session) and an [`After`](Self::After) for every knot, the truncated power basis), or a mean of its own at every
/// session ([`At`](Self::At)).
///
/// # Shape and units
/// Session numbers; squared ones for [`Quadratic`](Self::Quadratic).
///
/// # Source
/// Closed form. Checked against R: the models of `tests/golden/_early_peak.R`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    /// The session number s.
    Session,
    /// s − session.
    Linear(i64),
    /// (s − session)².
    Quadratic(i64),
    /// 1 at this session, else 0.
    At(i64),
    /// max(s − knot, 0).
    After(i64),
}

impl Term {
    /// Its value at a session.
    #[must_use]
    pub fn value(self, session: i64) -> f64 {
        match self {
            Self::Session => session as f64,
            Self::Linear(about) => (session - about) as f64,
            Self::Quadratic(about) => {
                let t = (session - about) as f64;
                t * t
            }
            Self::At(one) => f64::from(u8::from(session == one)),
            Self::After(knot) => (session - knot).max(0) as f64,
        }
    }
}

/// The name of its column, the same for the same term.
impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session => f.write_str("session"),
            Self::Linear(_) => f.write_str("linear"),
            Self::Quadratic(_) => f.write_str("quadratic"),
            Self::At(session) => write!(f, "session {session}"),
            Self::After(knot) => write!(f, "after {knot}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_meet_at_the_knot() {
        let terms =
            [Term::Session, Term::Linear(3), Term::Quadratic(3), Term::At(5), Term::After(3)];
        let at = |session| terms.map(|term| term.value(session));
        assert_eq!(at(2).map(f64::to_bits), [2.0, -1.0, 1.0, 0.0, 0.0].map(f64::to_bits));
        assert_eq!(at(5).map(f64::to_bits), [5.0, 2.0, 4.0, 1.0, 2.0].map(f64::to_bits));
    }
}
