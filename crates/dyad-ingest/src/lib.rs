//! From a study file and its data files to a checked study.
//!
//! [`load`] reads, maps, checks and sorts; it gives a complete [`dyad_model::Study`] or says what is wrong. Messages name
//! the file, the row as a spreadsheet shows it, the column and the *kind* of value found there, never the value.

mod alpha;
mod arrange;
mod assemble;
mod code;
mod error;
mod files;
mod gate;
mod init;
mod intern;
mod items;
mod levels;
mod load;
mod map;
mod missing;
mod nearest;
mod notes;
mod number;
mod outgoing;
mod places;
mod problem;
mod pseudonymise;
mod quality;
mod read;
mod room;
mod scales;
mod score;
pub mod study_file;
mod tables;

pub use code::{Code, explain};
pub use error::IngestError;
pub use files::{Fingerprint, InputFile, fingerprint};
pub use gate::{CHECKS_VERSION, Override, Rule};
pub use init::init;
pub use load::{Checked, Loaded, Stage, load, load_with_items, validate};
pub use problem::{Location, Problem, Problems};
pub use pseudonymise::{Action, ColumnLog, FileLog, PseudonymiseLog, pseudonymise};
pub use room::peak;
pub use score::{ScoreLog, ScoredFile, score};
pub use study_file::{Profile, StudyFile, StudyFileError};
