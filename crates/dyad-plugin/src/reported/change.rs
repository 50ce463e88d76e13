//! Change of a group: the criterion of a single client's change, and the effect.

use dyad_model::Estimate;
use dyad_stats::change::PrePostEffect;

use super::Reported;
use crate::Given;
use crate::designs::change::Criterion;
use crate::section::Section;

/// Below this many clients the interval of a standardised mean change holds the truth less often than it should.
const FEW_CLIENTS: usize = 40;

/// With its parts where it is computed; a given one is said.
impl Reported for Criterion {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        match self {
            Self::Computed { found, sd } => estimate
                .value(found.criterion)
                .details([("sem", found.sem), ("se_difference", found.difference), ("sd_pre", sd)]),
            Self::Given(points) => estimate
                .method("as given in the study file or the instrument's key")
                .value(points)
                .warn(
                    "a published number of points, not computed from the clients here: it holds for its own sample's spread and \
                     reliability",
                ),
        }
    }
}

/// Few clients are said.
impl Reported for PrePostEffect {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let few = format!("only {} clients: the interval is a little too narrow", self.n);
        let given = estimate.value(self.g).se(self.se).ci(self.ci).detail("r", self.r);
        given.warn_if(self.n < FEW_CLIENTS, few)
    }
}
