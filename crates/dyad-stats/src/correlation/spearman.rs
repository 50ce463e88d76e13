//! The rank correlation.

use super::fisher_z;
use super::pearson::{Correlation, check_pairs, coefficient};
use crate::moments::Cross;
use crate::{Result, StatsError};

/// Ranks from 1, ties sharing the mean of theirs.
#[must_use]
pub fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let value = values[order[start]];
        let tied =
            order[start..].iter().take_while(|&&i| values[i].total_cmp(&value).is_eq()).count();
        // Mean of the ranks start + 1 … start + tied.
        let rank = start as f64 + 0.5 * (tied as f64 + 1.0);
        for &i in &order[start..start + tied] {
            ranks[i] = rank;
        }
        start += tied;
    }
    ranks
}

/// Returns Spearman's rank correlation of two paired samples.
///
/// Pearson of mid-ranks; p from t with n − 2 df at every n (R: `exact = FALSE`); interval by Fieller, Hartley & Pearson,
/// tanh(atanh ρ ± z(.975)·√(1.06/(n − 3))).
///
/// # Shape and units
/// `x`, `y`: length n ≥ 4; element i of both is the same client.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// As [`pearson`](super::pearson).
///
/// # Source
/// `[@spearman1904]`, `[@fieller1957]`. Checked against R `cor.test(method = "spearman", exact = FALSE)`.
pub fn spearman(x: &[f64], y: &[f64]) -> Result<Correlation> {
    check_pairs(x, y, 4)?;
    let cross = Cross::of(&mid_ranks(x), &mid_ranks(y));
    let rho = coefficient(&cross, ["the first variable", "the second variable"])?;
    let n = x.len() as f64;
    Ok(Correlation::new(rho, x.len(), n - 2.0, Some((1.06 / (n - 3.0)).sqrt())))
}

/// Returns the Bonett–Wright 95 % interval of a rank correlation: tanh(atanh ρ ± z(.975)·√((1 + ρ²/2)/(n − 3))).
///
/// Closer to 95 % than Fieller's when the correlation is strong.
///
/// # Errors
/// [`StatsError::TooFew`] below four pairs; [`StatsError::OutOfDomain`] if ρ is not within −1 and 1.
///
/// # Source
/// `[@bonett2000]`. Checked against R: the formula in `golden/stats/correlation.R`.
pub fn bonett_wright(rho: f64, n: usize) -> Result<[f64; 2]> {
    if n < 4 {
        return Err(StatsError::TooFew { unit: "pairs", needed: 4, found: n });
    }
    if !(-1.0..=1.0).contains(&rho) {
        return Err(StatsError::OutOfDomain { what: "a correlation", expected: "within -1 and 1" });
    }
    Ok(fisher_z::interval(rho, ((1.0 + 0.5 * rho * rho) / (n as f64 - 3.0)).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::mid_ranks;

    #[test]
    fn ties_share_the_mean_rank() {
        assert_eq!(mid_ranks(&[4.0, 1.0, 4.0, 0.5]), [3.5, 2.0, 3.5, 1.0]);
    }
}
