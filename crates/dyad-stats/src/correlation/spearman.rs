//! The rank correlation.

use super::pearson::{Correlation, check_pairs, coefficient};
use crate::Result;
use crate::moments::Cross;

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

#[cfg(test)]
mod tests {
    use super::mid_ranks;

    #[test]
    fn ties_share_the_mean_rank() {
        assert_eq!(mid_ranks(&[4.0, 1.0, 4.0, 0.5]), [3.5, 2.0, 3.5, 1.0]);
    }
}
