//! Rows of several files under one number, so that a message can name file and row.

use crate::{
    code::Code,
    problem::{Location, Problem},
};

/// Bits of a row number that hold the record; the file's position stands above them.
const RECORD_BITS: u32 = 40;

/// The files of one table: one, or the parts of a glob.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    pub(crate) files: Vec<String>,
}

impl Places {
    /// The number of a record of a file.
    pub(crate) fn number(file: usize, record: u64) -> u64 {
        ((file as u64) << RECORD_BITS) | record
    }

    fn split(&self, number: u64) -> (&str, u64) {
        let file = usize::try_from(number >> RECORD_BITS).unwrap_or(usize::MAX);
        let name = self.files.get(file).map_or("", String::as_str);
        (name, number & ((1 << RECORD_BITS) - 1))
    }

    /// A problem at a row.
    pub(crate) fn problem(&self, code: Code, number: u64) -> Problem {
        let (file, record) = self.split(number);
        Problem::new(code, file).row(record)
    }

    /// The row in words, with its file if there are several.
    pub(crate) fn row(&self, number: u64) -> String {
        let (file, record) = self.split(number);
        if self.files.len() > 1 {
            Location { file: file.to_owned(), row: Some(record), column: None }.to_string()
        } else {
            format!("row {}", record + 1)
        }
    }

    /// The first file, for what belongs to all.
    pub(crate) fn first(&self) -> &str {
        self.files.first().map_or("", String::as_str)
    }
}
