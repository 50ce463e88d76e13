//! The shape of a course: the terms of its models, where it turns, and what kind of course one client has.

mod fieller;
mod term;
mod turning_point;
mod typology;

pub use fieller::{RatioInterval, fieller, vertex};
pub use term::Term;
pub use turning_point::{Parabola, turning_point};
pub use typology::{Course, CourseKind, Typology, course};
