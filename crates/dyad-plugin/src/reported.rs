//! Results of `dyad-stats` as estimates: which of their numbers is the value, which stand beside it, and what must be said with them.
//! One file per subject of the statistics.

mod change;
mod correlation;
mod growth;
mod linear;
mod mean;
mod mediation;
mod meta;
mod mixed;
mod multiplicity;
mod peaks;
mod reliability;
mod sequence;
mod survival;

use dyad_model::Estimate;

pub use correlation::Signed;
pub use growth::{ByFieller, HighestPoint};
pub use linear::{Difference, OddsRatio};
pub use mean::{ChangeByTherapist, Mean, MeanByTherapist, Share};
pub(crate) use mean::{interval_by_site, with_site};
pub use mediation::{Aroian, Sobel, product_of_paths};
pub use meta::{Equivalence, Pooled, Prediction, Q, Tau2};
pub use mixed::{ClusterShare, OuterShare, VarianceExplained};
pub use peaks::{AgainstAnyOrder, Drifting, PeakShare};
pub use survival::{HazardRatio, MedianTime, RatioByCluster, Steady};

use crate::section::Section;

/// A result that can stand in a report.
pub trait Reported {
    /// Writes the result onto the estimate, which has its words and counts. `section` is where it stands.
    #[must_use]
    fn onto(self, estimate: Estimate, section: &Section<'_>) -> Estimate;
}

/// A number alone.
impl Reported for f64 {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        estimate.value(self)
    }
}

/// A count.
impl Reported for u64 {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        estimate.value(self as f64)
    }
}
