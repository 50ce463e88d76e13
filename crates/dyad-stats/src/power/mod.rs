//! What could have been detected: the smallest effect that a design would have found with a given power.
//!
//! Said beside a result that did not reach significance, so that "not found" is not read as "not there". It is a property of the design,
//! computed from its standard error or its numbers, never from the estimate.

mod effect;
mod icc;

pub use effect::detectable_effect;
pub use icc::detectable_icc;
