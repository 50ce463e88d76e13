//! The correlation over rows that are not independent: a coefficient, nothing more.

use super::pearson::{check_pairs, coefficient};
use crate::Result;
use crate::moments::Cross;

/// Returns the product-moment correlation without test and interval: rows of one client are not independent.
///
/// # Shape and units
/// `x`, `y`: length n ≥ 3; element i of both is the same session.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// As [`pearson`](super::pearson).
///
/// # Source
/// `[@pearson1896]`. Checked against R `cor`.
pub fn total(x: &[f64], y: &[f64]) -> Result<f64> {
    check_pairs(x, y, 3)?;
    coefficient(&Cross::of(x, y), ["the first variable", "the second variable"])
}
