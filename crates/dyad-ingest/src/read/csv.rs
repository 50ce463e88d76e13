//! Delimited text: scanned by us, split into cells by polars, every column read as text.

use std::{
    borrow::Cow,
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    ops::Range,
    path::PathBuf,
};

use bytes::Bytes;
use polars::{
    io::csv::read::_csv_read_internal::read_chunk,
    prelude::{Column, CsvParseOptions, DataType, PlSmallStr, Schema},
};

use super::{
    Batch, Cells, Hidden, Input, Options, Rows, Source, Table, checked_header, dialect, encoding,
    scan,
};
use crate::{
    code::Code,
    problem::{Problem, Problems},
};

/// Where the text is between the scan and the cells.
enum Text {
    /// Decoded, in memory.
    Held(Bytes),
    /// As it stands in the file, from this byte on: read again piece by piece, so that it need not be held.
    File { path: PathBuf, from: u64 },
}

impl Text {
    /// The bytes of a stretch. A file that has become shorter gives fewer, and the count of records will not fit.
    fn stretch(&self, range: Range<usize>) -> io::Result<Cow<'_, [u8]>> {
        match self {
            Self::Held(bytes) => Ok(bytes[range].into()),
            Self::File { path, from } => {
                let mut file = File::open(path)?;
                file.seek(SeekFrom::Start(from + range.start as u64))?;
                let mut bytes = Vec::with_capacity(range.len());
                file.take(range.len() as u64).read_to_end(&mut bytes)?;
                Ok(bytes.into())
            }
        }
    }
}

/// A scanned text table.
pub(super) struct Csv {
    shown: String,
    text: Text,
    delimiter: u8,
    parse: CsvParseOptions,
    schema: Schema,
    every_column: Vec<usize>,
    segments: Vec<scan::Segment>,
}

/// Decodes, finds the dialect, scans and checks the shape.
pub(super) fn open(input: Input, options: &Options) -> Result<Table, Problems> {
    let Input { shown, bytes, path } = input;
    let size = bytes.len();
    let decoded = encoding::decode(bytes, options.encoding.as_deref(), &shown)?;
    let (mut bytes, changed) = unix_line_ends(decoded.text);
    let as_in_file = decoded.encoding == encoding::AS_IS && !changed;
    let mut options = options.clone();
    let mut first_row = separator_line(&mut bytes, &mut options);
    let hidden = comment_lines(&mut bytes);
    first_row += hidden.len() as u64;
    let remarks = match hidden.len() {
        0 => Vec::new(),
        1 => vec!["a comment line before the header left out".to_owned()],
        n => vec![format!("{n} comment lines before the header left out")],
    };
    let dialect = dialect::find(&bytes, &options, &shown)?;
    let found = scan::scan(&bytes, dialect.delimiter, first_row, &shown)?;
    let header = checked_header(found.header, &shown)?;
    // Names of our own: what the file calls its columns is none of the reader's business.
    let schema = (0..header.len())
        .map(|i| (PlSmallStr::from_string(format!("c{i}")), DataType::String))
        .collect::<Schema>();
    // UTF-8 is kept byte for byte; a mark or a first line that was taken off stood at the start.
    let text = match path {
        Some(path) if as_in_file => Text::File { path, from: (size - bytes.len()) as u64 },
        _ => Text::Held(bytes),
    };
    Ok(Table {
        header,
        decimal: dialect.decimal,
        records: found.records,
        blank: found.blank,
        format: dialect.describe(decoded.encoding),
        remarks,
        hidden,
        source: Box::new(Csv {
            shown,
            text,
            delimiter: dialect.delimiter,
            parse: CsvParseOptions::default()
                .with_separator(dialect.delimiter)
                .with_quote_char(Some(b'"'))
                .with_missing_is_null(true),
            every_column: (0..schema.len()).collect(),
            schema,
            segments: found.segments,
        }),
    })
}

