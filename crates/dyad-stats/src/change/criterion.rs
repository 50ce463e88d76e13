//! The change beyond which a client has reliably changed.

use crate::distributions::normal;
use crate::{Result, StatsError};

/// The criterion and what it is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReliableChange {
    /// Standard error of measurement, SD·√(1 − reliability).
    pub sem: f64,
    /// Standard error of a difference of two scores, SEM·√2.
    pub difference: f64,
    /// z(.975) times it.
    pub criterion: f64,
}

/// Returns the reliable-change criterion: z(.975)·SD·√(1 − r)·√2.
///
/// # Shape and units
/// `sd`: of all clients at intake, in scale points; the criterion is in scale points.
///
/// # Errors
/// [`StatsError::OutOfDomain`] if the reliability is not within 0 and 1; [`StatsError::NoVariation`] if the SD is 0.
///
/// # Source
/// `[@jacobson1991]`. Checked against R `qnorm(.975) * sd * sqrt(1 - r) * sqrt(2)`: `golden/stats/change.R`. Never 1.96.
pub fn reliable_change(sd: f64, reliability: f64) -> Result<ReliableChange> {
    if !(0.0..1.0).contains(&reliability) {
        return Err(StatsError::OutOfDomain {
            what: "the reliability",
            expected: "at least 0 and below 1",
        });
    }
    if sd.is_nan() || sd <= 0.0 {
        return Err(StatsError::NoVariation { what: "the scores at intake".into() });
    }
    let sem = sd * (1.0 - reliability).sqrt();
    let difference = sem * 2.0_f64.sqrt();
    Ok(ReliableChange { sem, difference, criterion: normal::quantile(0.975) * difference })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Jacobson & Truax (1991): SD 7.5, reliability .80 give a standard error of the difference of 4.74, so that a change of 15
    /// points is an index of 3.16.
    #[test]
    fn the_worked_example_of_the_paper() {
        let found = reliable_change(7.5, 0.80).unwrap();
        assert!((found.difference - 4.74).abs() < 0.005);
        assert!((15.0 / found.difference - 3.16).abs() < 0.005);
    }

    #[test]
    fn refusals() {
        assert!(reliable_change(1.0, 1.0).is_err());
        assert!(reliable_change(1.0, -0.1).is_err());
        assert!(reliable_change(0.0, 0.8).is_err());
    }
}
