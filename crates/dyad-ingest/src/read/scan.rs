//! The shape of a delimited file, from its bytes alone: records, cells per record, quotes.
//!
//! This is the second count beside the reader's: an unbalanced quote or a ragged line must stop the load, because readers
//! have been seen to lose rows over them without an error.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr3_iter};

use crate::{
    code::Code,
    problem::{Problem, Problems},
};

/// Bytes of a batch: large enough that the reader's start-up does not count, small enough for the memory limit.
const BATCH: usize = 1 << 19;

/// Consecutive records without blank lines between them, unless `rows` lists them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) bytes: Range<usize>,
    /// 0-based physical record of the first one.
    pub(super) first_row: u64,
    pub(super) records: u64,
    /// Blank lines within the segment, as (offset in the file, length).
    pub(super) blanks: Vec<Range<usize>>,
}

/// What the scan found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scan {
    pub(super) header: Vec<String>,
    pub(super) segments: Vec<Segment>,
    /// Without header and blank lines.
    pub(super) records: u64,
    pub(super) blank: u64,
}

/// One record: where it ends (after its line end) and how many cells it has.
struct Record {
    end: usize,
    cells: usize,
}

enum Broken {
    Unbalanced,
    Stray,
}

/// Reads one record from `start`. Line ends are LF or CRLF.
fn record(bytes: &[u8], start: usize, delimiter: u8) -> Result<Record, Broken> {
    // Most lines hold no quote: then the line is the record, and its delimiters are counted many at a time.
    let end = memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |at| start + at + 1);
    let line = &bytes[start..end];
    if memchr(b'"', line).is_none() {
        return Ok(Record { end, cells: memchr_iter(delimiter, line).count() + 1 });
    }
    quoted_record(bytes, start, delimiter)
}

/// The same where quotes may hold delimiters and line ends.
fn quoted_record(bytes: &[u8], start: usize, delimiter: u8) -> Result<Record, Broken> {
    let mut at = start;
    let mut cells = 1;
    loop {
        if bytes.get(at) == Some(&b'"') {
            at = after_quoted(bytes, at)?;
            match bytes.get(at) {
                None => return Ok(Record { end: at, cells }),
                Some(b'\n') => return Ok(Record { end: at + 1, cells }),
                Some(b'\r') if matches!(bytes.get(at + 1), None | Some(b'\n')) => {
                    return Ok(Record { end: (at + 2).min(bytes.len()), cells });
                }
                Some(&byte) if byte == delimiter => {
                    cells += 1;
                    at += 1;
                }
                Some(_) => return Err(Broken::Stray),
            }
            continue;
        }
        // Unquoted cells up to the next quote or line end.
        let mut quoted = None;
        let mut cell_start = at;
        for found in memchr3_iter(delimiter, b'\n', b'"', &bytes[at..]) {
            let found = at + found;
            match bytes[found] {
                b'\n' => return Ok(Record { end: found + 1, cells }),
                b'"' if found == cell_start => {
                    quoted = Some(found);
                    break;
                }
                b'"' => return Err(Broken::Stray),
                _ => {
                    cells += 1;
                    cell_start = found + 1;
                }
            }
        }
        match quoted {
            Some(found) => at = found,
            None => return Ok(Record { end: bytes.len(), cells }),
        }
    }
}

/// Where the record that starts at `start` ends; the bytes have been scanned before.
pub(super) fn record_end(bytes: &[u8], start: usize, delimiter: u8) -> usize {
    record(bytes, start, delimiter).map_or(bytes.len(), |found| found.end)
}

/// The first records that are not blank, with their numbers of cells; stops at one that is broken.
pub(super) fn first_records(
    bytes: &[u8],
    delimiter: u8,
    n: usize,
) -> impl Iterator<Item = (&[u8], usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= bytes.len() {
            return None;
        }
        let found = record(bytes, at, delimiter).ok()?;
        let line = &bytes[at..found.end];
        at = found.end;
        Some((line, found.cells))
    })
    .filter(|(line, _)| !is_blank(line))
    .take(n)
}

/// The position after the closing quote of the cell that opens at `open`.
fn after_quoted(bytes: &[u8], open: usize) -> Result<usize, Broken> {
    let mut at = open + 1;
    loop {
        at += memchr(b'"', &bytes[at..]).ok_or(Broken::Unbalanced)? + 1;
        if bytes.get(at) != Some(&b'"') {
            return Ok(at);
        }
        at += 1;
    }
}

/// The cells of one record, unquoted.
pub(super) fn cells(record: &[u8], delimiter: u8) -> Vec<String> {
    let line = record.strip_suffix(b"\n").unwrap_or(record);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let mut cells = Vec::new();
    let mut at = 0;
    loop {
        let (text, next) = if line.get(at) == Some(&b'"') {
            let end = after_quoted(line, at).unwrap_or(line.len());
            let inner = String::from_utf8_lossy(&line[at + 1..end.max(at + 2) - 1]);
            (inner.replace("\"\"", "\""), end)
        } else {
            let end = memchr(delimiter, &line[at..]).map_or(line.len(), |n| at + n);
            (String::from_utf8_lossy(&line[at..end]).into_owned(), end)
        };
        cells.push(text);
        if next >= line.len() {
            return cells;
        }
        at = next + 1;
    }
}

