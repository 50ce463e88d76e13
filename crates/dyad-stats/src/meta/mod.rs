//! Random-effects meta-analysis of study or site estimates.

mod random_effects;

pub use random_effects::{RandomEffects, Study, random_effects};
