//! Original and replication together.

use super::Effect;
use crate::correlation::interval;
use crate::distributions::normal;

/// A pooled correlation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pooled {
    /// Weighted mean on the z scale.
    pub z: f64,
    /// Its standard error.
    pub se: f64,
    /// tanh z.
    pub r: f64,
    /// 95 % interval of r.
    pub ci: [f64; 2],
    /// Two-sided.
    pub p: f64,
}

/// Returns the fixed-effect mean of original and replication.
///
/// Σz/s² over Σ1/s², standard error 1/√Σ1/s². The original carries its publication bias into it.
///
/// # Shape and units
/// Both on the Fisher z scale.
///
/// # Missing values
/// None.
///
/// # Errors
/// None: an [`Effect`] is checked when it is made.
///
/// # Source
/// `[@cochran1954]`. Checked against R `metafor::rma(method = "FE")`: `golden/stats/replication.R`.
#[must_use]
pub fn pooled(original: Effect, replication: Effect) -> Pooled {
    // Weights as shares, so that no square of a tiny standard error overflows.
    let ratio = (original.se / replication.se).powi(2);
    let share = 1.0 / (1.0 + ratio);
    let z = share * original.z + (1.0 - share) * replication.z;
    let se = original.se * share.sqrt();
    let r = z.tanh();
    Pooled { z, se, r, ci: interval(r, se), p: normal::two_sided(z / se) }
}
