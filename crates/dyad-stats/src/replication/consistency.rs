//! Whether original and replication differ.

use super::Effect;
use crate::distributions::normal;

/// A test of their difference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Consistency {
    /// z₀ − zᵣ over its standard error; its square is Q.
    pub statistic: f64,
    /// Two-sided; of Q with one degree of freedom.
    pub p: f64,
}

/// Returns the test that original and replication estimate one correlation.
///
/// (z₀ − zᵣ)/√(s₀² + sᵣ²). A large p says that they do not differ visibly, not that they are the same: see
/// [`equivalence`](super::equivalence()).
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
/// `[@cochran1954]`. Checked against R: `golden/stats/replication.R`.
#[must_use]
pub fn consistency(original: Effect, replication: Effect) -> Consistency {
    let statistic = (original.z - replication.z) / original.se.hypot(replication.se);
    Consistency { statistic, p: normal::two_sided(statistic) }
}
