//! What of a correlation lies within clusters, and what between them.

use super::pearson::{Correlation, check_pairs, coefficient};
use crate::moments::Cross;
use crate::{Result, StatsError};
use std::ops::Range;

/// The correlation of rows taken apart: r = η_x·η_y·r_b + √(1 − η_x²)·√(1 − η_y²)·r_w.
#[derive(Clone, Debug, PartialEq)]
pub struct Decomposition {
    /// Of values about their cluster's mean, df N − J − 1.
    pub within: Correlation,
    /// Of cluster means, every cluster alike, df J − 2.
    pub between: Correlation,
    /// Of cluster means, every row alike: the one of the identity above.
    pub between_weighted: f64,
    /// Of all rows, as if they were independent.
    pub total: f64,
    /// η²: share of the variance of x, and of y, that lies between clusters.
    pub eta2: [f64; 2],
}

/// Returns the correlation within and between clusters.
///
/// # Shape and units
/// `x`, `y`: length N; `clusters`: contiguous ranges that cover all rows, J ≥ 4 of them, N ≥ J + 3.
///
/// # Missing values
/// None accepted: rows with both values.
///
/// # Errors
/// As [`pearson`](super::pearson); [`StatsError::TooFew`] also below four clusters; [`StatsError::NoVariation`] if a variable does not vary
/// within or between clusters.
///
/// # Source
/// `[@bliese2000]`. Checked against R: `cor` of the parts, `golden/stats/correlation.R`.
pub fn decomposition(x: &[f64], y: &[f64], clusters: &[Range<usize>]) -> Result<Decomposition> {
    check_pairs(x, y, clusters.len() + 3)?;
    let used: Vec<_> = clusters.iter().filter(|rows| !rows.is_empty()).collect();
    if used.len() < 4 {
        return Err(StatsError::TooFew { unit: "clusters", needed: 4, found: used.len() });
    }
    let (mut within, mut means, mut total) = (Cross::default(), Cross::default(), Cross::default());
    for &rows in &used {
        let own = Cross::of(&x[rows.clone()], &y[rows.clone()]);
        means.push(own.mean_x, own.mean_y);
        within.merge_within(&own);
        total.merge(&own);
    }
    // Sums about cluster means have no mean of their own; that of the rows says what rounding can leave.
    (within.mean_x, within.mean_y) = (total.mean_x, total.mean_y);
    let between = Cross {
        xx: (total.xx - within.xx).max(0.0),
        yy: (total.yy - within.yy).max(0.0),
        xy: total.xy - within.xy,
        ..total.clone()
    };
    let r_within = coefficient(
        &within,
        ["the first variable within clusters", "the second variable within clusters"],
    )?;
    let r_means = coefficient(
        &means,
        ["the cluster means of the first variable", "the cluster means of the second variable"],
    )?;
    let (n, j) = (x.len() as f64, used.len() as f64);
    let df = n - j - 1.0;
    Ok(Decomposition {
        within: Correlation::new(
            r_within,
            x.len(),
            df,
            (df > 1.0).then(|| 1.0 / (df - 1.0).sqrt()),
        ),
        between: Correlation::new(r_means, used.len(), j - 2.0, Some(1.0 / (j - 3.0).sqrt())),
        between_weighted: coefficient(
            &between,
            ["the first variable between clusters", "the second variable between clusters"],
        )?,
        total: coefficient(&total, ["the first variable", "the second variable"])?,
        eta2: [between.xx / total.xx, between.yy / total.yy],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_add_up() {
        let x: Vec<f64> = (0..20).map(|i| f64::from(i * i % 13) + f64::from(i / 5)).collect();
        let y: Vec<f64> = (0..20).map(|i| f64::from(i * 7 % 11) - f64::from(i / 5)).collect();
        let clusters: Vec<_> = (0..4).map(|k| 5 * k..5 * k + 5).collect();
        let found = decomposition(&x, &y, &clusters).unwrap();
        let [ex, ey] = found.eta2;
        let again = (ex * ey).sqrt() * found.between_weighted
            + ((1.0 - ex) * (1.0 - ey)).sqrt() * found.within.r;
        assert!((again - found.total).abs() < 1e-12);
        // Of one size, every cluster alike is every row alike.
        assert!((found.between_weighted - found.between.r).abs() < 1e-12);
        assert!(decomposition(&x, &y, &clusters[..3]).is_err());
        assert!(decomposition(&[1.0; 20], &y, &clusters).is_err());
    }
}
