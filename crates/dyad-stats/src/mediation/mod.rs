//! Indirect effects and their intervals.

mod monte_carlo;
mod product;

pub use monte_carlo::{monte_carlo_interval, normal_intervals};
pub use product::{IndirectEffect, indirect_effect};
