//! Intervals of a proportion.

mod wilson;

pub use wilson::wilson;
