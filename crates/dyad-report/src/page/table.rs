//! Tables of the page: cells already in words.

use dyad_model::{Cell, ColumnKind, Table};
use serde_json::{Map, Value};

use super::analysis::Numbers;
use crate::{ReportError, words};

/// A cell.
pub(crate) struct CellView {
    /// What is printed.
    pub(crate) text: String,
    /// Whether it stands at the right, as numbers do.
    pub(crate) right: bool,
}

impl CellView {
    /// Whether it is a checksum, which may break anywhere.
    pub(crate) fn is_hash(&self) -> bool {
        self.text.len() == 64 && self.text.bytes().all(|b| b.is_ascii_hexdigit())
    }
}

/// A table as the template prints it. The first cell of a row is its heading.
pub(crate) struct TableView {
    /// "Table 3"; empty until it is numbered.
    pub(crate) number: String,
    /// What it shows.
    pub(crate) title: String,
    /// Below it.
    pub(crate) note: String,
    /// Headings.
    pub(crate) heads: Vec<CellView>,
    /// Rows.
    pub(crate) rows: Vec<Vec<CellView>>,
    /// The file with every digit, if there is one.
    pub(crate) file: Option<String>,
    /// Whether it needs a page on its side.
    pub(crate) wide: bool,
}

impl TableView {
    /// A table of an analysis.
    pub(crate) fn new(table: &Table, file: Option<String>) -> Result<Self, ReportError> {
        check(table)?;
        let right = |kind: ColumnKind| kind != ColumnKind::Text;
        let heads = table
            .columns
            .iter()
            .map(|column| CellView { text: column.label.clone(), right: right(column.kind) })
            .collect();
        let rows = table
            .rows
            .iter()
            .map(|row| {
                let mut of_share = false;
                row.cells
                    .iter()
                    .zip(&table.columns)
                    .enumerate()
                    .map(|(at, (cell, column))| {
                        // Intervals that follow a share are intervals of it.
                        of_share = column.kind == ColumnKind::Share
                            || (of_share && column.kind == ColumnKind::Interval);
                        let text = match cell {
                            Cell::Interval(limits) if of_share => words::share_interval(*limits),
                            _ => words::cell(cell, column.kind),
                        };
                        let text = if at == 0 { words::start(&text) } else { text };
                        CellView { text, right: right(column.kind) }
                    })
                    .collect()
            })
            .collect();
        Ok(Self {
            number: String::new(),
            title: table.title.clone(),
            note: table.note.clone(),
            heads,
            rows,
            file,
            wide: table.columns.len() > 7,
        })
    }

    /// Sets columns to the right, as numbers stand.
    pub(crate) fn align_right(&mut self, columns: std::ops::RangeInclusive<usize>) {
        for row in std::iter::once(&mut self.heads).chain(&mut self.rows) {
            row.iter_mut().enumerate().for_each(|(i, cell)| cell.right |= columns.contains(&i));
        }
    }

    /// A table of words.
    pub(crate) fn of_words(
        title: &str,
        note: &str,
        heads: &[&str],
        rows: Vec<Vec<String>>,
    ) -> Self {
        let left = |text: String| CellView { text, right: false };
        Self {
            number: String::new(),
            title: title.to_owned(),
            note: note.to_owned(),
            heads: heads.iter().map(|head| left((*head).to_owned())).collect(),
            rows: rows.into_iter().map(|row| row.into_iter().map(left).collect()).collect(),
            file: None,
            wide: false,
        }
    }
}

/// Refuses a table whose rows do not fit its columns.
pub(crate) fn check(table: &Table) -> Result<(), ReportError> {
    let expected = table.columns.len();
    match table.rows.iter().position(|row| row.cells.len() != expected) {
        None => Ok(()),
        Some(index) => Err(ReportError::Table {
            id: table.id.clone(),
            row: index + 1,
            found: table.rows[index].cells.len(),
            expected,
        }),
    }
}

/// A table of what `run.json` says of its parts: one column per key of the first part.
pub(crate) fn from_maps(
    title: &str,
    maps: &[Map<String, Value>],
    numbers: &mut Numbers,
) -> Option<TableView> {
    let mut keys: Vec<&String> = Vec::new();
    for key in maps.iter().flat_map(Map::keys) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    if keys.is_empty() {
        return None;
    }
    keys.sort_by_key(|key| match key.as_str() {
        "id" | "name" => 0,
        "version" => 1,
        "status" => 2,
        "sha256" => 4,
        _ => 3,
    });
    let heads: Vec<String> = keys
        .iter()
        .map(|key| match key.as_str() {
            "sha256" => "SHA-256".to_owned(),
            "id" => "Plugin".to_owned(),
            other => match other.rsplit_once('_') {
                Some((what, unit @ ("s" | "ms"))) => format!("{}, {unit}", words::heading(what)),
                Some((what, "mb")) => format!("{}, MB", words::heading(what)),
                _ => words::heading(other),
            },
        })
        .collect();
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let rows = maps
        .iter()
        .map(|map| keys.iter().map(|key| map.get(*key).map_or_else(String::new, value)).collect())
        .collect();
    let mut view = TableView::of_words(title, "", &heads, rows);
    // Checksums and lists of what was enforced are long.
    view.wide = heads.len() > 5;
    numbers.number_table(&mut view);
    Some(view)
}

/// A JSON value in words.
fn value(value: &Value) -> String {
    match value {
        Value::Null => words::MISSING.to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => items.iter().map(self::value).collect::<Vec<_>>().join(", "),
        Value::Object(map) => map
            .iter()
            .map(|(key, item)| format!("{key}: {}", self::value(item)))
            .collect::<Vec<_>>()
            .join("; "),
    }
}