/// Takes off a first line `sep=;`, which some spreadsheets write; gives the number of rows taken off.
fn separator_line(bytes: &mut Bytes, options: &mut Options) -> u64 {
    let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
    let line = bytes[..end].trim_ascii_end();
    // A tab is white space and may have been trimmed off.
    let delimiter = match (line, &bytes[..end]) {
        ([b's', b'e', b'p', b'=', delimiter], _) => *delimiter,
        (b"sep=", [b's', b'e', b'p', b'=', b'\t', ..]) => b'\t',
        _ => return 0,
    };
    options.delimiter.get_or_insert(delimiter);
    *bytes = bytes.slice(end..);
    1
}

/// Takes off the lines before the header that begin with `# `; what they say is looked at by the gate.
fn comment_lines(bytes: &mut Bytes) -> Vec<Hidden> {
    let mut hidden = Vec::new();
    while bytes.starts_with(b"# ") {
        let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
        let text = String::from_utf8_lossy(bytes[2..end].trim_ascii()).into_owned();
        hidden.push(Hidden { place: "comment lines".to_owned(), text });
        *bytes = bytes.slice(end..);
    }
    hidden
}

impl Source for Csv {
    fn batches(&self) -> usize {
        self.segments.len()
    }

    fn batch(&self, i: usize) -> Result<Batch, Problems> {
        let segment = &self.segments[i];
        let gone = || Problem::new(Code::FileChanged, &self.shown);
        let stretch = self.text.stretch(segment.bytes.clone()).map_err(|_| gone())?;
        let (text, rows) = self.without_blanks(segment, stretch);
        let refused = || Problem::new(Code::Unreadable, &self.shown).row(segment.first_row);
        // Cells become texts unseen, so what a file read again holds is looked at again.
        std::str::from_utf8(&text).map_err(|_| gone())?;
        // Below the reader that cuts a file into pieces for threads of its own: this piece is small, and other threads have others.
        // The reader's own message may quote a cell, so it is not passed on.
        let frame = read_chunk(
            &text,
            &self.parse,
            &self.schema,
            false,
            &self.every_column,
            0,
            usize::try_from(segment.records).unwrap_or(0),
            None,
            usize::MAX,
            text.len(),
            Some(0),
        )
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
}

impl Csv {
    /// The segment's text without its blank lines, and the physical record of each row.
    fn without_blanks<'t>(
        &self,
        segment: &scan::Segment,
        text: Cow<'t, [u8]>,
    ) -> (Cow<'t, [u8]>, Rows) {
        if segment.blanks.is_empty() {
            return (text, Rows::From(segment.first_row));
        }
        let within = |at: usize| (at - segment.bytes.start).min(text.len());
        let mut kept = Vec::with_capacity(text.len());
        let mut rows = Vec::new();
        let mut at = 0;
        let mut row = segment.first_row;
        for blank in &segment.blanks {
            let stretch = &text[at..within(blank.start)];
            row = self.rows_of(stretch, row, &mut rows) + 1;
            kept.extend_from_slice(stretch);
            at = within(blank.end);
        }
        self.rows_of(&text[at..], row, &mut rows);
        kept.extend_from_slice(&text[at..]);
        (kept.into(), Rows::List(rows))
    }

    /// Numbers the records of a stretch without blank lines; gives the next number.
    fn rows_of(&self, bytes: &[u8], mut row: u64, rows: &mut Vec<u64>) -> u64 {
        let mut at = 0;
        while at < bytes.len() {
            at = scan::record_end(bytes, at, self.delimiter);
            rows.push(row);
            row += 1;
        }
        row
    }
}

/// Turns lone carriage returns into line feeds and says whether there were any; CRLF stays, the scanner knows it.
fn unix_line_ends(bytes: Bytes) -> (Bytes, bool) {
    let lone = memchr::memchr_iter(b'\r', &bytes).any(|i| bytes.get(i + 1) != Some(&b'\n'));
    if !lone {
        return (bytes, false);
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
    (out.into(), true)
}
