//! Whether one random intercept stands apart from the others.

use super::RandomIntercept;
use crate::distributions::normal;
use crate::{Result, StatsError};

/// The random intercept farthest from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Farthest {
    /// Its distance in standard deviations.
    pub distance: f64,
    /// What the largest of as many independent standard normals exceeds with probability .05.
    pub limit: f64,
}

/// Returns how far the farthest random intercept lies, on one scale: a prediction shrinks by its reliability, so |u|/√(λ·τ²) with
/// τ² = se²/(1 − λ). The limit is Šidák's, z(1 − (1 − .95^(1/J))/2).
///
/// # Shape and units
/// `effects`: the J predictions of one fit; distances have no unit.
///
/// # Errors
/// [`StatsError::TooFew`] without an intercept.
///
/// # Source
/// `[@bates2015]` for the predictions and their variances. Closed form; the limit follows from independence alone.
pub fn farthest_intercept(effects: &[RandomIntercept]) -> Result<Farthest> {
    if effects.is_empty() {
        return Err(StatsError::TooFew { unit: "random intercepts", needed: 1, found: 0 });
    }
    let scaled = |e: &RandomIntercept| {
        (e.estimate / (e.reliability * e.se * e.se / (1.0 - e.reliability)).sqrt()).abs()
    };
    let distance = effects.iter().map(scaled).fold(0.0, f64::max);
    let limit = normal::quantile(1.0 - (1.0 - 0.95_f64.powf(1.0 / effects.len() as f64)) / 2.0);
    Ok(Farthest { distance, limit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_alone_has_the_ordinary_limit() {
        let effect = RandomIntercept { estimate: -1.5, se: 0.6, reliability: 0.64, rows: 9 };
        let found = farthest_intercept(&[effect]).unwrap();
        // τ² = .36/.36 = 1, so the distance is 1.5/√.64.
        assert!((found.distance - 1.875).abs() < 1e-12);
        assert!((found.limit - 1.959_963_984_540_054).abs() < 1e-9);
        assert!(farthest_intercept(&[]).is_err());
    }
}
