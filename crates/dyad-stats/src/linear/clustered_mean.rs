//! A mean of persons who come in groups.

use std::ops::Range;

use super::{ClusterRobust, Correction, ols};
use crate::Result;

/// Returns the mean with its cluster-robust standard error: CR2, degrees of freedom by Bell and McCaffrey.
///
/// The intercept of y ~ 1. Of 0 and 1 it is a share, whose interval may leave 0 to 1: read it beside
/// [`wilson`](crate::proportions::wilson), which takes the persons as independent.
///
/// # Shape and units
/// `y`: one per person; `clusters`: positions of each cluster's persons, in order and without gaps.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// Those of [`ols`] and of [`Ols::cluster_robust`](super::Ols::cluster_robust): too few persons or clusters, or no variation.
///
/// # Source
/// `[@bell2002]`, `[@pustejovsky2018]`. Checked against R `clubSandwich::conf_int(lm(y ~ 1))`: `tests/golden/_change.R`.
pub fn clustered_mean(y: &[f64], clusters: &[Range<usize>]) -> Result<ClusterRobust> {
    ols(&[], y)?.cluster_robust("(intercept)", clusters, Correction::Cr2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proportions::wilson;

    #[test]
    fn clusters_that_agree_within_widen_it() {
        let counts: Vec<f64> = (0..40).map(|person| f64::from(u8::from(person < 20))).collect();
        let clusters: Vec<Range<usize>> = (0..8).map(|c| c * 5..(c + 1) * 5).collect();
        let [low, high] = clustered_mean(&counts, &clusters).unwrap().ci;
        let independent = wilson(20, 40).unwrap();
        assert!(low < independent[0] && high > independent[1]);
        assert!((f64::midpoint(low, high) - 0.5).abs() < 1e-12);
        assert!(clustered_mean(&[1.0; 10], &[0..5, 5..10]).is_err());
    }
}
