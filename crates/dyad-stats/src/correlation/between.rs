//! The correlation of cluster means.

use std::ops::Range;

use super::pearson::{Correlation, pearson};
use crate::Result;

/// Returns the correlation of cluster means, every cluster alike: do clients with a higher x on average have a higher y?
///
/// # Shape and units
/// `x`, `y`: equal length; `clusters`: contiguous ranges of rows, none of them empty.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// As [`pearson`], of the means.
///
/// # Source
/// `[@pearson1896]`. Checked against R `cor` of `tapply` means: `tests/golden/golden.R`.
pub fn between(x: &[f64], y: &[f64], clusters: &[Range<usize>]) -> Result<Correlation> {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let means =
        |of: &[f64]| -> Vec<f64> { clusters.iter().map(|rows| mean(&of[rows.clone()])).collect() };
    pearson(&means(x), &means(y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_count_alike_whatever_their_size() {
        let x = [1.0, 3.0, 3.0, 4.0, 4.0, 4.0, 8.0];
        let y = [0.0, 2.0, 5.0, 1.0, 2.0, 3.0, 9.0];
        let found = between(&x, &y, &[0..2, 2..3, 3..6, 6..7]).unwrap();
        let by_hand = pearson(&[2.0, 3.0, 4.0, 8.0], &[1.0, 5.0, 2.0, 9.0]).unwrap();
        assert_eq!(found, by_hand);
        assert!(between(&x, &y, &[0..2, 2..3]).is_err());
    }
}
