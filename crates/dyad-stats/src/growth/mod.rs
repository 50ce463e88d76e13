//! The shape of a course: where it turns, and what kind of course one client has.

mod fieller;
mod typology;

pub use fieller::{RatioInterval, fieller, vertex};
pub use typology::{Course, CourseKind, course};
