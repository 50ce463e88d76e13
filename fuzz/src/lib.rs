//! What every target does with its bytes. The ordinary tests of dyad-ingest replay the corpus through the same functions.

use std::{fs, path::Path};

use dyad_ingest::{IngestError, StudyFile, load};
use dyad_instruments::Key;

/// A study over one file whose columns are those of the corpus.
const STUDY: &str = r#"
version = 1
[study]
title = "T"
seed = 1
[data]
sessions = "data"
[columns]
therapist = "therapist"
client = "client"
session = "session"
[measures.alliance]
role = "alliance"
rater = "client"
column = "alliance_client"
range = [1, 7]
"#;

/// Bytes of any format as a sessions file: a study whose rows add up, or problems that say what is wrong.
///
/// # Panics
/// If neither comes out.
pub fn data_file(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let study = folder.path().join("study.toml");
    fs::write(&study, STUDY).expect("a temporary file");
    fs::write(folder.path().join("data"), bytes).expect("a temporary file");
    match load(&study) {
        Ok(loaded) => assert!(loaded.study.flow.adds_up(), "rows are lost"),
        Err(IngestError::Data(problems)) => {
            assert!(!problems.is_empty(), "refused without a reason");
        }
        Err(other) => panic!("{other}"),
    }
}

/// Bytes as a study file: parsed, or refused with a place and a hint.
///
/// # Panics
/// If it is refused without a reason.
pub fn study_file(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Err(error) = StudyFile::parse(text, Path::new("study.toml")) {
        assert!(!error.issues.is_empty(), "refused without a reason");
    }
}

/// Bytes as a scoring key: a key that scores its own check rows, or a reason.
///
/// # Panics
/// If it is refused without a reason.
pub fn instrument_key(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Key::parse(text) {
        Ok(key) => {
            let blank = vec![None; key.items];
            assert_eq!(key.score(&blank).len(), key.subscales.len());
        }
        Err(error) => assert!(!error.to_string().is_empty(), "refused without a reason"),
    }
}
