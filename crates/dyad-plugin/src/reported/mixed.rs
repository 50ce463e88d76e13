//! What mixed models say besides their coefficients.

use dyad_model::Estimate;
use dyad_stats::mixed::{Fit, NullRecovery, Reliabilities};

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

/// Below this, there is no variance to explain.
const NO_VARIANCE: f64 = 1e-8;
/// With fewer therapists than these an interval of their share that ends at 0 holds the truth more often than it says.
const FEW_FOR_INTERVAL: u64 = 20;

/// The therapists' share of the variance in y ~ … + (1 | therapist), with its profile interval and the restricted likelihood ratio
/// against no therapists. An interval that says little and a singular fit are said.
#[derive(Clone, Copy, Debug)]
pub struct ClusterShare<'f>(pub &'f Fit);

impl Reported for ClusterShare<'_> {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let Self(fit) = self;
        let therapists = estimate.n.therapists.unwrap_or(u64::MAX);
        let interval = fit.icc_interval(0.95).ok().map(|i| [i.low, i.high]);
        let safe = therapists < FEW_FOR_INTERVAL && interval.is_some_and(|[low, _]| low <= 0.0);
        let says = format!(
            "{therapists} therapists: the interval ends at 0, so it holds the truth more often than 95 %, and says little"
        );
        let (ratio, p) = fit.likelihood_ratio();
        estimate
            .value(fit.icc())
            .interval(interval)
            .statistic("restricted likelihood ratio", ratio, None)
            .p(p)
            .details([("variance_therapist", fit.variances.cluster), ("criterion", fit.criterion)])
            .detail("variance_residual", fit.variances.residual)
            .warn_if(safe, says)
            .warn_if(fit.singular, "the therapist variance is estimated as 0 (singular fit)")
    }
}

/// (τ² without − τ² with)/τ² without: the share of the therapist variance that further columns account for, from the fits of
/// y ~ … + (1 | therapist) without and with them to the same clients.
#[derive(Clone, Debug)]
pub struct VarianceExplained(pub [Fit; 2]);

impl Reported for VarianceExplained {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let [without, with] = self.0.map(|fit| fit.variances.cluster);
        if without <= NO_VARIANCE {
            return estimate.refused("no therapist variance to explain");
        }
        estimate
            .value((without - with) / without)
            .details([("variance_without", without), ("variance_with", with)])
            .warn("very imprecise with few therapists, and may be negative")
    }
}

/// How reliable predicted deviations are: their mean, with the lowest and the highest.
impl Reported for Reliabilities {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        estimate.value(self.mean).details([("lowest", self.lowest), ("highest", self.highest)])
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Study, made};

    #[test]
    fn the_share_of_few_therapists_says_what_its_interval_is_worth() {
        let run = made::six_clients("");
        let study = Study::of(&run).unwrap();
        let share = |apart: f64| {
            let fit = made::therapist_fit(apart);
            ClusterShare(&fit).onto(Estimate::new("icc", "").therapists(8), &study.section())
        };
        let (far, none) = (share(3.0), share(0.0));
        assert!(far.estimate > Some(0.7) && far.warnings.is_empty() && far.p < Some(0.001));
        assert_eq!((none.estimate, none.ci.map(|ci| ci[0])), (Some(0.0), Some(0.0)));
        assert_eq!(none.warnings.len(), 2, "the interval, and the singular fit");
    }

    #[test]
    fn what_is_not_there_cannot_be_explained() {
        let run = made::six_clients("");
        let study = Study::of(&run).unwrap();
        let explained = |apart: [f64; 2]| {
            VarianceExplained(apart.map(made::therapist_fit))
                .onto(Estimate::new("explained", ""), &study.section())
        };
        let half = explained([3.0, 1.0]);
        let left = half.number("variance_with").zip(half.number("variance_without"));
        assert_eq!(half.estimate, left.map(|(with, without)| (without - with) / without));
        assert!(half.estimate > Some(0.5) && half.warnings.len() == 1);
        assert!(explained([0.0, 0.0]).refused.is_some());
    }
}
