//! One cell at a time: is it missing, a number, or something that should not be there?

use polars::prelude::{Float64Chunked, StringChunked};

use super::Rule;
use crate::{code::Code, number, read::Cells};

/// One cell.
#[derive(Clone, Copy)]
pub(crate) enum Cell<'a> {
    /// Nothing, or white space only.
    Empty,
    /// Trimmed text.
    Text(&'a str),
    /// A number of a typed format.
    Number(f64),
    /// A date of a typed format, as days since 1970.
    Date(i32),
}

impl Cells {
    /// The cells in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Cell<'_>> + '_ {
        match self {
            Self::Text(text) => {
                Kind::Text(texts(text).map(|cell| match cell.map(number::trimmed) {
                    None | Some("") => Cell::Empty,
                    Some(text) => Cell::Text(text),
                }))
            }
            Self::Number(numbers) => {
                Kind::Number(floats(numbers).map(|cell| cell.map_or(Cell::Empty, Cell::Number)))
            }
            Self::Date(days) => {
                Kind::Date(days.iter().map(|day| day.map_or(Cell::Empty, Cell::Date)))
            }
        }
    }
}

/// The texts of a column. The iterator of the library is a call through a pointer for every cell.
pub(crate) fn texts(text: &StringChunked) -> impl Iterator<Item = Option<&str>> {
    text.downcast_iter().flat_map(|part| part.iter())
}

/// The numbers of a column.
pub(crate) fn floats(numbers: &Float64Chunked) -> impl Iterator<Item = Option<f64>> + '_ {
    numbers.downcast_iter().flat_map(|part| part.iter()).map(Option::<&f64>::copied)
}

/// One of three iterators, chosen once.
enum Kind<T, N, D> {
    Text(T),
    Number(N),
    Date(D),
}

impl<C, T, N, D> Iterator for Kind<T, N, D>
where
    T: Iterator<Item = C>,
    N: Iterator<Item = C>,
    D: Iterator<Item = C>,
{
    type Item = C;

    #[inline]
    fn next(&mut self) -> Option<C> {
        match self {
            Self::Text(cells) => cells.next(),
            Self::Number(cells) => cells.next(),
            Self::Date(cells) => cells.next(),
        }
    }

    fn fold<B, F: FnMut(B, C) -> B>(self, start: B, each: F) -> B {
        match self {
            Self::Text(cells) => cells.fold(start, each),
            Self::Number(cells) => cells.fold(start, each),
            Self::Date(cells) => cells.fold(start, each),
        }
    }
}

impl Rule {
    /// The value of a cell; `None` if it is missing.
    pub(super) fn value(&self, cell: Cell<'_>, decimal: u8) -> Result<Option<f64>, Code> {
        let value = match cell {
            Cell::Empty => return Ok(None),
            Cell::Text(text) if self.codes.has_text(text) => return Ok(None),
            Cell::Text(text) => number::parse(text, decimal)?,
            Cell::Date(_) => return Err(Code::FullDate),
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
            Some([low, _]) if self.step.is_some_and(|step| !on_step(value - low, step)) => {
                Err(Code::ItemStep)
            }
            _ => Ok(Some(value)),
        }
    }

    /// The words after "expected" for a code that [`Rule::value`] gave.
    pub(super) fn expected(&self, code: Code, study_file: &str) -> String {
        let table = format!("({study_file}, [measures.{}])", self.id);
        match (code, self.range) {
            (Code::DropoutValue, _) => format!("0, 1 or empty {table}"),
            (Code::ItemStep, Some([low, high])) => {
                let step = self.step.unwrap_or_default();
                format!("{low} to {high} in steps of {step} {table}")
            }
            (Code::AboveRange | Code::BelowRange, Some([low, high])) => {
                format!("{low} to {high} {table}")
            }
            _ => format!("a number {table}"),
        }
    }
}

fn on_step(distance: f64, step: f64) -> bool {
    let steps = distance / step;
    (steps - steps.round()).abs() < 1e-9
}

