//! McDonald's omega of a one-factor model.

use std::f64::consts::TAU;

use super::ItemSums;
use super::one_factor::one_factor;
use crate::distributions::chi_square;
use crate::linalg::Cholesky;
use crate::{Result, StatsError};

/// McDonald's omega and the model it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Omega {
    /// (Σλ)²/((Σλ)² + Σθ): the denominator is the variance of the sum that the model implies.
    pub omega: f64,
    /// (Σλ)² over the observed variance of the sum.
    pub omega_observed: f64,
    /// λ, in the unit of the items; their sum is not negative.
    pub loadings: Vec<f64>,
    /// θ, the variance of each item's own part.
    pub uniques: Vec<f64>,
    /// Log-likelihood, means free.
    pub log_likelihood: f64,
    /// n times the discrepancy of model and data.
    pub chi2: f64,
    /// k(k − 3)/2.
    pub df: u32,
    /// P(χ²(df) > chi2); `None` with three items, which any one-factor model fits.
    pub p: Option<f64>,
    /// Persons with every item.
    pub n: u64,
    /// Persons left out because an item is missing.
    pub dropped: u64,
}

/// Returns omega of the one-factor model, by maximum likelihood.
///
/// V = λλ' + diag θ, the factor's variance 1; the likelihood is that of normal items, its covariances with n. χ² tests one factor
/// against any covariances. For session data this is the single-level value, which mixes clients and sessions: label it so.
///
/// # Shape and units
/// k ≥ 3 items of n > k persons.
///
/// # Missing values
/// Persons without an item are left out and counted by [`ItemSums`].
///
/// # Errors
/// - [`StatsError::TooFew`] below three items, or with no more persons than items.
/// - [`StatsError::NoVariation`] if an item is constant; [`StatsError::Collinear`] if it is a combination of others.
/// - [`StatsError::Refused`] in a Heywood case: an item without variance of its own (below 1/10 000 of its variance), named.
/// - [`StatsError::NotConverged`].
///
/// # Source
/// `[@mcdonald1999]`; `[@joreskog1967]`. Checked against R `lavaan::cfa(std.lv = TRUE)`: `golden/stats/reliability.R`.
pub fn omega(items: &ItemSums) -> Result<Omega> {
    let k = items.items();
    let covariances = items.covariances(3, k + 1)?;
    let n = items.n() as f64;
    // The likelihood's variances have n below, not n − 1.
    let shrink = (n - 1.0) / n;
    let sd: Vec<f64> = (0..k).map(|i| (shrink * covariances[i * k + i]).sqrt()).collect();
    let correlations: Vec<f64> =
        (0..k * k).map(|at| shrink * covariances[at] / sd[at / k] / sd[at % k]).collect();
    let fit = one_factor(&correlations, k)?;
    let loadings: Vec<f64> = fit.loadings.iter().zip(&sd).map(|(l, sd)| l * sd).collect();
    let uniques: Vec<f64> = fit.uniques.iter().zip(&sd).map(|(u, sd)| u * sd * sd).collect();
    let common = loadings.iter().sum::<f64>().powi(2);
    let observed = shrink * covariances.iter().sum::<f64>();
    if observed <= 1e-12 * (common + uniques.iter().sum::<f64>()) {
        return Err(StatsError::NoVariation { what: "the sum of the items".into() });
    }
    // log|Σ| + tr(SΣ⁻¹) = discrepancy + log|S| + k.
    let log_determinant = Cholesky::new(&correlations, k, k, 0.0)
        .map_or(0.0, |f| f.log_determinant())
        + sd.iter().map(|sd| 2.0 * sd.ln()).sum::<f64>();
    let size = k as f64;
    let df = u32::try_from(k * (k - 3) / 2).unwrap_or(u32::MAX);
    let chi2 = n * fit.discrepancy;
    Ok(Omega {
        omega: common / (common + uniques.iter().sum::<f64>()),
        omega_observed: common / observed,
        loadings,
        uniques,
        log_likelihood: -0.5 * n * (size * TAU.ln() + fit.discrepancy + log_determinant + size),
        chi2,
        df,
        p: (df > 0).then(|| chi_square::upper_tail(chi2, f64::from(df))),
        n: items.n(),
        dropped: items.dropped(),
    })
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
    fn a_factor_put_in_is_found_again() {
        // Every combination of ± 1 of a factor and three own parts: uncorrelated, of variance 1.
        let rows: Vec<[f64; 3]> = (0..16_u32)
            .map(|k| {
                let sign = |bit: u32| if k >> bit & 1 == 0 { -1.0 } else { 1.0 };
                let f = sign(3);
                [4.0 + 2.0 * f + sign(0), 1.5 * f + 0.5 * sign(1), 7.0 + f + 2.0 * sign(2)]
            })
            .collect();
        let found = omega(&sums(&rows)).unwrap();
        for (got, wanted) in found.loadings.iter().zip([2.0, 1.5, 1.0]) {
            assert!((got - wanted).abs() < 1e-9, "{found:?}");
        }
        for (got, wanted) in found.uniques.iter().zip([1.0, 0.25, 4.0]) {
            assert!((got - wanted).abs() < 1e-9, "{found:?}");
        }
        let wanted = 4.5_f64.powi(2) / (4.5_f64.powi(2) + 5.25);
        assert!((found.omega - wanted).abs() < 1e-9);
        assert!(found.chi2.abs() < 1e-10 && found.p.is_none());
    }

    #[test]
    fn refusals_name_the_item() {
        // s₁₂·s₁₃/s₂₃ above s₁₁: item 1 would have a negative variance of its own.
        let heywood = [
            [1.0, 1.0, 2.0],
            [2.0, 3.0, 1.0],
            [3.0, 2.0, 4.0],
            [4.0, 5.0, 3.0],
            [5.0, 3.0, 5.0],
            [6.0, 6.0, 5.0],
            [7.0, 5.0, 7.0],
        ];
        match omega(&sums(&heywood)) {
            Err(StatsError::Refused(what)) => assert!(what.contains("item 1"), "{what}"),
            other => panic!("{other:?}"),
        }
        let twice: Vec<[f64; 3]> = heywood.iter().map(|r| [r[0], r[1], 2.0 * r[0] - 1.0]).collect();
        assert!(matches!(omega(&sums(&twice)), Err(StatsError::Collinear { .. })));
        assert!(matches!(omega(&sums(&heywood[..3])), Err(StatsError::TooFew { needed: 4, .. })));
    }
}
