//! The plugin boundary: the C ABI ([`abi`]) and the kit to write an analysis in Rust.
//!
//! An analysis is a pure function: (tables, settings, seed) → [`Findings`](dyad_model::Findings). It implements
//! [`Analysis`] and ends with [`export_plugin!`]:
//!
//! ```
//! use dyad_plugin::prelude::*;
//!
//! dyad_plugin::settings! {
//!     /// Clients needed before a mean is given.
//!     min_clients: u64 = 10;
//! }
//!
//! struct Attendance;
//!
//! impl Analysis for Attendance {
//!     type Settings = Settings;
//!
//!     fn manifest() -> Manifest {
//!         Manifest::new("attendance", "0.1.0", "How many sessions clients attend")
//!             .reads("sessions", ["client", "session"])
//!             .cites("student1908")
//!     }
//!
//!     fn analyse(run: &Run<Settings>) -> Result<Findings, Failure> {
//!         let sessions = run.table("sessions")?;
//!         let clients = sessions.runs_of("client")?.count() as u64;
//!         let mean = Estimate::new("sessions/mean", "Sessions attended per client").clients(clients);
//!         let needed = run.settings().min_clients;
//!         Ok(Findings::new().estimate(if clients < needed {
//!             mean.refused(format!("fewer than {needed} clients"))
//!         } else {
//!             mean.value(sessions.len() as f64 / clients as f64)
//!         }))
//!     }
//! }
//!
//! export_plugin!(Attendance);
//! # fn main() {}
//! ```
//!
//! What asks about clients and their measures works in a [`Study`]: a [`Section`] of it knows which measures it is about, over whom, and
//! where findings go, and a statistic knows how it is reported. Labels, methods and paragraphs are data: [`words`].
//!
//! ```
//! use dyad_plugin::prelude::*;
//! use dyad_stats::correlation::{partial, pearson};
//!
//! dyad_plugin::settings! {
//!     /// First and last session number of the early window.
//!     early_window: [i64; 2] = [3, 5];
//! }
//!
//! struct EarlyAlliance;
//!
//! impl Analysis for EarlyAlliance {
//!     type Settings = Settings;
//!     const WORDS: &'static str = r#"
//!         [estimate."early/A/Y/pearson"]
//!         label = "Early {A} and final {Y}"
//!         method = "mean of sessions {early_window.0} to {early_window.1}; Fisher z interval"
//!         symbol.bounded = "r"
//!
//!         [estimate."early/A/Y/partial"]
//!         label = "Early {A} and final {Y}, given {baseline}"
//!         symbol.bounded = "r"
//!
//!         [text]
//!         question = "Do clients with a stronger early alliance end better?"
//!         methods = "Correlations over clients."
//!
//!         [text.lacks]
//!         early = "no {A} in sessions {early_window.0} to {early_window.1}"
//!         last = "no {Y}"
//!     "#;
//!
//!     fn manifest() -> Manifest {
//!         Manifest::new("early-alliance", "0.1.0", "Early alliance and outcome")
//!             .reads("sessions", ["client", "session", "@alliance", "@outcome"])
//!             .reads("clients", ["client", "therapist", "site", "@baseline"])
//!     }
//!
//!     fn analyse(run: &Run<Settings>) -> Result<Findings, Failure> {
//!         let study = Study::of(run)?;
//!         for (alliance, outcome) in run.pairs() {
//!             let pair = study.pair(alliance, outcome, run.settings().early_window)?;
//!             let (s, [x, y]) = pair.section.complete([&pair.early, &pair.last]);
//!             s.add("early/A/Y/pearson", pearson(&x, &y));
//!             let (s, [x, y, z]) = pair.section.complete([&pair.early, &pair.last, &pair.baseline]);
//!             s.add("early/A/Y/partial", partial(&x, &y, &z));
//!         }
//!         let results = study.section().each_result();
//!         Ok(study.close(String::new(), results, ""))
//!     }
//! }
//!
//! export_plugin!(EarlyAlliance);
//! # fn main() {}
//! ```

pub mod abi;
mod analysis;
mod basis;
pub mod binned;
mod columns;
pub mod derived;
pub mod designs;
pub mod drawn;
#[doc(hidden)]
pub mod entry;
mod failure;
mod given;
#[cfg(test)]
mod made;
pub mod reported;
mod request;
mod run;
mod section;
pub mod sentence;
mod settings;
mod study;
pub mod summary;
pub mod testing;
pub mod words;

pub use analysis::{Analysis, Checked};
pub use basis::Basis;
pub use columns::{Floats, Integers, Table};
pub use designs::pair::Pair;
pub use designs::rate::Rate;
pub use dyad_model::{apa, figure};
pub use failure::Failure;
pub use given::Given;
pub use request::Request;
pub use run::Run;
pub use section::{Added, Section};
pub use study::Study;

/// What an analysis imports.
pub mod prelude {
    pub use dyad_model::{
        Cell, ColumnKind, Counts, Direction, Dropped, Estimate, Explained, Figure, Findings, Level,
        Manifest, Measure, Note, NoteKind, Rater, Replication, Role, Row, Spread,
        Table as ReportTable, Text, Verdict,
    };
    pub use serde::{Deserialize, Serialize};

    pub use crate::words::Words;
    pub use crate::{
        Analysis, Basis, Checked, Failure, Floats, Given, Integers, Pair, Run, Section, Study,
        Table, export_plugin,
    };
}
