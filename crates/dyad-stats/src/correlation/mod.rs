//! Correlations, their tests and intervals.

mod agreement;
mod dependent;
mod fisher_z;
mod partial;
mod pearson;
mod repeated_measures;
mod spearman;
mod total;

pub use agreement::{IntraclassCorrelation, icc_agreement};
pub use dependent::{DependentCorrelations, williams};
pub use fisher_z::interval;
pub use partial::partial;
pub(crate) use pearson::coefficient;
pub use pearson::{Correlation, pearson};
pub use repeated_measures::repeated_measures;
pub use spearman::{mid_ranks, spearman};
pub use total::total;
