//! What can go wrong while a report is written.

use std::path::PathBuf;

/// Why there is no report, or why a part of it cannot be drawn. No message carries a value of the data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The folder is not there, or is no folder.
    #[error("there is no folder {path}: create it before writing the report into it")]
    NoFolder {
        /// The folder.
        path: PathBuf,
    },
    /// The folder already has something in it.
    #[error("the folder {path} is not empty: a report is written whole into an empty one")]
    FolderNotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// A file could not be written or read.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried: "write", "read", "create".
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Two parts of the report would have the same file name.
    #[error(
        "two parts of {plugin} are both called `{id}`: give each table and each figure its own id"
    )]
    DuplicateId {
        /// The plugin.
        plugin: String,
        /// The id used twice.
        id: String,
    },
    /// A figure cannot be drawn from what it carries.
    #[error("figure `{id}`: {what}")]
    Figure {
        /// The figure.
        id: String,
        /// What is wrong, and what was expected.
        what: String,
    },
    /// An embedded font, or the PDF made with it, failed: a defect of the program.
    #[error("figures cannot be painted: {0}")]
    Font(String),
    /// A table whose rows do not fit its columns.
    #[error("table `{id}`: row {row} has {found} cells where the table has {expected} columns")]
    Table {
        /// The table.
        id: String,
        /// The row, 1-based.
        row: usize,
        /// Cells in it.
        found: usize,
        /// Columns of the table.
        expected: usize,
    },
    /// Results that are not those of this program, or of a newer one.
    #[error(
        "these results have schema version {found}; this program reads version {expected}: use the program that wrote them"
    )]
    SchemaVersion {
        /// Version of the file.
        found: u32,
        /// Version this program writes.
        expected: u32,
    },
    /// Results released under a profile this program does not know.
    #[error("{path} was released under a profile this program does not know: {source}")]
    Profile {
        /// The file.
        path: PathBuf,
        /// Which ones it knows.
        source: crate::release::UnknownProfile,
    },
    /// The file of results is not what this program writes.
    #[error("{path} cannot be read as results: {source}")]
    Json {
        /// The file.
        path: PathBuf,
        /// Where it stops making sense.
        source: serde_json::Error,
    },
    /// The page's template failed.
    #[error("the page could not be put together: {0}")]
    Page(#[from] askama::Error),
    /// Results could not be written as JSON.
    #[error("results could not be written as JSON: {0}")]
    Serialize(serde_json::Error),
}
