//! Damaged files: every truncation and every changed byte of a small file of each format ends in a clear problem, or in
//! rows; never in a panic, a hang, or fewer rows without a word.

mod support;

use dyad_ingest::{IngestError, Loaded};
use support::{Folder, STUDY, data};

fn study() -> String {
    STUDY
        .replace("\"t\"", "\"therapist\"")
        .replace("\"c\"", "\"client\"")
        .replace("\"n\"", "\"session\"")
        .replace("column = \"wai\"", "column = \"alliance_client\"")
}

/// Loads a damaged file. Anything but a problem must be a study whose rows add up.
fn outcome(folder: &Folder, bytes: &[u8]) -> Option<Loaded> {
    std::fs::write(folder.path().join("s.csv"), bytes).unwrap();
    match folder.load() {
        Ok(loaded) => {
            assert!(loaded.study.flow.adds_up());
            Some(loaded)
        }
        Err(IngestError::Data(problems)) => {
            assert!(!problems.is_empty());
            None
        }
        Err(other) => panic!("{other}"),
    }
}

fn formats() -> Vec<(&'static str, Vec<u8>)> {
    let mut all: Vec<(&str, Vec<u8>)> = [
        "small.parquet",
        "small.arrow",
        "small-stream.arrow",
        "small.sav",
        "small.zsav",
        "small-8.dta",
        "small-12.dta",
        "small-13.dta",
        "small-15.dta",
        "small.xlsx",
    ]
    .map(|name| (name, std::fs::read(data(&format!("formats/{name}"))).unwrap()))
    .into();
    let text = std::fs::read_to_string(data("practice-network/sessions.csv")).unwrap();
    let csv: Vec<&str> = text.lines().take(13).collect();
    all.push(("csv", (csv.join("\n") + "\n").into_bytes()));
    all
}

#[test]
fn truncations() {
    for (name, bytes) in formats() {
        let folder = Folder::new(&study(), &[]);
        let whole = outcome(&folder, &bytes).unwrap_or_else(|| panic!("{name} is sound"));
        let rows = whole.study.flow.rows_used;
        assert_eq!(rows, 12, "{name}");
        for length in 0..bytes.len() {
            let Some(loaded) = outcome(&folder, &bytes[..length]) else { continue };
            // Text may end anywhere between two records, and nothing in it says so; after the last record of a binary
            // file only texts may be cut off.
            let used = loaded.study.flow.rows_used;
            assert!(name == "csv" || used == rows, "{name} cut at {length}: {used} rows");
        }
    }
}

#[test]
fn changed_bytes() {
    for (name, bytes) in formats() {
        let folder = Folder::new(&study(), &[]);
        let mut damaged = bytes.clone();
        for at in 0..bytes.len() {
            for flip in [0xff, 0x01] {
                damaged[at] = bytes[at] ^ flip;
                if let Some(loaded) = outcome(&folder, &damaged) {
                    let used = loaded.study.flow.rows_used;
                    assert!(used <= 13, "{name}, byte {at}: {used} rows");
                }
            }
            damaged[at] = bytes[at];
        }
    }
}
