//! Cronbach's alpha.

use super::ItemSums;
use crate::distributions::fisher_f;
use crate::{Result, StatsError};

/// Cronbach's alpha.
#[derive(Clone, Debug, PartialEq)]
pub struct Alpha {
    /// From the covariances: of the sum or mean of the items as they are. Negative if items disagree more than they agree.
    pub raw: f64,
    /// From the correlations: of the sum of standardised items.
    pub standardised: f64,
    /// 95 % interval of `raw`.
    pub ci: [f64; 2],
    /// `raw` without each item in turn, `None` where the other items add to a constant; empty with two items.
    pub if_dropped: Vec<Option<f64>>,
    /// Items.
    pub items: usize,
    /// Persons with every item.
    pub n: u64,
    /// Persons left out because an item is missing.
    pub dropped: u64,
}

/// Returns Cronbach's alpha.
///
/// α = k/(k − 1)·(1 − tr V/ΣV), V the covariances of the k items; standardised: the same of the correlations. Interval:
/// 1 − (1 − α)·F(.975) and 1 − (1 − α)·F(.025), F with n − 1 and (n − 1)(k − 1) df (exact for normal items of equal covariance).
///
/// # Shape and units
/// k ≥ 2 items of n ≥ 3 persons. A negative alpha is a result: usually an item was not reversed.
///
/// # Missing values
/// Persons without an item are left out and counted by [`ItemSums`].
///
/// # Errors
/// - [`StatsError::TooFew`] below two items or three persons.
/// - [`StatsError::NoVariation`] if an item is constant (named by its place), or the sum of the items is.
///
/// # Source
/// `[@cronbach1951]`; interval `[@feldt1965]`. Checked against R `psych::alpha`: `golden/stats/reliability.R`.
///
/// # Examples
/// ```
/// use dyad_stats::reliability::{ItemSums, alpha};
///
/// let mut sums = ItemSums::new(2);
/// for (a, b) in [(1.0, 2.0), (2.0, 1.0), (3.0, 4.0), (5.0, 5.0)] {
///     sums.push(&[Some(a), Some(b)])?;
/// }
/// let found = alpha(&sums)?;
/// // Covariance 8/3, variance of the sum 139/12: alpha is 4·(8/3)/(139/12).
/// assert!((found.raw - 128.0 / 139.0).abs() < 1e-12);
/// # Ok::<(), dyad_stats::StatsError>(())
/// ```
pub fn alpha(items: &ItemSums) -> Result<Alpha> {
    let k = items.items();
    let covariances = items.covariances(2, 3)?;
    let raw = of(&covariances, k, None)?;
    let sd: Vec<f64> = (0..k).map(|i| covariances[i * k + i].sqrt()).collect();
    let correlations: Vec<f64> =
        (0..k * k).map(|at| covariances[at] / sd[at / k] / sd[at % k]).collect();
    let (df1, df2) = ((items.n() - 1) as f64, (items.n() - 1) as f64 * (k - 1) as f64);
    let end = |p| 1.0 - (1.0 - raw) * fisher_f::quantile(p, df1, df2);
    let if_dropped = if k > 2 {
        (0..k).map(|item| of(&covariances, k, Some(item)).ok()).collect()
    } else {
        Vec::new()
    };
    Ok(Alpha {
        raw,
        standardised: of(&correlations, k, None)?,
        ci: [end(0.975), end(0.025)],
        if_dropped,
        items: k,
        n: items.n(),
        dropped: items.dropped(),
    })
}

/// k/(k − 1)·(1 − tr V/ΣV), of all items or all but one.
pub(super) fn of(matrix: &[f64], size: usize, without: Option<usize>) -> Result<f64> {
    let kept = || (0..size).filter(|&i| Some(i) != without);
    let trace: f64 = kept().map(|i| matrix[i * size + i]).sum();
    let total: f64 = kept().flat_map(|i| kept().map(move |j| matrix[i * size + j])).sum();
    if total <= 1e-12 * trace {
        return Err(StatsError::NoVariation { what: "the sum of the items".into() });
    }
    let k = kept().count() as f64;
    Ok(k / (k - 1.0) * (1.0 - trace / total))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(rows: &[[f64; 3]]) -> ItemSums {
        let mut sums = ItemSums::new(3);
        for row in rows {
            sums.push(&row.map(Some)).unwrap();
        }
        sums
    }

    #[test]
    fn a_negative_alpha_is_kept() {
        let found =
            alpha(&sums(&[[1.0, 5.0, 2.0], [2.0, 4.0, 2.0], [3.0, 3.0, 1.0], [5.0, 1.0, 3.0]]));
        let found = found.unwrap();
        assert!(found.raw < 0.0 && found.if_dropped[2].is_none() && found.if_dropped[0].is_some());
    }

    #[test]
    fn identical_items_have_an_alpha_of_one() {
        let found = alpha(&sums(&[[1.0; 3], [2.0; 3], [4.0; 3]])).unwrap();
        assert!((found.raw - 1.0).abs() < 1e-14 && (found.standardised - 1.0).abs() < 1e-14);
        assert!((found.ci[0] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn refusals() {
        let flat = alpha(&sums(&[[1.0, 7.1, 3.0], [2.0, 7.1, 1.0], [3.0, 7.1, 1.0]]));
        assert_eq!(flat, Err(StatsError::NoVariation { what: "item 2".into() }));
        // Two items that cancel.
        let mut cancel = ItemSums::new(2);
        for v in [1.0, 2.0, 4.0] {
            cancel.push(&[Some(v), Some(-v)]).unwrap();
        }
        assert!(matches!(alpha(&cancel), Err(StatsError::NoVariation { .. })));
        assert!(matches!(alpha(&sums(&[[1.0; 3], [2.0; 3]])), Err(StatsError::TooFew { .. })));
    }
}
