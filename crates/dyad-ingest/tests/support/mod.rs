//! A study in a temporary folder.

#![allow(dead_code, reason = "every test file uses its own part")]

use std::path::{Path, PathBuf};

use arrow_array::{Array, Float64Array, Int64Array, RecordBatch};
use dyad_ingest::{IngestError, Loaded, load};

/// The smallest study file with one measure; tests append to it.
pub(crate) const STUDY: &str = r#"
version = 1
[study]
title = "T"
seed = 1
[data]
sessions = "s.csv"
[columns]
therapist = "t"
client = "c"
session = "n"
[measures.wai]
role = "alliance"
rater = "client"
column = "wai"
range = [1, 7]
"#;

/// A folder with a study file and data files; removed when dropped.
pub(crate) struct Folder {
    dir: tempfile::TempDir,
}

impl Folder {
    pub(crate) fn new(study: &str, files: &[(&str, &[u8])]) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(dir.path().join("study.toml"), study).expect("written");
        for (name, bytes) in files {
            std::fs::write(dir.path().join(name), bytes).expect("written");
        }
        Self { dir }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn load(&self) -> Result<Loaded, IngestError> {
        load(self.dir.path().join("study.toml"))
    }
}

/// Loads [`STUDY`] (plus `extra` lines) with this sessions file.
pub(crate) fn with(extra: &str, sessions: &str) -> Result<Loaded, IngestError> {
    Folder::new(&format!("{STUDY}{extra}"), &[("s.csv", sessions.as_bytes())]).load()
}

/// The codes of a data error, each with its row (as shown, 0 if none) and column.
pub(crate) fn places(result: Result<Loaded, IngestError>) -> Vec<(String, u64, String)> {
    match result {
        Ok(_) => Vec::new(),
        Err(IngestError::Data(problems)) => problems
            .problems()
            .iter()
            .map(|p| {
                let row = p.location.row.map_or(0, |row| row + 1);
                (p.code.to_string(), row, p.location.column.clone().unwrap_or_default())
            })
            .collect(),
        Err(other) => vec![(format!("not a data error: {other}"), 0, String::new())],
    }
}

/// [`places`] as short text: `above_range 3 wai`.
pub(crate) fn shown(result: Result<Loaded, IngestError>) -> Vec<String> {
    places(result).into_iter().map(|(c, r, n)| format!("{c} {r} {n}").trim().to_owned()).collect()
}

pub(crate) fn integers(batch: &RecordBatch, name: &str) -> Vec<Option<i64>> {
    let column = batch.column_by_name(name).expect("a column of this name");
    column.as_any().downcast_ref::<Int64Array>().expect("Int64").iter().collect()
}

pub(crate) fn numbers(batch: &RecordBatch, name: &str) -> Vec<Option<f64>> {
    let column = batch.column_by_name(name).expect("a column of this name");
    column.as_any().downcast_ref::<Float64Array>().expect("Float64").iter().collect()
}

pub(crate) fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}
