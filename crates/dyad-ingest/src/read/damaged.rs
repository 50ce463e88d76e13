//! Damaged files: every byte of a small file of each format changed in ten ways, and the file cut at every length.
//!
//! Each of these ends in a problem or in rows. Where rows come back, all of them do, and they are compared with those of the whole
//! file. What no reader can see, because the format says it only once and guards it by no checksum:
//! - Parquet (pages without CRC), Arrow: values, entries and ends of texts, types and their units, bits that say "missing";
//! - SPSS: values, and in the dictionary the type of a variable and which values are missing. `.zsav` guards its values;
//! - Stata: values, formats and the variables' names;
//! - text: everything; whatever stands there is what is read.
//!
//! In Excel's format everything is guarded.

use std::{fs, path::Path};

use encoding_rs::WINDOWS_1252;
use rayon::prelude::*;

use super::{Input, Options, Table};
use crate::{map::cells::Cell, number};

/// What a table holds, as text: names, then records.
type Content = Vec<Vec<String>>;

/// Reads a file, or says that a problem was found.
fn content(bytes: Vec<u8>, options: &Options) -> Option<Content> {
    let input = Input { shown: "f".to_owned(), bytes: bytes.into(), path: None };
    let table = Table::open(input, options).map_err(|found| assert!(!found.is_empty())).ok()?;
    let mut rows = vec![table.header.clone()];
    for i in 0..table.source.batches() {
        let batch = table.source.batch(i).map_err(|found| assert!(!found.is_empty())).ok()?;
        let from = rows.len();
        rows.resize_with(from + batch.len(), Vec::new);
        for column in &batch.columns {
            for (row, cell) in rows[from..].iter_mut().zip(column.iter()) {
                row.push(match cell {
                    Cell::Empty => String::new(),
                    Cell::Text(text) => text.to_owned(),
                    Cell::Number(value) => value.to_string(),
                    Cell::Date(days) => format!("day {days}"),
                });
            }
        }
    }
    assert_eq!(rows.len() as u64, table.records + 1, "as many rows as were counted");
    Some(rows)
}

/// Tries all changes of all bytes, and all cuts. `fits` says of what came back whether it may: with the place that was changed,
/// the bytes, and how many cells differ.
fn survives(
    name: &str,
    whole: &[u8],
    options: &Options,
    fits: impl Fn(usize, &[u8], &Content) -> bool + Sync,
) {
    let rows = content(whole.to_vec(), options).unwrap_or_else(|| panic!("{name} is sound"));
    assert_eq!((rows.len(), rows[0].len()), (13, 4), "{name}");
    (0..whole.len()).into_par_iter().for_each(|at| {
        let bits = (0..8).map(|bit| whole[at] ^ (1 << bit));
        for value in bits.chain([0, 0xff]).filter(|&value| value != whole[at]) {
            let mut damaged = whole.to_vec();
            damaged[at] = value;
            if let Some(found) = content(damaged.clone(), options) {
                assert!(
                    fits(at, &damaged, &found),
                    "{name}, byte {at} set to {value:#x}: {found:?}"
                );
            }
        }
        let cut = &whole[..at];
        if let Some(found) = content(cut.to_vec(), options) {
            // What is left of a binary file may look like a line of text, which is a header without rows; behind the last
            // row only what is no row may be cut off.
            assert!(found.len() == 1 || fits(at, cut, &found), "{name}, cut at {at}: {found:?}");
        }
    });
}

fn file(name: &str, fits: impl Fn(usize, usize) -> bool + Sync) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats");
    let whole = fs::read(folder.join(name)).unwrap();
    let options = Options::default();
    let rows = content(whole.clone(), &options).unwrap();
    survives(name, &whole, &options, |at, _, found| {
        // Names of columns differ from those the study file asks for, and that is a problem of its own.
        let cells = |rows: &Content| rows[1..].concat();
        let differing = cells(&rows).iter().zip(cells(found)).filter(|(a, b)| *a != b).count();
        found.len() == rows.len() && found[0].len() == rows[0].len() && fits(at, differing)
    });
}

#[test]
fn excel() {
    file("small.xlsx", |_, differing| differing == 0);
}

#[test]
fn parquet() {
    file("small.parquet", |_, _| true);
}

#[test]
fn arrow() {
    file("small.arrow", |_, _| true);
    file("small-stream.arrow", |_, _| true);
}

#[test]
fn stata() {
    for name in ["small-8.dta", "small-12.dta", "small-13.dta", "small-15.dta"] {
        file(name, |_, differing| differing <= 1);
    }
}

/// Where the dictionary of an SPSS file ends.
fn dictionary_end(name: &str) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats");
    let bytes = fs::read(folder.join(name)).unwrap();
    bytes.windows(4).position(|w| w == 999_i32.to_le_bytes()).unwrap()
}

#[test]
fn spss() {
    let end = dictionary_end("small.sav");
    file("small.sav", |at, differing| differing <= 1 || at < end);
    let end = dictionary_end("small.zsav");
    file("small.zsav", |at, differing| differing == 0 || at < end);
}

/// The records of a text without quotes, found in the simplest way.
fn lines(bytes: &[u8], delimiter: char) -> Content {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    };
    let lines = text.split(['\n', '\r']).filter(|line| !line.trim().is_empty());
    let cells = |line: &str| line.split(delimiter).map(|c| number::trimmed(c).to_owned()).collect();
    lines.map(cells).collect()
}

#[test]
fn text() {
    let network =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/practice-network/sessions.csv");
    let network = fs::read_to_string(network).unwrap();
    for (name, delimiter) in [("csv", ','), ("tsv", '\t'), ("semicolons", ';')] {
        let columns = |line: &str| {
            let cells: Vec<&str> = line.split(',').collect();
            [cells[1], cells[2], cells[3], cells[8]].join(&delimiter.to_string())
        };
        let rows: Vec<String> = network.lines().take(13).map(columns).collect();
        let options = Options { delimiter: u8::try_from(delimiter).ok(), ..Options::default() };
        for line_end in ["\n", "\r\n"] {
            let plain = rows.join(line_end).replace('"', "") + line_end;
            survives(name, plain.as_bytes(), &options, |_, bytes, found| {
                // A quote makes a cell of its own; the scanner's tests speak of them.
                bytes.contains(&b'"') || *found == lines(bytes, delimiter)
            });
        }
        let quoted = rows.join("\n") + "\n";
        survives(name, quoted.as_bytes(), &options, |_, _, found| found.len() <= 14);
    }
}
