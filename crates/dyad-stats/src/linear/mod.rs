//! Least squares.

mod line;

pub use line::{Line, MeanAt};
