//! Why a study could not be loaded.

use std::{io, path::PathBuf};

use crate::{problem::Problems, study_file::StudyFileError};

/// Why a study could not be loaded. Nothing was produced.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IngestError {
    /// The study file itself is wrong: exit code 2.
    #[error("{0}")]
    StudyFile(#[from] StudyFileError),
    /// A file could not be read: exit code 2.
    #[error("error: cannot use the {what}\n  --> {}\n  {}\nhint: {}", path.display(), reason(source), hint(source))]
    Io {
        /// Which file it is: "study file", "sessions file" …
        what: &'static str,
        /// Its path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The data have problems: exit code 1.
    #[error("{0}")]
    Data(#[from] Problems),
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::AlreadyExists => "it exists already".to_owned(),
        _ => error.to_string(),
    }
}

fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "paths in the study file are relative to the study file",
        io::ErrorKind::PermissionDenied => "check the file's permissions",
        io::ErrorKind::IsADirectory => "name a file, or a pattern such as \"folder/*.csv\"",
        io::ErrorKind::AlreadyExists => "choose another folder, or remove this one",
        io::ErrorKind::OutOfMemory => {
            "keep only the columns the study file names, split the study by site, or use a machine with more memory"
        }
        io::ErrorKind::InvalidData => "the study file must be UTF-8 text",
        _ => "check the disk and the path",
    }
}
