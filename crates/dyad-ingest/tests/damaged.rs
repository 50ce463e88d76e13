//! Damaged files, all the way to a study: every truncation and every changed byte of a small file of each format ends in a clear
//! problem, or in rows; never in a panic, a hang, or fewer rows without a word. `src/read/damaged.rs` changes every byte in more ways.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that fails fails its test")]

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

fn survives(name: &str, bytes: &[u8]) {
    let folder = Folder::new(&study(), &[]);
    let whole = outcome(&folder, bytes).unwrap_or_else(|| panic!("{name} is sound"));
    let rows = whole.study.flow.rows_read;
    assert_eq!(rows, 12, "{name}");
    for length in 0..bytes.len() {
        let Some(loaded) = outcome(&folder, &bytes[..length]) else { continue };
        // Text may end anywhere between two records, and nothing in it says so; after the last record of a binary file
        // only texts may be cut off.
        let used = loaded.study.flow.rows_read;
        assert!(name == "csv" || used == rows, "{name} cut at {length}: {used} rows");
    }
    let mut damaged = bytes.to_vec();
    for at in 0..bytes.len() {
        // All bits of one byte, one bit of the next.
        damaged[at] = bytes[at] ^ if at % 2 == 0 { 0xff } else { 0x01 };
        if let Some(loaded) = outcome(&folder, &damaged) {
            let used = loaded.study.flow.rows_read;
            // A changed line end of a text file makes a row more or less; its cells then rarely fit.
            assert!(used == rows || (name == "csv" && used <= 13), "{name}, byte {at}: {used}");
        }
        damaged[at] = bytes[at];
    }
}

fn file(name: &str) {
    survives(name, &std::fs::read(data(&format!("formats/{name}"))).unwrap());
}

#[test]
fn parquet() {
    file("small.parquet");
}

#[test]
fn arrow_file() {
    file("small.arrow");
}

#[test]
fn arrow_stream() {
    file("small-stream.arrow");
}

#[test]
fn spss() {
    file("small.sav");
}

#[test]
fn spss_compressed() {
    file("small.zsav");
}

#[test]
fn stata_before_13() {
    file("small-8.dta");
}

#[test]
fn stata() {
    file("small-13.dta");
}

#[test]
fn excel() {
    file("small.xlsx");
}

#[test]
fn text() {
    let text = std::fs::read_to_string(data("practice-network/sessions.csv")).unwrap();
    let lines: Vec<&str> = text.lines().take(13).collect();
    survives("csv", (lines.join("\n") + "\n").as_bytes());
}
