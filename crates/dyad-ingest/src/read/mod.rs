//! Files to batches of named columns. One file per format; each gives the same thing.

mod arrow;
mod bytes;
mod csv;
#[cfg(test)]
mod damaged;
mod dialect;
mod dta;
mod encoding;
mod format;
mod memory;
mod parquet;
mod sav;
mod scan;
mod xlsx;

use std::path::{Path, PathBuf};

use ::bytes::Bytes;
use polars::prelude::{Float64Chunked, StringChunked};

use format::Format;

use crate::{
    code::Code,
    problem::{Problem, Problems},
};

/// How to read a file, as far as the study file says; the rest is found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// A label such as `windows-1252`.
    pub(crate) encoding: Option<String>,
    pub(crate) delimiter: Option<u8>,
    pub(crate) decimal: Option<u8>,
    /// Name of a workbook's sheet.
    pub(crate) sheet: Option<String>,
    /// Columns the study file names: a delimiter under which they appear is the right one.
    pub(crate) expected: Vec<String>,
}

/// A file's bytes and how it is called in messages.
pub(crate) struct Input {
    /// For messages: relative to where the program was started.
    pub(crate) shown: String,
    /// The bytes.
    pub(crate) bytes: Bytes,
    /// Where they came from, if they can be read there again.
    pub(crate) path: Option<PathBuf>,
}

/// The cells of one column of one batch.
pub(crate) enum Cells {
    /// Text as it stands in the file; null and empty are both "no value".
    Text(StringChunked),
    /// Numbers of a format that knows types.
    Number(Float64Chunked),
    /// Dates of a format that knows types, as days since 1970.
    Date(Vec<Option<i32>>),
}

impl Cells {
    /// Number of cells.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Number(numbers) => numbers.len(),
            Self::Date(days) => days.len(),
        }
    }
}

/// Consecutive records.
pub(crate) struct Batch {
    /// One per column of the header, all of the same length.
    pub(crate) columns: Vec<Cells>,
    /// 0-based physical record of each row; the header is record 0.
    pub(crate) rows: Rows,
}

impl Batch {
    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.columns.first().map_or(0, Cells::len)
    }
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

/// Records in batches. Batches are independent, so they may be read in any order and at once.
pub(crate) trait Source: Send + Sync {
    /// Number of batches.
    fn batches(&self) -> usize;

    /// Reads batch `i`.
    ///
    /// # Errors
    /// If the reader refuses the records or finds another number of them than was counted.
    fn batch(&self, i: usize) -> Result<Batch, Problems>;
}

/// Text that a format carries beside its cells: metadata, labels, notes.
pub(crate) struct Hidden {
    /// Where it stands: "key-value metadata", "variable label of `x`".
    pub(crate) place: String,
    pub(crate) text: String,
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
    /// What the reader found: "CSV, UTF-8, delimiter `,`".
    pub(crate) format: String,
    /// What else is worth knowing.
    pub(crate) remarks: Vec<String>,
    /// Text beside the cells.
    pub(crate) hidden: Vec<Hidden>,
    pub(crate) source: Box<dyn Source>,
}

impl Table {
    /// Opens a table held in memory and checks its shape. The format is found from the content.
    ///
    /// # Errors
    /// Everything that is wrong with the shape of the file.
    pub(crate) fn open(input: Input, options: &Options) -> Result<Self, Problems> {
        match Format::of(&input.bytes) {
            Format::Text => csv::open(input, options),
            Format::Parquet => parquet::open(input),
            Format::ArrowFile => arrow::open(&input, false),
            Format::ArrowStream => arrow::open(&input, true),
            Format::Xlsx => xlsx::open(&input, options),
            Format::Sav => sav::open(&input),
            Format::Dta => dta::open(&input),
            Format::Xls => Err(Problem::new(Code::Unsupported, &input.shown)
                .found("a workbook of the format before 2007 (.xls)")
                .hint("save it as .xlsx or export it as CSV")
                .into()),
        }
    }
}

/// Checks that names are there and unique, and trims them.
pub(crate) fn checked_header(names: Vec<String>, file: &str) -> Result<Vec<String>, Problems> {
    let names: Vec<String> = names.into_iter().map(|name| name.trim().to_owned()).collect();
    let mut problems = Problems::default();
    for (i, _) in names.iter().enumerate().filter(|(_, name)| name.is_empty()) {
        problems.push(Code::BlankColumn, || {
            Problem::new(Code::BlankColumn, file)
                .row(0)
                .found(format!("column {} has no name", i + 1))
        });
    }
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort_unstable();
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
