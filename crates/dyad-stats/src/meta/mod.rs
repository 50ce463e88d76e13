//! Random-effects meta-analysis of study or site estimates.

mod between_variance;
mod egger;
mod group_correlations;
mod published;
mod random_effects;

pub use between_variance::BetweenVariance;
pub use egger::{Asymmetry, egger, leave_one_out};
pub use group_correlations::group_correlations;
pub use published::{Comparison, Published};
pub use random_effects::{PredictionDf, RandomEffects, Study, random_effects, random_effects_by};
