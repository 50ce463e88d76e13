//! The statistics of alliance research: slices and sums in, result structs out.
//!
//! One folder per family, one file per statistic: type, function, documentation and unit tests. Every statistic says its
//! formula, shapes, missing values, errors and source, and has golden values computed by R (`tests/golden/`).
//!
//! Nothing here reads a file, knows a clock, prints, or draws a random number from anything but a named, seeded generator.
//! A statistic that cannot be given is a [`StatsError`], never NaN.

pub mod change;
pub mod correlation;
pub mod distributions;
mod error;
pub mod growth;
mod linalg;
pub mod linear;
pub mod mediation;
pub mod meta;
pub mod mixed;
pub mod moments;
pub mod multiplicity;
pub mod power;
pub mod proportions;
pub mod reliability;
pub mod replication;
pub mod resample;
pub mod sequence;
pub mod survival;

pub use error::StatsError;

/// The result of every statistic.
pub type Result<T> = std::result::Result<T, StatsError>;

/// Scores closer than this are equal: scores with one decimal are not exact in binary (4.6 − 3.6 is not 1).
pub const SCORE_TOLERANCE: f64 = 1e-9;
