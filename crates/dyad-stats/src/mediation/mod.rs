//! Indirect effects and their intervals.

mod product;

pub use product::{IndirectEffect, indirect_effect};
