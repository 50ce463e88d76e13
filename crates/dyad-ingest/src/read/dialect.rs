//! Delimiter and decimal mark, from the first records and from the names the study file expects.

use super::{Options, scan};
use crate::{
    code::Code,
    number,
    problem::{Problem, Problems},
};

const DELIMITERS: [u8; 4] = *b",;\t|";
/// Records looked at.
const SAMPLE: usize = 1000;

/// How the cells of a text file are separated and its numbers written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    pub(super) decimal: u8,
}

impl Dialect {
    /// Its description for the report.
    pub(super) fn describe(self, encoding: &str) -> String {
        let delimiter = match self.delimiter {
            b'\t' => "tab".to_owned(),
            other => format!("`{}`", char::from(other)),
        };
        let decimal = if self.decimal == b',' { ", decimal comma" } else { "" };
        format!("CSV, {encoding}, delimiter {delimiter}{decimal}")
    }
}

/// How well a delimiter explains the first records.
struct Candidate {
    delimiter: u8,
    /// Expected names that are cells of the header.
    names: usize,
    /// Cells of the header, if all records have as many and there is more than one.
    even: Option<usize>,
}

/// Finds what the study file does not say.
pub(super) fn find(text: &[u8], options: &Options, file: &str) -> Result<Dialect, Problems> {
    let delimiter = match options.delimiter {
        Some(delimiter) => delimiter,
        None => delimiter(text, &options.expected, file)?,
    };
    let decimal = options.decimal.unwrap_or_else(|| decimal(text, delimiter));
    Ok(Dialect { delimiter, decimal })
}

fn delimiter(text: &[u8], expected: &[String], file: &str) -> Result<u8, Problems> {
    let mut candidates: Vec<Candidate> = DELIMITERS
        .iter()
        .map(|&delimiter| {
            let records: Vec<_> = scan::first_records(text, delimiter, SAMPLE).collect();
            let header = records.first().map_or_else(Vec::new, |r| scan::cells(r.0, delimiter));
            let names =
                header.iter().filter(|cell| expected.iter().any(|e| e == cell.trim())).count();
            let even = records.iter().all(|r| r.1 == header.len()) && header.len() > 1;
            Candidate { delimiter, names, even: even.then_some(header.len()) }
        })
        .collect();
    // Names first: a delimiter under which the columns of the study appear is the right one.
    let most = candidates.iter().map(|c| c.names).max().unwrap_or(0);
    candidates.retain(|c| c.names == most);
    if candidates.len() > 1 && candidates.iter().any(|c| c.even.is_some()) {
        candidates.retain(|c| c.even.is_some());
    }
    match candidates.as_slice() {
        [one] => Ok(one.delimiter),
        // Nothing is split by any of them: one column, and the missing names will be reported.
        [first, rest @ ..] if first.even.is_none() && rest.iter().all(|c| c.even.is_none()) => {
            Ok(b',')
        }
        _ => Err(Problem::new(Code::Dialect, file).row(0).into()),
    }
}

/// `,` if numbers are written with a comma and none with a point.
fn decimal(text: &[u8], delimiter: u8) -> u8 {
    if delimiter == b',' && !text.contains(&b'"') {
        return b'.';
    }
    let (mut commas, mut points) = (0_u64, 0_u64);
    for (record, _) in scan::first_records(text, delimiter, SAMPLE).skip(1) {
        for cell in scan::cells(record, delimiter) {
            let cell = cell.trim();
            if cell.contains(',') && number::parse(cell, b',').is_ok() {
                commas += 1;
            } else if cell.contains('.') && number::parse(cell, b'.').is_ok() {
                points += 1;
            }
        }
    }
    if commas > 0 && points == 0 { b',' } else { b'.' }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, expected: &[&str]) -> Option<(char, char)> {
        let expected = expected.iter().map(|&name| name.to_owned()).collect();
        let options = Options { expected, ..Options::default() };
        let dialect = find(text.as_bytes(), &options, "f").ok()?;
        Some((dialect.delimiter.into(), dialect.decimal.into()))
    }

    #[test]
    fn dialects_of_practice() {
        assert_eq!(found("a,b\n1,2.5\n", &[]), Some((',', '.')));
        assert_eq!(found("a;b\n1;2,5\n", &[]), Some((';', ',')));
        assert_eq!(found("a\tb\n1\t2,5\n", &[]), Some(('\t', ',')));
        assert_eq!(found("a|b\n1|2.5\n", &[]), Some(('|', '.')));
        assert_eq!(found("a,b\n1,\"2,5\"\n", &[]), Some((',', ',')));
        assert_eq!(found("\"x;y\",b\n\"1;2\",2.5\n", &["b"]), Some((',', '.')));
    }

    #[test]
    fn names_decide_between_two_and_doubt_is_reported() {
        let both = "a;b,c;d\n1;2,3;4\n";
        assert_eq!(found(both, &["a", "d"]), Some((';', ',')));
        assert_eq!(found(both, &[]), None);
        assert_eq!(found("alone\n1\n", &[]), Some((',', '.')));
    }
}
