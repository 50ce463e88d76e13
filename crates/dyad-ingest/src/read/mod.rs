//! Files to batches of named columns. One file per format; each gives the same thing.

mod csv;
mod scan;

use std::path::{Path, PathBuf};

use polars::prelude::{Float64Chunked, StringChunked};

use crate::problem::Problems;

/// How to read a text file, as far as the study file says; the rest is found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dialect {
    pub(crate) delimiter: Option<u8>,
    pub(crate) decimal: Option<u8>,
}

/// A file's bytes and how it is called in messages.
pub(crate) struct Input {
    /// For messages: relative to where the program was started.
    pub(crate) shown: String,
    /// The bytes, read once.
    pub(crate) bytes: Vec<u8>,
}

/// The cells of one column of one batch.
pub(crate) enum Cells {
    /// Text as it stands in the file; null and empty are both "no value".
    Text(StringChunked),
    /// Numbers of a format that knows types.
    #[expect(dead_code, reason = "made by the readers of typed formats")]
    Number(Float64Chunked),
}

/// Consecutive records.
pub(crate) struct Batch {
    /// One per column of the header, all of the same length.
    pub(crate) columns: Vec<Cells>,
    /// 0-based physical record of each row; the header is record 0.
    pub(crate) rows: Rows,
}

/// Physical records of a batch.
pub(crate) enum Rows {
    /// Consecutive, from this one on.
    From(u64),
    /// With gaps, where blank lines stood.
    List(Vec<u64>),
}

impl Rows {
    /// The physical record of row `i` of the batch.
    pub(crate) fn at(&self, i: usize) -> u64 {
        match self {
            Self::From(first) => first + i as u64,
            Self::List(rows) => rows[i],
        }
    }
}

/// An opened table: header known, records to come.
pub(crate) struct Table {
    /// Column names, in the order of the file, unique and not blank.
    pub(crate) header: Vec<String>,
    /// The decimal mark of its text cells.
    pub(crate) decimal: u8,
    /// Physical records without the header and blank lines.
    pub(crate) records: u64,
    /// Records without any cell content, skipped before the batches.
    pub(crate) blank: u64,
    source: csv::Csv,
}

impl Table {
    /// Opens a table held in memory and checks its shape: header, cells per record, quotes.
    ///
    /// # Errors
    /// Everything that is wrong with the shape of the file.
    pub(crate) fn open(input: Input, dialect: &Dialect) -> Result<Self, Problems> {
        csv::open(input, dialect)
    }

    /// Number of batches.
    pub(crate) fn batches(&self) -> usize {
        self.source.batches()
    }

    /// Reads batch `i`. Batches are independent, so they may be read in any order and at once.
    ///
    /// # Errors
    /// If the reader refuses the records or finds another number of them than the scan.
    pub(crate) fn batch(&self, i: usize) -> Result<Batch, Problems> {
        self.source.batch(i)
    }
}

/// Checks that names are there and unique, and trims them.
pub(crate) fn checked_header(names: Vec<String>, file: &str) -> Result<Vec<String>, Problems> {
    use crate::{code::Code, problem::Problem};
    let names: Vec<String> = names.into_iter().map(|name| name.trim().to_owned()).collect();
    let mut problems = Problems::default();
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort_unstable();
    for (i, _) in names.iter().enumerate().filter(|(_, name)| name.is_empty()) {
        problems.push(Code::BlankColumn, || {
            Problem::new(Code::BlankColumn, file)
                .row(0)
                .found(format!("column {} has no name", i + 1))
        });
    }
    let mut repeated: Vec<&String> =
        sorted.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    repeated.dedup();
    for name in repeated.into_iter().filter(|name| !name.is_empty()) {
        problems.push(Code::DuplicateColumn, || {
            Problem::new(Code::DuplicateColumn, file).row(0).column(name)
        });
    }
    problems.into_result()?;
    Ok(names)
}

/// The path of a data file: relative to the folder of the study file.
pub(crate) fn resolve(study_path: &Path, name: &str) -> PathBuf {
    study_path.parent().unwrap_or(Path::new("")).join(name)
}
