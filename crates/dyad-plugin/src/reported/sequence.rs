//! What is found in series.

use dyad_model::Estimate;
use dyad_stats::linear::GlmCoefficient;
use dyad_stats::sequence::AgainstNoise;

use super::Reported;
use crate::Given;
use crate::section::Section;

/// The ruptures in noise, with the standard error of the simulation; beside them what was found.
impl Reported for AgainstNoise {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let Self { observed, expected, rho } = self;
        estimate
            .value(expected.ruptures)
            .se(expected.errors[0])
            .details([("observed", observed as f64), ("autocorrelation", rho)])
            .details([("clients_expected", expected.clients)])
            .detail_if("observed_over_expected", self.ratio())
    }
}

/// A rate exp(b) with its interval, the standard error of b, and the dispersion.
impl Reported for (GlmCoefficient, f64) {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let (b, dispersion) = self;
        estimate.ratio(b.into()).detail("dispersion", dispersion)
    }
}
