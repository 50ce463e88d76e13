//! Tables of the report. A row stands for a group of persons or for an estimate, never for one client.

use serde::{Deserialize, Serialize};

use crate::{Counts, Spread};

/// How a column's cells are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Words.
    Text,
    /// A whole number of persons or rows: disclosure control rounds and suppresses it.
    Count,
    /// A number; printed with two or three decimals.
    Number,
    /// A number within −1 and 1 by definition: printed without a leading zero.
    Correlation,
    /// A share between 0 and 1: printed in per cent.
    Share,
    /// A p value.
    P,
    /// Two numbers: lower and upper limit.
    Interval,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name in the CSV file.
    pub id: String,
    /// Its heading in the report.
    pub label: String,
    /// How its cells are written.
    pub kind: ColumnKind,
}

/// One cell. Missing is `null`, never 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum Cell {
    /// No value.
    Missing,
    /// A number.
    Number(f64),
    /// Lower and upper limit.
    Interval([f64; 2]),
    /// Words.
    Text(String),
}

impl Cell {
    /// A number, or missing if there is none or it is not finite.
    #[must_use]
    pub fn number(value: Option<f64>) -> Self {
        value.filter(|v| v.is_finite()).map_or(Self::Missing, Self::Number)
    }

    /// A count.
    #[must_use]
    pub fn count(value: u64) -> Self {
        Self::Number(value as f64)
    }

    /// Words.
    #[must_use]
    pub fn text(value: impl Into<String>) -> Self {
        Self::Text(value.into())
    }

    /// An interval, or missing.
    #[must_use]
    pub fn interval(value: Option<[f64; 2]>) -> Self {
        value.map_or(Self::Missing, Self::Interval)
    }
}

/// One row, with the persons behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// One cell per column.
    pub cells: Vec<Cell>,
    /// Who contributed: disclosure control decides by these counts.
    #[serde(default)]
    pub n: Counts,
    /// How far single therapists or sites stand behind it, if the analysis says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread: Option<Spread>,
}

/// A table of the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Its name below the plugin's: the CSV file is `tables/<plugin>-<id>.csv`.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// A note computed from this run; empty if there is none.
    #[serde(default)]
    pub note: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Row>,
}

impl Table {
    /// A table without columns and rows yet.
    #[must_use]
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            note: String::new(),
            columns: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Adds a column.
    #[must_use]
    pub fn column(mut self, id: &str, label: &str, kind: ColumnKind) -> Self {
        self.columns.push(Column { id: id.to_owned(), label: label.to_owned(), kind });
        self
    }

    /// Adds a row with the persons behind it.
    #[must_use]
    pub fn row(mut self, n: Counts, cells: impl Into<Vec<Cell>>) -> Self {
        self.rows.push(Row { cells: cells.into(), n, spread: None });
        self
    }

    /// Adds rows, each with the persons behind it.
    #[must_use]
    pub fn with_rows<C: Into<Vec<Cell>>>(
        self,
        rows: impl IntoIterator<Item = (Counts, C)>,
    ) -> Self {
        rows.into_iter().fold(self, |table, (n, cells)| table.row(n, cells))
    }

    /// Sets the note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}
