//! Whether a correlation is equivalent to a value, within margins.

use super::Effect;
use crate::distributions::normal;
use crate::{Result, StatsError};

/// Two one-sided tests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Equivalence {
    /// The margins, correlations.
    pub margins: [f64; 2],
    /// One-sided p that the correlation is above the lower margin.
    pub p_lower: f64,
    /// One-sided p that it is below the upper margin.
    pub p_upper: f64,
    /// The larger of the two.
    pub p: f64,
    /// p < .05.
    pub equivalent: bool,
}

/// Returns the two one-sided tests that the replication lies within `centre` ± `margin`.
///
/// 1 − Φ((zᵣ − atanh(centre − margin))/sᵣ) and Φ((zᵣ − atanh(centre + margin))/sᵣ). With centre 0 it asks whether the effect is too
/// small to matter; with the published correlation, whether it is the same for all practical purposes.
///
/// # Shape and units
/// `centre`, `margin`: correlations.
///
/// # Missing values
/// None.
///
/// # Errors
/// [`StatsError::OutOfDomain`] if the margin is not positive, or a margin is not strictly between −1 and 1.
///
/// # Source
/// `[@lakens2017]`. Checked against R: `golden/stats/replication.R`.
pub fn equivalence(replication: Effect, centre: f64, margin: f64) -> Result<Equivalence> {
    let margins = [centre - margin, centre + margin];
    if !(margin > 0.0 && margins[0] > -1.0 && margins[1] < 1.0) {
        return Err(StatsError::OutOfDomain {
            what: "the margins of equivalence",
            expected: "a positive distance around a correlation, both ends strictly between −1 and 1",
        });
    }
    let [low, high] = margins.map(|r| (replication.z - r.atanh()) / replication.se);
    let (p_lower, p_upper) = (normal::upper_tail(low), normal::lower_tail(high));
    let p = p_lower.max(p_upper);
    Ok(Equivalence { margins, p_lower, p_upper, p, equivalent: p < 0.05 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn margins_must_be_correlations() {
        let effect = Effect::new(0.2, 100).unwrap();
        for (centre, margin) in
            [(0.0, 0.0), (0.0, -0.1), (0.95, 0.1), (-0.95, 0.1), (f64::NAN, 0.1)]
        {
            assert!(equivalence(effect, centre, margin).is_err());
        }
        assert!(equivalence(Effect::new(0.0, 10_000).unwrap(), 0.0, 0.1).unwrap().equivalent);
    }
}
