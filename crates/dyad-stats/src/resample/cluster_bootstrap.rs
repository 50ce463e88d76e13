//! The bootstrap that draws whole clusters.

use super::{Plan, bca, percentile};
use crate::moments::Moments;
use crate::{Result, StatsError};

/// Fewest clusters that are resampled. With fewer the replicates repeat each other (ten clusters give 92 378 different ones, five
/// 126) and the intervals are far too narrow.
pub const FEWEST_CLUSTERS: usize = 10;

/// Clusters from which on 95 % intervals hold the truth in 95 % of cases, or nearly.
const ENOUGH_CLUSTERS: usize = 100;

/// Largest share of replicates in which the statistic may be undefined.
const UNDEFINED: f64 = 0.05;

/// A bootstrapped statistic.
#[derive(Clone, Debug, PartialEq)]
pub struct Bootstrap {
    /// The statistic of the data as they are.
    pub estimate: f64,
    /// Mean of the replicates minus the estimate.
    pub bias: f64,
    /// Standard deviation of the replicates.
    pub se: f64,
    /// 95 % percentile interval.
    pub percentile: [f64; 2],
    /// 95 % bias-corrected and accelerated interval, or why there is none.
    pub bca: Result<[f64; 2]>,
    /// Clusters drawn from, and drawn in each replicate.
    pub clusters: usize,
    /// Fewer than 100 clusters: the intervals are too narrow and hold the truth in 88 to 94 % of cases instead of 95 %
    /// (`dyad-bench/coverage.md`, for correlations). Warn.
    pub few_clusters: bool,
    /// Replicates in which the statistic is defined; the rest of this struct is about these.
    pub replicates: usize,
    /// Replicates in which it is not.
    pub undefined: usize,
}

/// Returns the bootstrap of a statistic in which clusters, each with all its rows, are drawn with replacement.
///
/// A replicate draws as many clusters as there are. `statistic` is told how often each was drawn; a statistic of sums over clusters
/// takes them that many times, so that a replicate costs as many steps as there are clusters, however many rows they have, and
/// allocates nothing. It returns `None` where it is undefined. The jackknife of the acceleration leaves out each cluster in turn: as
/// many calls as there are clusters; for a correlation of very many, [`correlation_bootstrap`](super::correlation_bootstrap) is faster.
///
/// # Shape and units
/// `clusters` ≥ 10. The slice given to `statistic` has that length; the numbers in it add to `clusters` in a replicate, are all 1 for
/// the estimate, and are 1 but for one 0 in the jackknife.
///
/// # Missing values
/// Of the statistic's own making; leave out incomplete rows first and say how many they were.
///
/// # Errors
/// - [`StatsError::TooFew`] below [`FEWEST_CLUSTERS`], or below [`FEWEST_REPLICATES`](super::FEWEST_REPLICATES).
/// - [`StatsError::Refused`] if the statistic is undefined for the data, or for more than 5 % of the replicates.
/// - [`StatsError::NotFinite`] if the replicates are so large that their squares overflow.
///
/// A refusal of the accelerated interval alone stands in [`Bootstrap::bca`].
///
/// # Source
/// `[@davison1997]`, `[@efron1987]`. Its intervals are checked against R `boot::boot.ci`, its standard error against the exact one of
/// a mean: `golden/stats/resample.R`.
///
/// # Examples
/// ```
/// use dyad_stats::resample::{Plan, cluster_bootstrap};
///
/// // The mean of the means of twelve therapists.
/// let means = [4.1, 5.0, 4.4, 5.2, 4.8, 3.9, 4.6, 5.5, 4.9, 4.3, 5.1, 4.7];
/// let mean = |times: &[u32]| {
///     let (sum, n) = times.iter().zip(means).fold((0.0, 0.0), |(sum, n), (&k, m)| {
///         (sum + f64::from(k) * m, n + f64::from(k))
///     });
///     (n > 0.0).then_some(sum / n)
/// };
/// let plan = Plan { seed: 1, purpose: "mean of therapists", replicates: 1999, threads: 2 };
/// let found = cluster_bootstrap(means.len(), mean, &plan)?;
/// assert!(found.percentile[0] < found.estimate && found.estimate < found.percentile[1]);
/// # Ok::<(), dyad_stats::StatsError>(())
/// ```
pub fn cluster_bootstrap(
    clusters: usize,
    statistic: impl Fn(&[u32]) -> Option<f64> + Sync,
    plan: &Plan<'_>,
) -> Result<Bootstrap> {
    check(clusters, plan)?;
    let mut times = vec![1; clusters];
    let estimate = defined(statistic(&times), "for the data")?;
    let replicates = replicates(clusters, &statistic, plan);
    let left_out = (0..clusters)
        .map(|cluster| {
            times[cluster] = 0;
            let value = defined(statistic(&times), "without one of the clusters");
            times[cluster] = 1;
            value
        })
        .collect();
    package(clusters, estimate, replicates, left_out)
}

