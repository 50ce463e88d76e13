//! Correlations, their tests and intervals.

mod fisher_z;
mod partial;
mod pearson;
mod repeated_measures;
mod spearman;

pub use fisher_z::interval;
pub use partial::partial;
pub use pearson::{Correlation, pearson};
pub use repeated_measures::repeated_measures;
pub use spearman::{mid_ranks, spearman};
