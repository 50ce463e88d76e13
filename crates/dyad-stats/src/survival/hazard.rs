//! The hazard of leaving at a session, for time that is counted and not measured.

use std::ops::Range;

use crate::linear::{Family, Glm, glm};
use crate::{Result, StatsError};

/// The scale of the hazard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HazardLink {
    /// Log odds of leaving at a session.
    Logit,
    /// ln(−ln(1 − h)): coefficients are log hazard ratios of the time behind the sessions, to be compared with Cox.
    CompLogLog,
}

/// Returns the discrete-time hazard model: a regression of "left at this session" over all sessions of all persons.
///
/// # Shape and units
/// One row per person and session up to the last one seen; `event` is true only in the last row of who left. `columns` describe the
/// row, time included (the session number, or one column per session). `clusters`: contiguous ranges of rows, or none.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// As [`glm`]; [`StatsError::NoEvents`] if nobody left.
///
/// # Source
/// `[@allison1982]`, `[@prentice1978]`. Checked against R `glm(event ~ …, binomial(link = "logit" or "cloglog"))`:
/// `golden/stats/survival.R`.
pub fn discrete_hazard(
    columns: &[(&str, &[f64])],
    event: &[bool],
    link: HazardLink,
    clusters: &[Range<usize>],
) -> Result<Glm> {
    if !event.contains(&true) {
        return Err(StatsError::NoEvents { what: "event" });
    }
    let y: Vec<f64> = event.iter().map(|&e| f64::from(e)).collect();
    let family = match link {
        HazardLink::Logit => Family::Logit,
        HazardLink::CompLogLog => Family::CompLogLog,
    };
    glm(columns, &y, &[], family, clusters)
}
