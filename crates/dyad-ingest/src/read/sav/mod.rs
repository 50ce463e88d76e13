//! SPSS system files, `.sav` and `.zsav`, in both byte orders.
//!
//! The layout follows the description in the developer manual of GNU PSPP. Declared user-missing values are missing;
//! value labels are not data: they and all other texts of the dictionary pass the gate as hidden text.

mod data;
mod dictionary;

use encoding_rs::Encoding;

use self::dictionary::{Dictionary, Kind, Variable};
use super::{Cells, Input, Table, bytes::Damaged, memory};
use crate::{
    code::Code,
    problem::{Problem, Problems},
};

/// Days from 1582-10-14, the first day of SPSS time, to 1970-01-01.
const EPOCH: f64 = 141_428.0;
const DAY: f64 = 86_400.0;

/// Reads the whole file.
pub(super) fn open(input: &Input) -> Result<Table, Problems> {
    let file = &input.shown;
    let contents = memory::isolated(file, || contents(&input.bytes, file))?;
    memory::table(contents, file)
}

fn contents(bytes: &[u8], file: &str) -> Result<memory::Contents, Problems> {
    let damaged = |_: Damaged| Problems::from(Problem::new(Code::Unreadable, file));
    let dictionary = Dictionary::read(bytes).map_err(damaged)?;
    let cases = data::cases(bytes, &dictionary).map_err(damaged)?;
    let rows = cases.len() / (dictionary.segments * 8);
    memory::plausible(rows as u64, dictionary.variables.len(), file)?;
    if dictionary.claimed.is_some_and(|claimed| claimed != rows) {
        return Err(Problem::new(Code::RowCount, file)
            .found(format!(
                "{} records by the header, {rows} in the data",
                dictionary.claimed.unwrap_or_default()
            ))
            .into());
    }
    let encoding = dictionary.encoding;
    let mut remarks = Vec::new();
    let mut header = Vec::new();
    let mut columns = Vec::new();
    for variable in &dictionary.variables {
        let name = text(&variable.name, encoding, file)?;
        let column = Column { variable, cases: &cases, step: dictionary.segments * 8, rows };
        let (cells, user_missing) = column.cells(&dictionary, file)?;
        if user_missing > 0 {
            remarks.push(format!("`{name}`: {user_missing} user-missing values"));
        }
        if variable.labelled_missing {
            remarks.push(format!(
                "`{name}` has a value labelled like a missing one, but not declared as missing"
            ));
        }
        header.push(name);
        columns.push(cells);
    }
    let hidden = dictionary.hidden(encoding);
    let format = format!("SPSS {}, {}", dictionary.format, encoding.name());
    Ok(memory::Contents { header, columns, format, remarks, hidden })
}

/// Decodes a text; a byte that does not belong to the encoding is a problem.
fn text(raw: &[u8], encoding: &'static Encoding, file: &str) -> Result<String, Problems> {
    encoding
        .decode_without_bom_handling_and_without_replacement(raw)
        .map(|text| text.trim_end().to_owned())
        .ok_or_else(|| Problem::new(Code::Encoding, file).into())
}

/// One variable in all cases.
struct Column<'a> {
    variable: &'a Variable,
    cases: &'a [u8],
    /// Bytes of a case.
    step: usize,
    rows: usize,
}

impl Column<'_> {
    /// The cells, and how many of them are user-missing.
    fn cells(&self, dictionary: &Dictionary, file: &str) -> Result<(Cells, u64), Problems> {
        match self.variable.kind {
            Kind::Text { .. } => self.texts(dictionary.encoding, file),
            Kind::Number | Kind::Date => Ok(self.numbers(dictionary)),
        }
    }

    fn numbers(&self, dictionary: &Dictionary) -> (Cells, u64) {
        let mut user_missing = 0;
        let offset = self.variable.segment * 8;
        let values: Vec<Option<f64>> = (0..self.rows)
            .map(|row| {
                let at = row * self.step + offset;
                let raw: [u8; 8] = self.cases[at..at + 8].try_into().ok()?;
                let value = if dictionary.big_endian {
                    f64::from_be_bytes(raw)
                } else {
                    f64::from_le_bytes(raw)
                };
                if value.total_cmp(&dictionary.system_missing).is_eq() {
                    return None;
                }
                if self.variable.missing.holds(value) {
                    user_missing += 1;
                    return None;
                }
                Some(value)
            })
            .collect();
        if self.variable.kind == Kind::Date {
            #[expect(clippy::cast_possible_truncation, reason = "saturates; no date is there")]
            let day = |v: f64| ((v / DAY).floor() - EPOCH) as i32;
            return (Cells::Date(values.into_iter().map(|v| v.map(day)).collect()), user_missing);
        }
        (Cells::number(values.into_iter()), user_missing)
    }

    fn texts(&self, encoding: &'static Encoding, file: &str) -> Result<(Cells, u64), Problems> {
        let Kind::Text { width } = self.variable.kind else { return Ok((Cells::empty(0), 0)) };
        let mut user_missing = 0;
        let mut cells = Vec::with_capacity(self.rows);
        let mut raw = Vec::new();
        for row in 0..self.rows {
            raw.clear();
            // A very long text lies in pieces of 255 bytes, each in a room of 256.
            let mut at = row * self.step + self.variable.segment * 8;
            let mut left = width;
            while left > 0 {
                let piece = left.min(255);
                raw.extend_from_slice(&self.cases[at..at + piece]);
                at += 256;
                left -= piece;
            }
            if self.variable.missing.holds_text(&raw) {
                user_missing += 1;
                cells.push(None);
            } else {
                cells.push(Some(text(&raw, encoding, file)?));
            }
        }
        Ok((Cells::text(cells.into_iter()), user_missing))
    }
}
