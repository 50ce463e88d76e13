//! Series put one after another.

use std::ops::Range;

use super::Series;
use crate::{Result, StatsError};

/// The ratings of one client after the other, as [`Series`] wants them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ratings {
    sessions: Vec<u16>,
    values: Vec<f64>,
    clients: Vec<Range<usize>>,
}

impl Ratings {
    /// Adds a client: session numbers, ascending, and as many ratings.
    ///
    /// # Errors
    /// [`StatsError::UnequalLengths`]; [`StatsError::Refused`] for a session number outside 0 to 65,535.
    pub fn push(&mut self, sessions: &[i64], ratings: &[f64]) -> Result<()> {
        if sessions.len() != ratings.len() {
            let (left, right) = (sessions.len(), ratings.len());
            return Err(StatsError::UnequalLengths { what: "sessions and ratings", left, right });
        }
        let start = self.values.len();
        for session in sessions {
            let session = u16::try_from(*session);
            let outside = |_| StatsError::Refused("a session number above 65,535".into());
            self.sessions.push(session.map_err(outside)?);
        }
        self.values.extend_from_slice(ratings);
        self.clients.push(start..self.values.len());
        Ok(())
    }

    /// All of them.
    #[must_use]
    pub fn series(&self) -> Series<'_> {
        Series { sessions: &self.sessions, values: &self.values, clients: &self.clients }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_follow_one_another() {
        let mut ratings = Ratings::default();
        ratings.push(&[1, 2, 4], &[5.0, 4.0, 6.0]).unwrap();
        ratings.push(&[2], &[3.0]).unwrap();
        assert_eq!(ratings.series().clients, [0..3, 3..4]);
        assert_eq!(ratings.series().sessions, [1, 2, 4, 2]);
        assert!(ratings.push(&[70_000], &[1.0]).is_err() && ratings.push(&[1], &[]).is_err());
    }
}
