//! Kendall's rank correlation.

use super::fisher_z;
use super::pearson::check_pairs;
use crate::distributions::normal;
use crate::{Result, StatsError};

/// Kendall's tau-b with its test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kendall {
    /// (concordant − discordant)/√(pairs untied in x · pairs untied in y).
    pub tau: f64,
    /// Of the difference of concordant and discordant pairs, ties taken into account.
    pub z: f64,
    /// Two-sided, normal.
    pub p: f64,
    /// 95 % interval; `None` below five pairs of values.
    pub ci: Option<[f64; 2]>,
}

/// Returns Kendall's tau-b of two paired samples.
///
/// p from the normal approximation with the variance for ties (R: `exact = FALSE`); interval tanh(atanh τ ± z(.975)·√(.437/(n − 4))), from
/// Fieller, Hartley & Pearson. Sorting and counting by merging: n·log n.
///
/// # Shape and units
/// `x`, `y`: length n ≥ 3; element i of both is the same client.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// As [`pearson`](super::pearson).
///
/// # Source
/// `[@kendall1938]`, `[@knight1966]`, `[@fieller1957]`. Checked against R `cor.test(method = "kendall", exact = FALSE)`:
/// `golden/stats/correlation.R`.
pub fn kendall(x: &[f64], y: &[f64]) -> Result<Kendall> {
    check_pairs(x, y, 3)?;
    let n = x.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| x[a].total_cmp(&x[b]).then(y[a].total_cmp(&y[b])));
    let tied_x = runs(&order, |a, b| x[a].total_cmp(&x[b]).is_eq());
    let tied_both =
        runs(&order, |a, b| x[a].total_cmp(&x[b]).is_eq() && y[a].total_cmp(&y[b]).is_eq());
    let mut sorted: Vec<f64> = order.iter().map(|&at| y[at]).collect();
    let mut spare = sorted.clone();
    let swaps = inversions(&mut sorted, &mut spare);
    let positions: Vec<usize> = (0..n).collect();
    let tied_y = runs(&positions, |a, b| sorted[a].total_cmp(&sorted[b]).is_eq());

    let pairs = choose(n as f64);
    let sum = |ties: &[f64], f: fn(f64) -> f64| ties.iter().map(|&t| f(t)).sum::<f64>();
    let (tx, ty, txy) = (sum(&tied_x, choose), sum(&tied_y, choose), sum(&tied_both, choose));
    for (tied, what) in [(tx, "the first variable"), (ty, "the second variable")] {
        if tied >= pairs {
            return Err(StatsError::NoVariation { what: what.into() });
        }
    }
    let difference = pairs - tx - ty + txy - 2.0 * swaps as f64;
    let tau = (difference / ((pairs - tx).sqrt() * (pairs - ty).sqrt())).clamp(-1.0, 1.0);

    let n = n as f64;
    let rank = |t: f64| t * (t - 1.0) * (2.0 * t + 5.0);
    let triple = |t: f64| t * (t - 1.0) * (t - 2.0);
    let variance = (rank(n) - sum(&tied_x, rank) - sum(&tied_y, rank)) / 18.0
        + sum(&tied_x, triple) * sum(&tied_y, triple) / (9.0 * triple(n))
        + 4.0 * tx * ty / (2.0 * n * (n - 1.0));
    let z = difference / variance.sqrt();
    let ci = (n > 4.5).then(|| fisher_z::interval(tau, (0.437 / (n - 4.0)).sqrt()));
    Ok(Kendall { tau, z, p: normal::two_sided(z), ci })
}

/// Pairs of n.
fn choose(n: f64) -> f64 {
    0.5 * n * (n - 1.0)
}

/// Lengths of the runs of neighbours that are the same.
fn runs(order: &[usize], same: impl Fn(usize, usize) -> bool) -> Vec<f64> {
    order.chunk_by(|&a, &b| same(a, b)).map(|run| run.len() as f64).collect()
}

/// Sorts by merging and counts the pairs that were in the wrong order.
fn inversions(values: &mut [f64], spare: &mut [f64]) -> u64 {
    let n = values.len();
    if n < 2 {
        return 0;
    }
    let (left, right) = values.split_at_mut(n / 2);
    let (spare_left, spare_right) = spare.split_at_mut(n / 2);
    let mut count = inversions(left, spare_left) + inversions(right, spare_right);
    let (mut i, mut j) = (0, 0);
    for slot in spare.iter_mut() {
        if j == right.len() || (i < left.len() && left[i] <= right[j]) {
            *slot = left[i];
            i += 1;
        } else {
            *slot = right[j];
            count += (left.len() - i) as u64;
            j += 1;
        }
    }
    values.copy_from_slice(spare);
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_agrees_with_listing_every_pair() {
        for seed in 0..30_usize {
            let draw = |i: usize, k: usize, m: usize| {
                ((seed * 7919 + i * 10_473 + k * 311) % 1009 % m) as f64
            };
            let (x, y): (Vec<f64>, Vec<f64>) =
                (0..19).map(|i| (draw(i, 1, 6), draw(i, 2, 9))).unzip();
            let Ok(found) = kendall(&x, &y) else { continue };
            let (mut difference, mut untied_x, mut untied_y) = (0.0, 0.0, 0.0);
            for i in 0..19 {
                for j in 0..i {
                    let sign = |d: f64| f64::from(i8::from(d > 0.0) - i8::from(d < 0.0));
                    let (a, b) = (sign(x[i] - x[j]), sign(y[i] - y[j]));
                    difference += a * b;
                    untied_x += a.abs();
                    untied_y += b.abs();
                }
            }
            assert!((found.tau - difference / (untied_x * untied_y).sqrt()).abs() < 1e-12);
        }
    }

    #[test]
    fn refusals() {
        assert!(kendall(&[1.0, 2.0, 3.0], &[2.0; 3]).is_err());
        assert!(kendall(&[1.0, 2.0], &[1.0, 2.0]).is_err());
        assert!(kendall(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]).unwrap().ci.is_none());
    }
}
