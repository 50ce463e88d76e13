//! Intervals from the replicates of a bootstrap.

use crate::distributions::normal;
use crate::{Result, StatsError};

/// Fewest replicates an interval is given from: below, its ends are hardly more than the outermost replicates.
pub const FEWEST_REPLICATES: usize = 199;

/// Returns the 95 % percentile interval of replicates.
///
/// The quantiles of order .025 and .975. The quantile of order α of R replicates is the ((R + 1)·α)th smallest; between two it is
/// interpolated on the normal scale: t₍ₖ₎ + (z(α) − z(k/(R+1)))/(z((k+1)/(R+1)) − z(k/(R+1)))·(t₍ₖ₊₁₎ − t₍ₖ₎).
///
/// # Shape and units
/// `replicates`: at least 199, in any order, in the unit of the statistic.
///
/// # Missing values
/// None accepted: leave out undefined replicates first and say how many they were.
///
/// # Errors
/// - [`StatsError::TooFew`] below [`FEWEST_REPLICATES`].
/// - [`StatsError::NotFinite`] if a replicate is NaN or infinite.
///
/// # Source
/// `[@davison1997]`, equations 5.6 and 5.8. Checked against R `boot::boot.ci(type = "perc")`: `golden/stats/resample.R`.
pub fn percentile(replicates: &[f64]) -> Result<[f64; 2]> {
    let sorted = sorted(replicates)?;
    // With 199 replicates the ranks are 5 and 195: both lie inside.
    let at = |alpha| quantile(&sorted, alpha).ok_or_else(beyond);
    Ok([at(0.025)?, at(0.975)?])
}

/// Returns the 95 % bias-corrected and accelerated interval of replicates.
///
/// The quantiles of order Φ(w + (w + z)/(1 − a(w + z))), z = z(.025) and z(.975): w = Φ⁻¹(share of replicates below the estimate), the
/// acceleration a = Σ(t̄ − tᵢ)³/(6·(Σ(t̄ − tᵢ)²)^1.5), tᵢ the estimate without cluster i. Quantiles as for [`percentile`].
///
/// # Shape and units
/// `replicates` as for [`percentile`]; `left_out`: the estimate without each cluster in turn.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// - As [`percentile`], and [`StatsError::NotFinite`] for the estimate and those without a cluster.
/// - [`StatsError::NoVariation`] if the estimate is the same whichever cluster is left out.
/// - [`StatsError::Refused`] if all replicates lie on one side of the estimate, or an end lies beyond the outermost replicate.
///
/// # Source
/// `[@efron1987]`, `[@davison1997]`. Checked against R `boot::boot.ci(type = "bca", L = )` with the same jackknife.
pub fn bca(estimate: f64, replicates: &[f64], left_out: &[f64]) -> Result<[f64; 2]> {
    let sorted = sorted(replicates)?;
    if !estimate.is_finite() || !left_out.iter().all(|t| t.is_finite()) {
        return Err(StatsError::NotFinite {
            what: "the estimate, or one without a cluster,".into(),
        });
    }
    let acceleration = acceleration(left_out)?;
    let below = sorted.partition_point(|t| *t < estimate) as f64 / sorted.len() as f64;
    let w = normal::quantile(below);
    if w.is_infinite() {
        let what = "all replicates lie on one side of the estimate: its bias cannot be corrected";
        return Err(StatsError::Refused(what.into()));
    }
    let at = |z: f64| {
        let moved = w + z;
        let order = normal::lower_tail(w + moved / (1.0 - acceleration * moved));
        quantile(&sorted, order).ok_or_else(beyond)
    };
    let z = normal::quantile(0.975);
    Ok([at(-z)?, at(z)?])
}

/// Σ(t̄ − tᵢ)³/(6·(Σ(t̄ − tᵢ)²)^1.5).
fn acceleration(left_out: &[f64]) -> Result<f64> {
    let mean = left_out.iter().sum::<f64>() / left_out.len() as f64;
    let largest = left_out.iter().map(|t| (mean - t).abs()).fold(0.0, f64::max);
    if largest <= 1e-13 * mean.abs() || largest <= 0.0 {
        return Err(StatsError::NoVariation {
            what: "the estimates that leave out one cluster each".into(),
        });
    }
    // In units of the largest deviation: cubes of tiny numbers vanish, those of huge ones overflow.
    let (mut squares, mut cubes) = (0.0, 0.0);
    for t in left_out {
        let d = (mean - t) / largest;
        squares += d * d;
        cubes += d * d * d;
    }
    Ok(cubes / (6.0 * squares.powf(1.5)))
}

fn beyond() -> StatsError {
    StatsError::Refused(
        "an end of the interval lies beyond the outermost replicate: draw more replicates".into(),
    )
}

fn sorted(replicates: &[f64]) -> Result<Vec<f64>> {
    let found = replicates.len();
    if found < FEWEST_REPLICATES {
        return Err(StatsError::TooFew { unit: "replicates", needed: FEWEST_REPLICATES, found });
    }
    if !replicates.iter().all(|t| t.is_finite()) {
        return Err(StatsError::NotFinite { what: "a replicate".into() });
    }
    let mut sorted = replicates.to_vec();
    sorted.sort_by(f64::total_cmp);
    Ok(sorted)
}

/// The quantile of an order; `None` beyond the outermost replicates.
fn quantile(sorted: &[f64], order: f64) -> Option<f64> {
    let ranks = sorted.len() as f64 + 1.0;
    let rank = ranks * order;
    // (R + 1)·.975 is a whole number for the usual R, but not in binary.
    let whole = rank.round();
    let k = if (rank - whole).abs() < 1e-9 { whole } else { rank.floor() };
    if !(k >= 1.0 && k < ranks) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 1 to the number of replicates"
    )]
    let at = k as usize;
    let low = sorted[at - 1];
    if rank - k <= 1e-9 {
        return Some(low);
    }
    let high = *sorted.get(at)?;
    let [zk, zk1] = [k, k + 1.0].map(|k| normal::quantile(k / ranks));
    Some(low + (normal::quantile(order) - zk) / (zk1 - zk) * (high - low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_that_are_whole_ranks_are_replicates() {
        let replicates: Vec<f64> = (1..=999).rev().map(f64::from).collect();
        let [low, high] = percentile(&replicates).unwrap();
        assert!((low - 25.0).abs() < 1e-12 && (high - 975.0).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_corrected_is_refused() {
        let replicates: Vec<f64> = (1..=999).map(f64::from).collect();
        let jackknife = [1.0, 2.0, 4.0];
        assert!(matches!(bca(0.0, &replicates, &jackknife), Err(StatsError::Refused(_))));
        assert!(matches!(bca(998.5, &replicates, &jackknife), Err(StatsError::Refused(_))));
        assert!(matches!(bca(500.0, &replicates, &[3.0; 5]), Err(StatsError::NoVariation { .. })));
        assert!(matches!(percentile(&replicates[..198]), Err(StatsError::TooFew { .. })));
        assert!(matches!(percentile(&[f64::NAN; 300]), Err(StatsError::NotFinite { .. })));
    }
}
