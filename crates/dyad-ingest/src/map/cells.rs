//! One cell at a time: is it missing, a number, or something that should not be there?

use polars::prelude::{Float64Chunked, StringChunked};

use super::Rule;
use crate::{code::Code, number, read::Cells};

/// One cell.
#[derive(Clone, Copy)]
pub(super) enum Cell<'a> {
    /// Nothing, or white space only.
    Empty,
    /// Trimmed text.
    Text(&'a str),
    /// A number of a typed format.
    Number(f64),
}

impl Cells {
    /// The cells in order.
    pub(super) fn iter(&self) -> Box<dyn Iterator<Item = Cell<'_>> + '_> {
        match self {
            Self::Text(text) => Box::new(text_cells(text)),
            Self::Number(numbers) => Box::new(number_cells(numbers)),
        }
    }
}

fn text_cells(text: &StringChunked) -> impl Iterator<Item = Cell<'_>> {
    text.iter().map(|cell| match cell.map(str::trim) {
        None | Some("") => Cell::Empty,
        Some(text) => Cell::Text(text),
    })
}

fn number_cells(numbers: &Float64Chunked) -> impl Iterator<Item = Cell<'_>> {
    numbers.iter().map(|cell| cell.map_or(Cell::Empty, Cell::Number))
}

impl Rule {
    /// The value of a cell; `None` if it is missing.
    pub(super) fn value(&self, cell: Cell<'_>, decimal: u8) -> Result<Option<f64>, Code> {
        let value = match cell {
            Cell::Empty => return Ok(None),
            Cell::Text(text) if self.codes.has_text(text) => return Ok(None),
            Cell::Text(text) => number::parse(text, decimal)?,
            Cell::Number(value) if !value.is_finite() => return Err(Code::NotFinite),
            Cell::Number(value) => value + 0.0,
        };
        if self.codes.has_number(value) {
            return Ok(None);
        }
        if self.dropout {
            let known = [0.0_f64, 1.0].iter().any(|k| k.total_cmp(&value).is_eq());
            return if known { Ok(Some(value)) } else { Err(Code::DropoutValue) };
        }
        match self.range {
            Some([_, high]) if value > high => Err(Code::AboveRange),
            Some([low, _]) if value < low => Err(Code::BelowRange),
            _ => Ok(Some(value)),
        }
    }

    /// The words after "expected" for a code that [`Rule::value`] gave.
    pub(super) fn expected(&self, code: Code, study_file: &str) -> String {
        let table = format!("({study_file}, [measures.{}])", self.id);
        match (code, self.range) {
            (Code::DropoutValue, _) => format!("0, 1 or empty {table}"),
            (Code::AboveRange | Code::BelowRange, Some([low, high])) => {
                format!("{low} to {high} {table}")
            }
            _ => format!("a number {table}"),
        }
    }
}

/// A whole number from a cell, if it is one.
pub(super) fn whole(cell: Cell<'_>, decimal: u8) -> Option<i64> {
    let value = match cell {
        Cell::Empty => return None,
        Cell::Number(value) => value,
        Cell::Text(text) => {
            // The common case, without the general parser.
            if text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit()) {
                return text.parse().ok();
            }
            number::parse(text, decimal).ok()?
        }
    };
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 1e9 by the guard")]
    (value.fract().abs() <= 0.0 && value.abs() < 1e9).then_some(value as i64)
}

/// Whether a spreadsheet has turned this identifier into a number with an exponent: `1.23E+05`.
pub(super) fn is_damaged(identifier: &str) -> bool {
    let Some((mantissa, exponent)) = identifier.split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    digits(whole) && digits(fraction) && exponent.starts_with(['+', '-']) && digits(&exponent[1..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::missing::MissingCodes;

    #[test]
    fn a_damaged_identifier_is_told_from_a_sound_one() {
        for damaged in ["1.23E+05", "1E+10", "4,5e-07"] {
            assert!(is_damaged(damaged), "{damaged}");
        }
        for sound in ["006", "E05", "1E10", "C1E+", "12-E+1", "4f2e+1a"] {
            assert!(!is_damaged(sound), "{sound}");
        }
    }

    #[test]
    fn codes_come_before_the_range() {
        let rule = Rule {
            id: "a".into(),
            codes: MissingCodes::new(&["-9".into(), "NA".into()]),
            range: Some([1.0, 7.0]),
            dropout: false,
        };
        assert_eq!(rule.value(Cell::Text("-9.0"), b'.'), Ok(None));
        assert_eq!(rule.value(Cell::Number(-9.0), b'.'), Ok(None));
        assert_eq!(rule.value(Cell::Text("NA"), b'.'), Ok(None));
        assert_eq!(rule.value(Cell::Text("7"), b'.'), Ok(Some(7.0)));
        assert_eq!(rule.value(Cell::Text("7.01"), b'.'), Err(Code::AboveRange));
        assert_eq!(rule.value(Cell::Text("0"), b'.'), Err(Code::BelowRange));
    }
}
