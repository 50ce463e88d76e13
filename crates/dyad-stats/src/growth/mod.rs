//! The shape of a course: where it turns, and what kind of course one client has.

mod fieller;
mod turning_point;
mod typology;

pub use fieller::{RatioInterval, fieller, vertex};
pub use turning_point::turning_point;
pub use typology::{Course, CourseKind, course};
