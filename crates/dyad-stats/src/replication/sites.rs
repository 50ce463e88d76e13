//! A published effect against several sites.

use super::Effect;
use crate::Result;
use crate::meta::{Study, random_effects};
use crate::proportions::wilson;

/// How sites stand to an original.
#[derive(Clone, Debug, PartialEq)]
pub struct AcrossSites {
    /// Sites whose 95 % interval holds the original.
    pub covering: usize,
    /// Sites.
    pub sites: usize,
    /// Their share.
    pub share: f64,
    /// Its 95 % Wilson interval.
    pub share_ci: [f64; 2],
    /// Standard deviation of the true effects between sites, on the z scale (REML).
    pub tau: f64,
    /// tau over the original's standard error: above 1, sites differ by more than the original's sampling error.
    pub tau_to_original_se: f64,
}

/// Returns the share of sites whose interval holds the original, and how much sites differ.
///
/// τ by restricted maximum likelihood. If all sites estimate the original's effect, somewhat fewer than 95 % of their intervals hold
/// the original, which has an error of its own.
///
/// # Shape and units
/// At least two sites; intervals compared as correlations, an end counts as inside; τ on the Fisher z scale.
///
/// # Missing values
/// None: leave out a site without an estimate before, by name.
///
/// # Errors
/// As [`random_effects`].
///
/// # Source
/// `[@wilson1927]`, `[@viechtbauer2010]`. Checked against R `metafor::rma`, `prop.test`: `golden/stats/replication.R`.
pub fn across_sites(original: Effect, sites: &[Effect]) -> Result<AcrossSites> {
    let studies: Vec<Study> =
        sites.iter().map(|s| Study { estimate: s.z, variance: s.se * s.se }).collect();
    let tau = random_effects(&studies)?.tau2.sqrt();
    let covering =
        sites.iter().filter(|s| s.ci()[0] <= original.r && original.r <= s.ci()[1]).count();
    Ok(AcrossSites {
        covering,
        sites: sites.len(),
        share: covering as f64 / sites.len() as f64,
        share_ci: wilson(covering as u64, sites.len() as u64)?,
        tau,
        tau_to_original_se: tau / original.se,
    })
}
