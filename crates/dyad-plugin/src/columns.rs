//! Typed views of a table's columns: no copy, missing values kept missing.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, Float64Array, Int64Array, RecordBatch};

use crate::Failure;

/// A table: its rows are sorted by (site, therapist, client, session), so every cluster is one contiguous run.
#[derive(Clone, Debug)]
pub struct Table<'r> {
    name: &'r str,
    batch: &'r RecordBatch,
}

impl<'r> Table<'r> {
    pub(crate) fn new(name: &'r str, batch: &'r RecordBatch) -> Self {
        Self { name, batch }
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.batch.num_rows()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the table has this column.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.batch.column_by_name(column).is_some()
    }

    fn column(&self, column: &str) -> Result<&'r dyn Array, Failure> {
        let found = self.batch.column_by_name(column);
        found.map(AsRef::as_ref).ok_or_else(|| Failure::missing_column(self.name, column))
    }

    /// A column of whole numbers: identifiers, `session`, `day`.
    ///
    /// # Errors
    /// A [`Failure`] if it was not granted or holds something else.
    pub fn integers(&self, column: &str) -> Result<Integers<'r>, Failure> {
        let array = self.column(column)?.as_primitive_opt::<Int64Type>();
        array.map(Integers).ok_or_else(|| Failure::bad_type(column, "whole numbers"))
    }

    /// A column of scores: a measure, named by its id.
    ///
    /// # Errors
    /// A [`Failure`] if it was not granted or holds something else.
    pub fn floats(&self, column: &str) -> Result<Floats<'r>, Failure> {
        let array = self.column(column)?.as_primitive_opt::<Float64Type>();
        array.map(Floats).ok_or_else(|| Failure::bad_type(column, "scores"))
    }

    /// The contiguous runs of equal values of an identifier column: one range of rows per client, therapist or site.
    ///
    /// # Errors
    /// A [`Failure`] if the column was not granted or holds no whole numbers.
    pub fn runs_of(&self, column: &str) -> Result<Runs<'r>, Failure> {
        Ok(Runs { column: self.integers(column)?, next: 0 })
    }
}

/// A nullable column of whole numbers.
#[derive(Clone, Copy, Debug)]
pub struct Integers<'r>(&'r Int64Array);

/// A nullable column of scores.
#[derive(Clone, Copy, Debug)]
pub struct Floats<'r>(&'r Float64Array);

impl<'r> Integers<'r> {
    /// The value of a row; `None` if missing.
    #[must_use]
    #[inline]
    pub fn get(&self, row: usize) -> Option<i64> {
        (row < self.0.len() && self.0.is_valid(row)).then(|| self.0.value(row))
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All values; what stands at a missing row means nothing.
    #[must_use]
    pub fn values(&self) -> &'r [i64] {
        self.0.values()
    }
}

impl<'r> Floats<'r> {
    /// The value of a row; `None` if missing.
    #[must_use]
    #[inline]
    pub fn get(&self, row: usize) -> Option<f64> {
        (row < self.0.len() && self.0.is_valid(row)).then(|| self.0.value(row))
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All values; what stands at a missing row means nothing.
    #[must_use]
    pub fn values(&self) -> &'r [f64] {
        self.0.values()
    }

    /// How many values are missing.
    #[must_use]
    pub fn missing(&self) -> usize {
        self.0.null_count()
    }
}

/// Contiguous runs of equal values; see [`Table::runs_of`].
#[derive(Clone, Debug)]
pub struct Runs<'r> {
    column: Integers<'r>,
    next: usize,
}

impl Iterator for Runs<'_> {
    type Item = Range<usize>;

    #[inline]
    fn next(&mut self) -> Option<Range<usize>> {
        let start = self.next;
        if start == self.column.len() {
            return None;
        }
        let value = self.column.get(start);
        let mut end = start + 1;
        while end < self.column.len() && self.column.get(end) == value {
            end += 1;
        }
        self.next = end;
        Some(start..end)
    }
}
