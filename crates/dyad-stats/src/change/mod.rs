//! Reliable and clinically significant change.

mod classes;
mod criterion;
mod cutoff;

pub use classes::{Change, Classifier};
pub use criterion::{ReliableChange, reliable_change};
pub use cutoff::{Population, cutoff_a, cutoff_b, cutoff_c};
