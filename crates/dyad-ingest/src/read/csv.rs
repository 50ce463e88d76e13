//! Delimited text: scanned by us, split into cells by polars, every column read as text.

use std::{io::Cursor, sync::Arc};

use polars::prelude::{
    Column, CsvParseOptions, CsvReadOptions, DataType, PlSmallStr, Schema, SchemaRef, SerReader,
};

use super::{Batch, Cells, Dialect, Input, Rows, Table, checked_header, scan};
use crate::{
    code::Code,
    problem::{Problem, Problems},
};

/// A scanned text table.
pub(super) struct Csv {
    shown: String,
    bytes: Vec<u8>,
    delimiter: u8,
    schema: SchemaRef,
    segments: Vec<scan::Segment>,
}

/// Decodes, scans and checks the shape.
pub(super) fn open(input: Input, dialect: &Dialect) -> Result<Table, Problems> {
    let Input { shown, bytes } = input;
    let bytes = utf8(bytes, &shown)?;
    let bytes = unix_line_ends(bytes);
    let delimiter = dialect.delimiter.unwrap_or(b',');
    let found = scan::scan(&bytes, delimiter, &shown)?;
    let header = checked_header(found.header, &shown)?;
    // Names of our own: what the file calls its columns is none of the reader's business.
    let schema = (0..header.len())
        .map(|i| (PlSmallStr::from_string(format!("c{i}")), DataType::String))
        .collect::<Schema>();
    Ok(Table {
        header,
        decimal: dialect.decimal.unwrap_or(b'.'),
        records: found.records,
        blank: found.blank,
        source: Csv { shown, bytes, delimiter, schema: Arc::new(schema), segments: found.segments },
    })
}

impl Csv {
    pub(super) fn batches(&self) -> usize {
        self.segments.len()
    }

    pub(super) fn batch(&self, i: usize) -> Result<Batch, Problems> {
        let segment = &self.segments[i];
        let (text, rows) = self.without_blanks(segment);
        let refused = || Problem::new(Code::Unreadable, &self.shown).row(segment.first_row);
        let options = CsvReadOptions::default()
            .with_has_header(false)
            .with_schema(Some(self.schema.clone()))
            .with_infer_schema_length(Some(0))
            .with_raise_if_empty(false)
            .with_rechunk(true)
            .with_parse_options(
                CsvParseOptions::default()
                    .with_separator(self.delimiter)
                    .with_quote_char(Some(b'"'))
                    .with_missing_is_null(true),
            );
        // The reader's own message may quote a cell, so it is not passed on.
        let frame = options
            .into_reader_with_file_handle(Cursor::new(&text))
            .finish()
            .map_err(|_| Problems::from(refused()))?;
        if frame.height() as u64 != segment.records {
            let problem =
                Problem::new(Code::RowCount, &self.shown).row(segment.first_row).found(format!(
                    "{} records from here by the bytes, {} by the reader",
                    segment.records,
                    frame.height()
                ));
            return Err(problem.into());
        }
        let columns = frame
            .columns()
            .iter()
            .map(|column: &Column| {
                let text = column.as_materialized_series().str().cloned();
                text.map(Cells::Text).map_err(|_| Problems::from(refused()))
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Batch { columns, rows })
    }

    /// The segment's text without its blank lines, and the physical record of each row.
    fn without_blanks(&self, segment: &scan::Segment) -> (std::borrow::Cow<'_, [u8]>, Rows) {
        if segment.blanks.is_empty() {
            let text = &self.bytes[segment.bytes.clone()];
            return (text.into(), Rows::From(segment.first_row));
        }
        let mut text = Vec::with_capacity(segment.bytes.len());
        let mut rows = Vec::new();
        let mut at = segment.bytes.start;
        let mut row = segment.first_row;
        for blank in &segment.blanks {
            row = self.rows_of(at..blank.start, row, &mut rows) + 1;
            text.extend_from_slice(&self.bytes[at..blank.start]);
            at = blank.end;
        }
        self.rows_of(at..segment.bytes.end, row, &mut rows);
        text.extend_from_slice(&self.bytes[at..segment.bytes.end]);
        (text.into(), Rows::List(rows))
    }

    /// Numbers the records of a stretch without blank lines; gives the next number.
    fn rows_of(&self, stretch: std::ops::Range<usize>, mut row: u64, rows: &mut Vec<u64>) -> u64 {
        let bytes = &self.bytes[stretch];
        let mut at = 0;
        while at < bytes.len() {
            at = scan::record_end(bytes, at, self.delimiter);
            rows.push(row);
            row += 1;
        }
        row
    }
}

/// UTF-8 without its byte-order mark; anything else is a problem with the row of the first bad byte.
fn utf8(mut bytes: Vec<u8>, file: &str) -> Result<Vec<u8>, Problems> {
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        bytes.drain(..3);
    }
    if let Err(error) = std::str::from_utf8(&bytes) {
        let row = scan::lines_before(&bytes, error.valid_up_to());
        return Err(Problem::new(Code::Encoding, file).row(row).into());
    }
    Ok(bytes)
}

/// Turns lone carriage returns into line feeds, if there are any; CRLF stays, the scanner knows it.
fn unix_line_ends(bytes: Vec<u8>) -> Vec<u8> {
    let lone = memchr::memchr_iter(b'\r', &bytes).any(|i| bytes.get(i + 1) != Some(&b'\n'));
    if !lone {
        return bytes;
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut quoted = false;
    for (i, &byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => {
                quoted = !quoted;
                out.push(byte);
            }
            b'\r' if !quoted && bytes.get(i + 1) != Some(&b'\n') => out.push(b'\n'),
            _ => out.push(byte),
        }
    }
    out
}
