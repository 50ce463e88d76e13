//! How far a scale's score lies from the true score.

use super::{ItemSums, alpha};
use crate::Result;

/// The standard error of measurement of a scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeasurementError {
    /// Of the mean of the items.
    pub of_mean: f64,
    /// Of their sum.
    pub of_sum: f64,
    /// The alpha it comes from.
    pub alpha: f64,
}

/// Returns the standard error of measurement of the mean and the sum of the items.
///
/// SD·√(1 − α), SD of the mean or sum score with n − 1, α raw. It says how far scores of one occasion lie from the true ones; a change
/// has √2 times that, and a test–retest reliability is the better one for changes.
///
/// # Shape and units
/// As [`alpha`](super::alpha()); in the unit of the items.
///
/// # Missing values
/// As [`alpha`](super::alpha()).
///
/// # Errors
/// As [`alpha`](super::alpha()).
///
/// # Source
/// `[@cronbach1951]`. Checked against R, `sd(rowMeans(x)) * sqrt(1 - psych::alpha(x)$total$raw_alpha)`: `golden/stats/reliability.R`.
pub fn measurement_error(items: &ItemSums) -> Result<MeasurementError> {
    let k = items.items();
    let covariances = items.covariances(2, 3)?;
    let alpha = alpha::of(&covariances, k, None)?;
    let of_sum = (covariances.iter().sum::<f64>() * (1.0 - alpha).max(0.0)).sqrt();
    Ok(MeasurementError { of_mean: of_sum / k as f64, of_sum, alpha })
}
