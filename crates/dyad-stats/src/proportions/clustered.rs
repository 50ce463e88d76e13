//! The interval of a share among persons who come in groups.

use std::ops::Range;

use crate::Result;
use crate::linear::clustered_mean;

/// Returns the 95 % interval of a share by the cluster-robust standard error of a mean.
///
/// x/n ± t(.975, df)·SE, SE by CR2 over the clusters and df by Bell and McCaffrey. It may leave 0 to 1: read it beside
/// [`wilson`](super::wilson), which takes the persons as independent.
///
/// # Shape and units
/// `counts`: one per person, whether the person counts; `clusters`: positions of each cluster's persons, in order and without gaps.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// Those of [`ols`](crate::linear::ols) and of [`Ols::cluster_robust`](crate::linear::Ols::cluster_robust): too few persons or clusters, or everybody
/// counts, or nobody.
///
/// # Source
/// `[@bell2002]`, `[@pustejovsky2018]`. Checked against R `clubSandwich::conf_int`: `golden/stats/proportions.R`.
pub fn clustered_share(counts: &[bool], clusters: &[Range<usize>]) -> Result<[f64; 2]> {
    let hits: Vec<f64> = counts.iter().map(|counts| if *counts { 1.0 } else { 0.0 }).collect();
    Ok(clustered_mean(&hits, clusters)?.ci)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proportions::wilson;

    #[test]
    fn clusters_that_agree_within_widen_it() {
        let counts: Vec<bool> = (0..40).map(|person| person < 20).collect();
        let clusters: Vec<Range<usize>> = (0..8).map(|c| c * 5..(c + 1) * 5).collect();
        let [low, high] = clustered_share(&counts, &clusters).unwrap();
        let independent = wilson(20, 40).unwrap();
        assert!(low < independent[0] && high > independent[1]);
        assert!((f64::midpoint(low, high) - 0.5).abs() < 1e-12);
        assert!(clustered_share(&[true; 10], &[0..5, 5..10]).is_err());
    }
}
