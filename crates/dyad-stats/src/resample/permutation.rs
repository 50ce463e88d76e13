//! The permutation test within clusters.

use std::ops::Range;

use super::Plan;
use super::cluster_bootstrap::defined;
use super::monte_carlo::{MonteCarlo, Tail, count};
use crate::{Result, StatsError};

/// Returns the Monte-Carlo permutation test in which the values of each cluster come in any order.
///
/// p = (1 + b)/(B + 1), b the number of B permutations whose statistic is at least as far out as the observed one. The null is that
/// the order of a cluster's values has no meaning (exchangeability within clusters): trends and autocorrelation break it.
///
/// # Shape and units
/// `values`: one per row; `clusters`: the rows of each, ascending and apart. Rows of no cluster stay where they are. `statistic` is
/// given all values, permuted; `None` where it is undefined.
///
/// # Missing values
/// None accepted: leave the row out, so that a client's ratings trade places among the sessions that have one.
///
/// # Errors
/// - [`StatsError::OutOfDomain`] if clusters overlap, are not ascending or reach beyond the values.
/// - [`StatsError::NotFinite`] if a value is NaN or infinite.
/// - [`StatsError::NoVariation`] if no cluster holds two different values: there is nothing to permute.
/// - [`StatsError::TooFew`] without a replicate.
/// - [`StatsError::Refused`] if the statistic is undefined for the data.
///
/// # Source
/// `[@edgington2007]`, `[@phipson2010]`. Checked against R: every order listed, `golden/stats/resample.R`.
pub fn permutation(
    values: &[f64],
    clusters: &[Range<usize>],
    statistic: impl Fn(&[f64]) -> Option<f64> + Sync,
    tail: Tail,
    plan: &Plan<'_>,
) -> Result<MonteCarlo> {
    check(values, clusters)?;
    let varies = |rows: &Range<usize>| {
        let values = &values[rows.clone()];
        values.windows(2).any(|pair| (pair[0] - pair[1]).abs() > 0.0)
    };
    if !clusters.iter().any(varies) {
        return Err(StatsError::NoVariation { what: "the values within every cluster".into() });
    }
    let observed = defined(statistic(values), "for the data")?;
    let replicates = plan.run(
        || values.to_vec(),
        |generator, permuted| {
            // From the data, not from the replicate before: that one is another thread's with another number of threads.
            permuted.copy_from_slice(values);
            for rows in clusters {
                generator.shuffle(&mut permuted[rows.clone()]);
            }
            statistic(permuted).unwrap_or(f64::NAN)
        },
    );
    count(observed, replicates, tail)
}

/// Refuses values that are not finite and clusters that are not runs of rows, one after another.
pub(super) fn check(values: &[f64], clusters: &[Range<usize>]) -> Result<()> {
    let mut end = 0;
    for rows in clusters {
        if rows.start < end || rows.end < rows.start || rows.end > values.len() {
            return Err(StatsError::OutOfDomain {
                what: "the rows of a cluster",
                expected: "after those of the one before and within the values",
            });
        }
        end = rows.end;
    }
    if values.iter().all(|v| v.is_finite()) {
        Ok(())
    } else {
        Err(StatsError::NotFinite { what: "the values".into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(threads: usize) -> Plan<'static> {
        Plan { seed: 1, purpose: "order", replicates: 4999, threads }
    }

    #[test]
    #[expect(clippy::single_range_in_vec_init, reason = "a cluster is a range")]
    fn refusals() {
        let values = [1.0, 2.0, 3.0];
        let run = |values: &[f64], clusters: &[Range<usize>]| {
            permutation(values, clusters, |_| Some(1.0), Tail::Greater, &plan(1))
        };
        for clusters in [[0..2, 1..3], [1..3, 0..1], [0..2, 2..4]] {
            assert!(matches!(run(&values, &clusters), Err(StatsError::OutOfDomain { .. })));
        }
        assert!(matches!(run(&[1.0; 3], &[0..3]), Err(StatsError::NoVariation { .. })));
        assert!(matches!(run(&values, &[0..1, 1..2]), Err(StatsError::NoVariation { .. })));
        assert!(matches!(run(&[1.0, f64::NAN], &[0..2]), Err(StatsError::NotFinite { .. })));
    }

    #[test]
    fn threads_change_nothing_and_a_value_never_leaves_its_cluster() {
        let values = [3.0, 1.0, 2.0, 20.0, 10.0];
        let sum = |values: &[f64]| Some(values[..3].iter().sum::<f64>());
        let found = permutation(&values, &[0..3, 3..5], sum, Tail::Greater, &plan(1)).unwrap();
        assert_eq!(found.hits, found.replicates);
        let falls = |values: &[f64]| Some(values[0] - values[2] + values[3] - values[4]);
        let run = |n| permutation(&values, &[0..3, 3..5], falls, Tail::Less, &plan(n));
        assert_eq!(run(1), run(3));
    }
}
