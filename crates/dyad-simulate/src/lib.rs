//! Studies with known truth, for power, teaching, dry runs and benchmarks.
//!
//! [`Parameters`] say what is true; [`Draw`] makes the clients of any range of therapists, each from a random stream of its own, so
//! that a study is the same bytes whatever the number of threads; [`write()`] streams it to files, [`study`] keeps a small one in
//! memory; [`truth`] gives the values that estimates should recover, under the estimates' ids.
//!
//! # The model
//! For client i of therapist j at session t, with the therapist's burnout B and the client's rating A:
//!
//! A = mean + course(t) + site + therapist + burnout_slope·(B − mean) + client + deviation − depth·(ruptured − share ruptured)
//!
//! Y = intake_mean + intake_slope·(intake − intake_mean) + per_session·(t − 1) + within·(A at t − 1, less the client's mean)
//! + between_client·(client's mean less the therapist's) + between_therapist·(therapist's mean less the mean)
//! + (symptom_slope + symptom_slope_by_session·(t − 1))·(B − mean) + site + therapist + client + noise
//!
//! Ratings enter Y as they are written down, rounded and kept within their range, and means are those of the ratings that are not
//! missing: the coefficients are then those of the analysis itself, without a bias by measurement.

mod chain;
mod csv;
mod draw;
mod memory;
mod parameters;
mod parquet;
mod study_file;
mod truth;
mod write;

pub use draw::{Block, Client, Draw, Session};
pub use memory::study;
pub use parameters::{
    Alliance, Burnout, Course, DEFAULTS, Missing, Network, Norm, Parameters, Rupture, Symptom,
    TherapistRating,
};
pub use truth::{True, truth};
pub use write::{Format, Written, write};

/// Why a study cannot be simulated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimulateError {
    /// A parameter that does not exist, is of the wrong kind or outside its bounds.
    #[error("{0}")]
    Parameter(String),
    /// A file that cannot be written.
    #[error("cannot write {file}: {reason}")]
    Write {
        /// Its name.
        file: String,
        /// What the system or the format said.
        reason: String,
    },
}
