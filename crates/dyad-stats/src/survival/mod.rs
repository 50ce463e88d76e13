//! Time to dropout.

mod cox;

pub use cox::{Cox, CoxCoefficient, Intervals, cox};
