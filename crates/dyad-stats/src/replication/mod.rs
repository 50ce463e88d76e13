//! Whether a published effect holds here.
//!
//! Correlations on the Fisher z scale: [`Effect`] is one, and every metric compares the original with the replication. The metrics ask
//! different questions and may disagree; report several.

mod consistency;
mod effect;
mod equivalence;
mod pooled;
mod prediction;
mod sceptical;
mod significance;
mod sites;
mod small_telescopes;

pub use consistency::{Consistency, consistency};
pub use effect::Effect;
pub use equivalence::{Equivalence, equivalence};
pub use pooled::{Pooled, pooled};
pub use prediction::{Coverage, Prediction, coverage, prediction};
pub use sceptical::{Sceptical, sceptical};
pub use significance::{SameDirection, same_direction};
pub use sites::{AcrossSites, across_sites};
pub use small_telescopes::{SmallTelescopes, detectable, small_telescopes};
