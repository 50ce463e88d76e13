//! The share of false claims among the claims.

use super::ascending;
use crate::Result;

/// Returns p values adjusted by the step-up rule of Benjamini and Hochberg, in the order given.
///
/// With p₍₁₎ ≤ … ≤ p₍ₘ₎: adjusted p₍ᵢ₎ = min over k ≥ i of m·p₍ₖ₎/k, at most 1. Claiming those at or below q keeps the expected share of
/// false claims among the claims at or below q, for independent or positively dependent tests.
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
/// `[@benjamini1995]`. Checked against R `p.adjust(p, "BH")`: `golden/stats/multiplicity.R`.
pub fn benjamini_hochberg(p: &[f64]) -> Result<Vec<f64>> {
    let mut adjusted = vec![0.0; p.len()];
    let mut lowest = 1.0_f64;
    for (rank, at) in ascending(p)?.into_iter().enumerate().rev() {
        // The factor first, as in R: it is exactly 1 for the largest p, which rounding must not lower.
        lowest = lowest.min(p.len() as f64 / (rank + 1) as f64 * p[at]);
        adjusted[at] = lowest;
    }
    Ok(adjusted)
}
