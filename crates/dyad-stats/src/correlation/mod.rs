//! Correlations, their tests and intervals.

mod agreement;
mod between;
mod decomposition;
mod dependent;
mod fisher_z;
mod kendall;
mod one_way;
mod partial;
mod pearson;
mod repeated_measures;
mod spearman;
mod total;

pub use agreement::{IntraclassCorrelation, icc_agreement, icc_consistency};
pub use between::between;
pub use decomposition::{Decomposition, decomposition};
pub use dependent::{DependentCorrelations, williams};
pub use fisher_z::interval;
pub use kendall::{Kendall, kendall};
pub use one_way::{OneWay, OneWaySums, spearman_brown};
pub use partial::partial;
pub use pearson::{Correlation, pearson};
pub(crate) use pearson::{check_pairs, coefficient};
pub use repeated_measures::repeated_measures;
pub use spearman::{bonett_wright, mid_ranks, spearman};
pub use total::total;
