//! Whether a replication is significant in the same direction.

use super::Effect;
use crate::distributions::normal;

/// Whether a replication is significant in the same direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SameDirection {
    /// Original and replication have the same sign; false if either is 0.
    pub same_sign: bool,
    /// Two-sided p of the replication.
    pub p: f64,
    /// Same sign and p < .05.
    pub replicated: bool,
}

/// Returns whether the replication has the original's sign and p < .05.
///
/// p = 2·(1 − Φ(|z|/se)). The oldest and bluntest criterion: a small replication fails it whatever is true.
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
/// `[@fisher1921]`. Checked against R `2 * pnorm(-abs(z / se))`: `golden/stats/replication.R`.
#[must_use]
pub fn same_direction(original: Effect, replication: Effect) -> SameDirection {
    let same_sign = original.z * replication.z > 0.0;
    let p = normal::two_sided(replication.statistic());
    SameDirection { same_sign, p, replicated: same_sign && p < 0.05 }
}