/// A whole number from a cell, if it is one.
pub(super) fn whole(cell: Cell<'_>, decimal: u8) -> Option<i64> {
    let value = match cell {
        Cell::Empty | Cell::Date(_) => return None,
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

/// Days since 1970 of a date: 2024-03-31, 2024/03/31 or 31.03.2024; a time after it is dropped.
pub(crate) fn date(cell: Cell<'_>) -> Option<i32> {
    let text = match cell {
        Cell::Date(days) => return Some(days),
        Cell::Text(text) => text.split([' ', 'T']).next()?,
        _ => return None,
    };
    let mark = text.chars().find(|c| !c.is_ascii_digit())?;
    let parts: Vec<&str> = text.split(mark).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let (year, month, day) = match (mark, a.len()) {
        ('-' | '/', 4) => (a, b, c),
        ('.', 1 | 2) if c.len() == 4 => (c, b, a),
        _ => return None,
    };
    let (year, month, day): (i32, i32, i32) =
        (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    days_from_civil(year, month, day)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar: whole years, leap days, then the day of the year.
fn days_from_civil(year: i32, month: i32, day: i32) -> Option<i32> {
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let index = usize::try_from(month - 1).ok().filter(|i| *i < 12)?;
    if !(1800..=2200).contains(&year) || !(1..=lengths[index]).contains(&day) {
        return None;
    }
    let before = year - 1;
    let leap_days = before / 4 - before / 100 + before / 400;
    let of_year = lengths[..index].iter().sum::<i32>() + day - 1;
    // 719162 days lie between 0001-01-01 and 1970-01-01.
    Some(before * 365 + leap_days + of_year - 719_162)
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
    fn dates_count_from_1970() {
        // as.integer(as.Date("2024-02-29")) in R, and so on
        for (text, days) in [
            ("1970-01-01", 0),
            ("2024-02-29", 19_782),
            ("29.02.2024", 19_782),
            ("2000/3/1 10:00", 11_017),
            ("1969-12-31T23:59", -1),
        ] {
            assert_eq!(date(Cell::Text(text)), Some(days), "{text}");
        }
        for text in ["2023-02-29", "03/04/2024", "2024-13-01", "yesterday", "2024-03"] {
            assert_eq!(date(Cell::Text(text)), None, "{text}");
        }
    }

    #[test]
    fn codes_come_before_the_range() {
        let rule = Rule {
            id: "a".into(),
            codes: MissingCodes::new(&["-9".into(), "NA".into()]),
            range: Some([1.0, 7.0]),
            dropout: false,
            step: None,
        };
        assert_eq!(rule.value(Cell::Text("-9.0"), b'.'), Ok(None));
        assert_eq!(rule.value(Cell::Number(-9.0), b'.'), Ok(None));
        assert_eq!(rule.value(Cell::Text("NA"), b'.'), Ok(None));
        assert_eq!(rule.value(Cell::Text("7"), b'.'), Ok(Some(7.0)));
        assert_eq!(rule.value(Cell::Text("7.01"), b'.'), Err(Code::AboveRange));
        assert_eq!(rule.value(Cell::Text("0"), b'.'), Err(Code::BelowRange));
    }
}

#[cfg(test)]
mod string_slices {
    use polars::prelude::NewChunkedArray;

    use super::*;

    /// polars-arrow 0.55.2 exports wrong text for a sliced column of long strings (pola-rs/polars issue 29323). Cells are read by
    /// polars itself and never exported; this holds it, and every upgrade of polars, to the text that was there.
    #[test]
    fn sliced_text_in_several_chunks_is_read_as_it_was() {
        let words = |part: usize| {
            (0..40).map(move |row| match row % 4 {
                0 => None,
                1 => Some(format!("{part}.{row}")),
                _ => Some(format!("a word of more than twelve bytes, {part}.{row}")),
            })
        };
        let all: Vec<Option<String>> = words(0).chain(words(1)).collect();
        let mut text = StringChunked::from_iter_options("w".into(), words(0));
        text.append(&StringChunked::from_iter_options("w".into(), words(1))).unwrap();
        assert_eq!(text.chunks().len(), 2);
        for (start, length) in [(0, 80), (1, 7), (38, 4), (41, 39), (77, 3), (79, 1), (80, 0)] {
            let cells = Cells::Text(text.slice(start, length));
            let read: Vec<Option<&str>> = cells
                .iter()
                .map(|cell| match cell {
                    Cell::Text(text) => Some(text),
                    _ => None,
                })
                .collect();
            let from = usize::try_from(start).unwrap();
            let expected: Vec<Option<&str>> =
                all[from..from + length].iter().map(Option::as_deref).collect();
            assert_eq!(read, expected, "slice of {length} at {start}");
        }
    }
}
