//! What mixed models say besides their coefficients.

use dyad_model::Estimate;
use dyad_stats::mixed::{Fit, NullRecovery};

use super::Reported;
use crate::Given;
use crate::section::Section;

/// The share of simulated studies that find an effect that is not there, with the interval of the simulation.
impl Reported for NullRecovery {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        estimate
            .value(self.share)
            .ci(self.share_ci)
            .details([("studies", self.studies as f64), ("failed", self.failed as f64)])
            .details([("mean_estimate", self.mean), ("sd_estimate", self.sd)])
            .warn_if(
                self.share_ci[0] > 0.05,
                "this design finds an effect that is not there more often than in one study of twenty: read the lagged effect with \
                 that in mind",
            )
    }
}

/// The outer level's share of the variance, therapists' of (1 | therapist/client); a singular fit is said.
#[derive(Clone, Debug)]
pub struct OuterShare(pub Fit);

impl Reported for OuterShare {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let Self(fit) = self;
        estimate
            .value(fit.icc())
            .detail("variance_therapist", fit.variances.outer.unwrap_or(0.0))
            .detail("variance_client", fit.variances.cluster)
            .detail("variance_residual", fit.variances.residual)
            .warn_if(fit.singular, "a variance is estimated as 0 (singular fit)")
    }
}

/// With the autocorrelation of the residuals that were simulated.
impl Reported for (f64, NullRecovery) {
    fn onto(self, estimate: Estimate, section: &Section<'_>) -> Estimate {
        self.1.onto(estimate, section).detail("autocorrelation", self.0)
    }
}