/// How many line ends come before a byte.
pub(super) fn lines_before(bytes: &[u8], at: usize) -> u64 {
    memchr_iter(b'\n', &bytes[..at]).count() as u64
}

fn is_blank(record: &[u8]) -> bool {
    record.iter().all(|byte| matches!(byte, b'\n' | b'\r' | b' ' | b'\t'))
}

/// Finds header, records and batches. `bytes` is UTF-8 without a byte-order mark, line ends LF or CRLF.
/// `first_row` is the physical record of the first line.
pub(super) fn scan(
    bytes: &[u8],
    delimiter: u8,
    first_row: u64,
    file: &str,
) -> Result<Scan, Problems> {
    if let Some(at) = memchr(0, bytes) {
        let row = first_row + lines_before(bytes, at);
        return Err(Problem::new(Code::NulByte, file).row(row).into());
    }
    let mut problems = Problems::default();
    let mut header: Option<Vec<String>> = None;
    let mut segments: Vec<Segment> = Vec::new();
    let (mut at, mut row, mut records, mut blank) = (0, first_row, 0, 0);
    while at < bytes.len() {
        let found = match record(bytes, at, delimiter) {
            Ok(found) => found,
            Err(broken) => {
                let code = match broken {
                    Broken::Unbalanced => Code::UnbalancedQuote,
                    Broken::Stray => Code::StrayQuote,
                };
                problems.add(Problem::new(code, file).row(row));
                if matches!(broken, Broken::Unbalanced) {
                    break;
                }
                // A stray quote spoils its own line only: go on, to report the others too.
                at = memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n + 1);
                row += 1;
                continue;
            }
        };
        let line = &bytes[at..found.end];
        if is_blank(line) && (header.is_none() || found.cells == 1) {
            // In a table of one column a blank line would be a missing value, but it could only be an identifier.
            blank += u64::from(header.is_some());
            if let Some(segment) = segments.last_mut() {
                segment.blanks.push(at..found.end);
                segment.bytes.end = found.end;
            }
        } else if let Some(names) = &header {
            if found.cells != names.len() {
                let code = if found.cells < names.len() { Code::ShortRow } else { Code::LongRow };
                problems.push(code, || {
                    Problem::new(code, file)
                        .row(row)
                        .found(format!("a row with {} cells", found.cells))
                        .expected(format!("{} cells, as in the header", names.len()))
                });
            }
            records += 1;
            match segments.last_mut() {
                Some(segment) if found.end - segment.bytes.start <= BATCH => {
                    segment.bytes.end = found.end;
                    segment.records += 1;
                }
                _ => segments.push(Segment {
                    bytes: at..found.end,
                    first_row: row,
                    records: 1,
                    blanks: Vec::new(),
                }),
            }
        } else {
            header = Some(cells(line, delimiter));
        }
        at = found.end;
        row += 1;
    }
    let trailing = trailing_blanks(&mut segments);
    let Some(header) = header else {
        problems.add(Problem::new(Code::FileEmpty, file));
        return Err(problems);
    };
    problems.into_result()?;
    Ok(Scan { header, segments, records, blank: blank - trailing.min(blank) })
}

/// Blank lines at the end are no records of any kind: takes them off the last segment and says how many there were.
fn trailing_blanks(segments: &mut [Segment]) -> u64 {
    let Some(last) = segments.last_mut() else {
        return u64::MAX;
    };
    let mut n = 0;
    while last.blanks.last().is_some_and(|blank| blank.end == last.bytes.end) {
        if let Some(blank) = last.blanks.pop() {
            last.bytes.end = blank.start;
            n += 1;
        }
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<&'static str> {
        scan(text.as_bytes(), b',', 0, "f.csv")
            .unwrap_err()
            .problems()
            .iter()
            .map(|p| p.code.as_str())
            .collect()
    }

    #[test]
    fn quoted_line_breaks_and_doubled_quotes_belong_to_their_cell() {
        let found = scan(b"a,\"b \"\"x\"\"\"\r\n1,\"two\nlines\"\r\n2,3", b',', 0, "f").unwrap();
        assert_eq!(found.header, ["a", "b \"x\""]);
        assert_eq!((found.records, found.blank), (2, 0));
    }

    #[test]
    fn rows_count_like_a_spreadsheet() {
        let found = scan(b"a,b\n1,2\n\n3,4\n\n\n", b',', 0, "f").unwrap();
        assert_eq!((found.records, found.blank), (2, 1));
        assert_eq!(found.segments[0].blanks[0], 8..9);
        let problem = scan(b"a,b\n1,2\n\n3\n", b',', 0, "f").unwrap_err();
        assert_eq!(problem.problems()[0].location.row, Some(3));
    }

    #[test]
    fn broken_shapes_are_named() {
        assert_eq!(codes("a,b\n1\n1,2,3\n"), ["short_row", "long_row"]);
        assert_eq!(codes("a,b\n1,\"2\n3,4\n"), ["unbalanced_quote"]);
        assert_eq!(codes("a,b\n1,x\"y\n1,\"x\"y\n"), ["stray_quote", "stray_quote"]);
        assert_eq!(codes(""), ["file_empty"]);
        assert_eq!(codes("\n \n"), ["file_empty"]);
        assert_eq!(codes("a,b\n1,\0\n"), ["nul_byte"]);
    }
}
