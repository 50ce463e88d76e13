//! What the cells of a column are like, without keeping any of them.

use std::collections::BTreeSet;

use crate::{map::cells::Cell, number, problem::Problems, read::Table};

/// Codes that often stand for "no answer".
pub(super) const CODES: [&str; 12] =
    ["NA", "N/A", "na", "n/a", ".", "-9", "-99", "-999", "99", "999", "888", "9999"];

/// One column.
#[derive(Clone, Debug, Default)]
pub(super) struct Summary {
    pub(super) name: String,
    pub(super) filled: u64,
    /// Cells without any content.
    pub(super) empty: u64,
    pub(super) numbers: u64,
    /// Whether all numbers are whole.
    pub(super) whole: bool,
    pub(super) low: f64,
    pub(super) high: f64,
    /// Known missing codes among the cells, by position in [`CODES`].
    pub(super) codes: BTreeSet<usize>,
    pub(super) is_date: bool,
}

impl Summary {
    /// Whether the column can hold a measure.
    pub(super) fn is_number(&self) -> bool {
        self.numbers > 0 && self.numbers == self.filled && !self.is_date
    }

    /// Whether every cell is 0 or 1.
    pub(super) fn is_binary(&self) -> bool {
        self.is_number() && self.whole && self.low >= 0.0 && self.high <= 1.0
    }
}

/// Reads all columns of a table.
pub(super) fn summaries(table: &Table) -> Result<Vec<Summary>, Problems> {
    let mut all: Vec<Summary> = (table.header.iter())
        .map(|name| Summary {
            name: name.clone(),
            whole: true,
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
            ..Summary::default()
        })
        .collect();
    for i in 0..table.source.batches() {
        let batch = table.source.batch(i)?;
        for (summary, cells) in all.iter_mut().zip(&batch.columns) {
            for cell in cells.iter() {
                summary.add(cell, table.decimal);
            }
        }
    }
    Ok(all)
}

impl Summary {
    fn add(&mut self, cell: Cell<'_>, decimal: u8) {
        let value = match cell {
            Cell::Empty => {
                self.empty += 1;
                return;
            }
            Cell::Date(_) => {
                self.filled += 1;
                self.is_date = true;
                return;
            }
            Cell::Number(value) => {
                let text = value.to_string();
                if let Some(code) = CODES.iter().position(|code| *code == text) {
                    self.codes.insert(code);
                    return;
                }
                value
            }
            Cell::Text(text) => {
                // A number that is a code is not one of the scores, a name that is a code is still a name.
                if let Some(code) = CODES.iter().position(|code| *code == text) {
                    self.codes.insert(code);
                    return;
                }
                self.filled += 1;
                match number::parse(text, decimal) {
                    Ok(value) => value,
                    Err(code) => {
                        self.is_date |= code == crate::code::Code::FullDate;
                        return;
                    }
                }
            }
        };
        if matches!(cell, Cell::Number(_)) {
            self.filled += 1;
        }
        self.numbers += 1;
        self.whole &= value.fract().abs() <= 0.0;
        self.low = self.low.min(value);
        self.high = self.high.max(value);
    }
}
