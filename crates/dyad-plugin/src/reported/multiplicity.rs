//! One question answered in several ways.

use dyad_model::Estimate;
use dyad_stats::multiplicity::SpecificationCurve;

use super::Reported;
use crate::Given;
use crate::section::Section;

/// The median, without an interval: the answers share their data.
impl Reported for SpecificationCurve {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        estimate
            .value(self.median)
            .details([("lowest", self.lowest), ("highest", self.highest)])
            .details([("exclude_no_difference", self.excluding as f64)])
    }
}
