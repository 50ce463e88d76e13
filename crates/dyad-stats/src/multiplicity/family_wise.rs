//! The chance of one false claim or more in a family.

use super::ascending;
use crate::Result;

/// Returns p values adjusted by Holm's step-down rule, in the order given.
///
/// With p₍₁₎ ≤ … ≤ p₍ₘ₎: adjusted p₍ᵢ₎ = min(1, max over k ≤ i of (m − k + 1)·p₍ₖ₎). Claiming those at or below α makes one false
/// claim or more with a probability of at most α, whatever the dependence of the tests.
///
/// # Shape and units
/// Any number of p values, of one family.
///
/// # Missing values
/// None accepted: a test that gave no p is no member of the family.
///
/// # Errors
/// [`StatsError::OutOfDomain`](crate::StatsError::OutOfDomain) if a p lies outside 0 to 1 or is NaN.
///
/// # Source
/// `[@holm1979]`. Checked against R `p.adjust(p, "holm")`: `golden/stats/multiplicity.R`.
pub fn holm(p: &[f64]) -> Result<Vec<f64>> {
    let mut adjusted = vec![0.0; p.len()];
    let mut highest = 0.0_f64;
    for (rank, at) in ascending(p)?.into_iter().enumerate() {
        highest = highest.max((p.len() - rank) as f64 * p[at]).min(1.0);
        adjusted[at] = highest;
    }
    Ok(adjusted)
}
