//! Means and coefficients of linear and generalised linear models.

use dyad_model::Estimate;
use dyad_stats::linear::{ClusterRobust, GlmCoefficient};
use dyad_stats::moments::TTest;

use super::Reported;
use crate::Given;
use crate::section::Section;

/// Fewer clusters than these, and a robust interval is unreliable.
const FEW_CLUSTERS: usize = 10;

impl Reported for TTest {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        estimate.tested_mean(self)
    }
}

/// A mean difference with its limits of agreement.
#[derive(Clone, Debug)]
pub struct Difference(pub TTest);

impl Reported for Difference {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let [low, high] = self.0.limits_of_agreement();
        let limits = [("agreement_low", low), ("agreement_high", high)];
        estimate.tested_mean(self.0).details(limits)
    }
}

/// Few therapists or degrees of freedom are said.
impl Reported for ClusterRobust {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        estimate.cluster_robust(self)
    }
}

/// The odds ratio exp(b) of a coefficient on the log scale, how many clusters its standard error rests on, and how many rows had the event.
#[derive(Clone, Copy, Debug)]
pub struct OddsRatio {
    /// The coefficient.
    pub b: GlmCoefficient,
    /// Clusters of the robust standard error; 0 where there is none.
    pub clusters: usize,
    /// Rows with the event.
    pub events: f64,
}

/// With t and clusters − 1 degrees of freedom where the standard error is robust, else z; few clusters are said.
impl Reported for OddsRatio {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let Self { b, clusters, events } = self;
        let robust = b.robust_se.is_some();
        estimate
            .tested_ratio(b, clusters)
            .details([("log_odds_ratio", b.estimate), ("se_model", b.se), ("events", events)])
            .warn_if(
                !robust,
                "the study names no therapists: clients of one therapist count as unrelated",
            )
            .warn_if(
                robust && clusters < FEW_CLUSTERS,
                "few therapists: the interval is unreliable",
            )
    }
}
