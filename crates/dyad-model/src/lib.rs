//! The nouns of alliance research as types.
//!
//! A [`Study`] is what ingest hands on: four tables (sites, therapists, clients, sessions), sorted by
//! (site, therapist, client, session), with dense integer identifiers. [`Findings`] is what an analysis
//! hands back: estimates, tables, figure *descriptions* and notes, never pixels and never an identifier.
//! [`Results`] is the whole of `results.json`.
//!
//! Nothing here reads a file or computes a statistic.

pub mod apa;
mod counts;
mod dominance;
mod estimate;
pub mod figure;
mod findings;
mod manifest;
mod measure;
mod results;
mod study;
mod table;

pub use counts::{Counts, Dropped, Flow, Unit};
pub use dominance::{Caseloads, Spread};
pub use estimate::{Estimate, Family, Statistic, Verdict};
pub use figure::{Figure, Marks, Plot};
pub use findings::{Findings, Note, NoteKind, Text};
pub use manifest::{Explained, Limits, LowerLimits, Manifest};
pub use measure::{Direction, Level, Measure, Norm, Rater, Role};
pub use results::{Analysis, Provenance, Results, Status, StudyHeader};
pub use study::{Replication, Study, TableName, Tables};
pub use table::{Cell, Column, ColumnKind, Row, Table};
