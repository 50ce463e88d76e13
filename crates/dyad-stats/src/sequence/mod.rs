//! Peaks, ruptures and repairs in a client's series.

mod agreement;
mod peak;
mod ruptures;

pub use agreement::Agreement;
pub use peak::{Peaks, peaks};
pub use ruptures::{MovingRange, Repair, Rule, Rupture, ruptures};
