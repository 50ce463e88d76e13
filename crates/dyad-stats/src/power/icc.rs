//! The smallest intraclass correlation an F test would have found.

use crate::distributions::fisher_f;
use crate::{Result, StatsError};

/// Returns the intraclass correlation that the one-way F test at .05 finds with this power, given the sizes of the clusters.
///
/// F/(1 + n₀·τ²/σ²) has an F distribution with J − 1 and N − J degrees of freedom, so 1 + n₀·τ²/σ² = F(.95)/F(1 − power) and
/// ICC = (τ²/σ²)/(1 + τ²/σ²); n₀ = (N − Σnⱼ²/N)/(J − 1). Exact for equal clusters.
///
/// # Shape and units
/// `sizes`: rows per cluster, at least two clusters and more rows than clusters.
///
/// # Errors
/// - [`StatsError::TooFew`] below two clusters, or if no cluster has two rows.
/// - [`StatsError::OutOfDomain`] unless `power` lies between .5 and 1.
///
/// # Source
/// `[@donner1987]`. Checked against R `qf`: `golden/golden.R`.
pub fn detectable_icc(sizes: &[u32], power: f64) -> Result<f64> {
    let j = sizes.len();
    let n: f64 = sizes.iter().map(|&size| f64::from(size)).sum();
    if j < 2 {
        return Err(StatsError::TooFew { unit: "clusters", needed: 2, found: j });
    }
    let clusters = j as f64;
    if n <= clusters {
        return Err(StatsError::TooFew { unit: "rows in a cluster", needed: 2, found: 1 });
    }
    if !(0.5..1.0).contains(&power) {
        return Err(StatsError::OutOfDomain { what: "power", expected: "from .5 to below 1" });
    }
    let squares: f64 = sizes.iter().map(|&size| f64::from(size).powi(2)).sum();
    let size = (n - squares / n) / (clusters - 1.0);
    let (df1, df2) = (clusters - 1.0, n - clusters);
    let ratio = fisher_f::quantile(0.95, df1, df2) / fisher_f::quantile(1.0 - power, df1, df2);
    let relative = (ratio - 1.0) / size;
    Ok(relative / (1.0 + relative))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_therapists_find_less() {
        let of = |therapists| detectable_icc(&vec![5; therapists], 0.8).unwrap();
        assert!(of(24) > of(48) && of(48) > of(480));
        assert!(detectable_icc(&[5], 0.8).is_err());
        assert!(detectable_icc(&[1, 1, 1], 0.8).is_err());
    }

    /// The test's power at the value returned is the power asked for.
    #[test]
    fn the_f_test_has_the_power_asked_for() {
        let icc = detectable_icc(&[5; 24], 0.8).unwrap();
        let inflated = 1.0 + 5.0 * icc / (1.0 - icc);
        let critical = fisher_f::quantile(0.95, 23.0, 96.0);
        let power = fisher_f::upper_tail(critical / inflated, 23.0, 96.0);
        assert!((power - 0.8).abs() < 1e-9, "{power}");
    }
}
