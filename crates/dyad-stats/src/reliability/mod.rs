//! Alpha, omega and the standard error of measurement.
//!
//! All from [`ItemSums`], which accumulate row by row and merge.

mod alpha;
mod items;
mod measurement_error;
mod omega;
mod one_factor;

pub use alpha::{Alpha, alpha};
pub use items::ItemSums;
pub use measurement_error::{MeasurementError, measurement_error};
pub use omega::{Omega, omega};