/// Refuses what is too little to resample.
pub(super) fn check(clusters: usize, plan: &Plan<'_>) -> Result<()> {
    if clusters < FEWEST_CLUSTERS {
        let (unit, needed) = ("clusters", FEWEST_CLUSTERS);
        return Err(StatsError::TooFew { unit, needed, found: clusters });
    }
    let (needed, found) = (super::FEWEST_REPLICATES, plan.replicates);
    if found < needed {
        return Err(StatsError::TooFew { unit: "replicates", needed, found });
    }
    Ok(())
}

/// The value, or that the statistic has none.
pub(super) fn defined(value: Option<f64>, when: &str) -> Result<f64> {
    value
        .filter(|value| value.is_finite())
        .ok_or_else(|| StatsError::Refused(format!("the statistic is undefined {when}").into()))
}

/// The statistic of every replicate, NaN where it is undefined.
pub(super) fn replicates(
    clusters: usize,
    statistic: &(impl Fn(&[u32]) -> Option<f64> + Sync),
    plan: &Plan<'_>,
) -> Vec<f64> {
    plan.run(
        || vec![0_u32; clusters],
        |generator, times| {
            generator.tally(times);
            statistic(times).unwrap_or(f64::NAN)
        },
    )
}

/// What the replicates say.
pub(super) fn package(
    clusters: usize,
    estimate: f64,
    mut replicates: Vec<f64>,
    left_out: Result<Vec<f64>>,
) -> Result<Bootstrap> {
    let drawn = replicates.len();
    replicates.retain(|t| t.is_finite());
    let undefined = drawn - replicates.len();
    if undefined as f64 > UNDEFINED * drawn as f64 {
        let what = format!("the statistic is undefined in {undefined} of {drawn} replicates");
        return Err(StatsError::Refused(what.into()));
    }
    let moments = Moments::of(&replicates);
    let (mean, se) = (moments.mean()?, moments.sd()?);
    if !se.is_finite() {
        return Err(StatsError::NotFinite {
            what: "the standard deviation of the replicates".into(),
        });
    }
    Ok(Bootstrap {
        estimate,
        bias: mean - estimate,
        se,
        percentile: percentile(&replicates)?,
        bca: left_out.and_then(|left_out| bca(estimate, &replicates, &left_out)),
        clusters,
        few_clusters: clusters < ENOUGH_CLUSTERS,
        replicates: replicates.len(),
        undefined,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(threads: usize) -> Plan<'static> {
        Plan { seed: 5, purpose: "test", replicates: 4999, threads }
    }

    fn weighted_mean(values: &[f64], times: &[u32]) -> Option<f64> {
        let n: u32 = times.iter().sum();
        let sum: f64 = values.iter().zip(times).map(|(v, &k)| v * f64::from(k)).sum();
        (n > 0).then(|| sum / f64::from(n))
    }

    #[test]
    fn the_standard_error_of_a_mean_is_the_one_of_theory() {
        let values: Vec<f64> = (0..40).map(|k| f64::from(k * k % 37)).collect();
        let found = cluster_bootstrap(40, |times| weighted_mean(&values, times), &plan(1)).unwrap();
        let m = Moments::of(&values);
        // Var of the bootstrap mean: Σ(x − x̄)²/n²; its standard error over B replicates: about se/√(2B).
        let exact = (m.variance().unwrap() * 39.0 / 40.0 / 40.0).sqrt();
        assert!((found.se / exact - 1.0).abs() < 5.0 / (2.0 * 4999.0_f64).sqrt());
        assert!(found.bias.abs() < 5.0 * exact / 4999.0_f64.sqrt());
        assert_eq!((found.clusters, found.replicates, found.undefined), (40, 4999, 0));
        assert!(found.few_clusters);
    }

    #[test]
    fn threads_change_nothing() {
        let values: Vec<f64> = (0..15).map(|k| f64::from(k * k % 7)).collect();
        let run = |n| cluster_bootstrap(15, |times| weighted_mean(&values, times), &plan(n));
        assert_eq!(run(1), run(2));
        assert_eq!(run(1), run(7));
    }

    #[test]
    fn refusals() {
        let one = |_: &[u32]| Some(1.0);
        assert!(matches!(
            cluster_bootstrap(9, one, &plan(1)),
            Err(StatsError::TooFew { unit: "clusters", .. })
        ));
        let few = Plan { replicates: 100, ..plan(1) };
        assert!(matches!(
            cluster_bootstrap(12, one, &few),
            Err(StatsError::TooFew { unit: "replicates", .. })
        ));
        assert!(cluster_bootstrap(12, |_| None, &plan(1)).is_err());
        // Undefined whenever the first cluster is not drawn: in about a third of the replicates.
        let fussy = |times: &[u32]| (times[0] > 0).then_some(1.0);
        assert!(matches!(cluster_bootstrap(12, fussy, &plan(1)), Err(StatsError::Refused(_))));
    }

    #[test]
    fn a_constant_has_an_interval_of_no_width_and_no_acceleration() {
        let found = cluster_bootstrap(12, |_| Some(2.5), &plan(1)).unwrap();
        assert_eq!((found.se, found.percentile), (0.0, [2.5, 2.5]));
        assert!(matches!(found.bca, Err(StatsError::NoVariation { .. })));
    }
}
