//! Peaks, ruptures and repairs in a client's series.

mod peak;

pub use peak::{Peaks, peaks};
