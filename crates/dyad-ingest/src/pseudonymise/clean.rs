//! One file, cleaned: identifiers hashed, dates turned into days, refused columns left out.

use std::collections::BTreeMap;

use super::{Action, ColumnLog, hmac::Secret};
use crate::{
    code::Code,
    gate::{self, Finding, Gate, Rule},
    map::{
        Target, Wanted,
        cells::{Cell, date},
    },
    number,
    outgoing::line,
    problem::{Problem, Problems},
    read::Table,
};

/// A cleaned file as CSV text, and what was done to each column.
pub(super) struct Cleaned {
    pub(super) csv: String,
    pub(super) rows: u64,
    pub(super) columns: Vec<ColumnLog>,
}

/// What a mapped column is called afterwards; its old name may say too much.
fn kind(target: Target) -> Option<&'static str> {
    match target {
        Target::Site => Some("site"),
        Target::Therapist => Some("therapist"),
        Target::Client => Some("client"),
        _ => None,
    }
}

/// Cleans a table. `allowed` are the columns the study file takes responsibility for.
pub(super) fn clean(
    table: &Table,
    wanted: &[Wanted],
    secret: &Secret,
    allowed: &BTreeMap<String, String>,
    shown: &str,
) -> Result<Cleaned, Problems> {
    let identifiers: Vec<usize> =
        wanted.iter().filter(|w| kind(w.target).is_some()).map(|w| w.index).collect();
    let dates = wanted.iter().find(|w| w.target == Target::Date).map(|w| w.index);
    let mut gate = Gate::default();
    for i in 0..table.source.batches() {
        gate.merge(Gate::of(&table.source.batch(i)?, &table.header));
    }
    let subject = gate::Subject {
        header: &table.header,
        identifiers: &identifiers,
        date: dates,
        hidden: &[],
    };
    let findings = gate::judge(&gate, &subject);
    let actions: Vec<Action> = (0..table.header.len())
        .map(|i| match wanted.iter().find(|w| w.index == i) {
            Some(w) if kind(w.target).is_some() => Action::Hashed,
            Some(w) if w.target == Target::Date => Action::DateToDay,
            _ => dropped(i, &findings, allowed, &table.header),
        })
        .collect();
    let days = if dates.is_some() { Some(days(table, wanted, shown)?) } else { None };
    let mut header: Vec<String> = Vec::new();
    for (i, action) in actions.iter().enumerate() {
        match action {
            Action::Kept => header.push(table.header[i].clone()),
            Action::Hashed => header.extend(
                wanted
                    .iter()
                    .find(|w| w.index == i)
                    .and_then(|w| kind(w.target))
                    .map(str::to_owned),
            ),
            Action::DateToDay => header.push("day".to_owned()),
            Action::Dropped { .. } => {}
        }
    }
    let mut out = Cleaned { csv: line(&header), rows: 0, columns: log(&table.header, &actions) };
    for i in 0..table.source.batches() {
        let batch = table.source.batch(i)?;
        let mut columns: Vec<Vec<String>> = Vec::new();
        for (at, (cells, action)) in batch.columns.iter().zip(&actions).enumerate() {
            let target = wanted.iter().find(|w| w.index == at).map(|w| w.target);
            columns.push(match (action, target.and_then(kind)) {
                (Action::Dropped { .. }, _) => continue,
                (Action::DateToDay, _) => {
                    let rows = (0..batch.len()).map(|row| batch.rows.at(row));
                    let day = |row| days.as_ref().and_then(|d| d.get(&row).copied());
                    rows.map(|row| day(row).map_or_else(String::new, |d| d.to_string())).collect()
                }
                (_, Some(kind)) => cells
                    .iter()
                    .map(|cell| match text(cell) {
                        empty if empty.is_empty() => empty,
                        identifier => secret.pseudonym(kind, &identifier),
                    })
                    .collect(),
                _ => cells.iter().map(|cell| harmless(text(cell), table.decimal)).collect(),
            });
        }
        for row in 0..batch.len() {
            let cells: Vec<String> =
                columns.iter_mut().map(|column| std::mem::take(&mut column[row])).collect();
            out.csv.push_str(&line(&cells));
            out.rows += 1;
        }
    }
    Ok(out)
}

/// What the gate says about a column that is neither an identifier nor the date.
fn dropped(
    column: usize,
    findings: &[Finding],
    allowed: &BTreeMap<String, String>,
    header: &[String],
) -> Action {
    let finding = findings.iter().find(|f| f.column == Some(column));
    match finding {
        Some(finding) if !allowed.contains_key(&header[column]) => {
            Action::Dropped { rule: finding.rule }
        }
        _ => Action::Kept,
    }
}

/// Days since the client's first session, by physical record.
fn days(table: &Table, wanted: &[Wanted], shown: &str) -> Result<BTreeMap<u64, i32>, Problems> {
    let at = |target| wanted.iter().find(|w| w.target == target).map(|w| w.index);
    let (Some(client), Some(dates)) = (at(Target::Client), at(Target::Date)) else {
        return Ok(BTreeMap::new());
    };
    let mut problems = Problems::default();
    let mut of_client: BTreeMap<String, Vec<(u64, i32)>> = BTreeMap::new();
    for i in 0..table.source.batches() {
        let batch = table.source.batch(i)?;
        let site = at(Target::Site).map(|site| batch.columns[site].iter().map(text).collect());
        let site: Vec<String> = site.unwrap_or_default();
        let rows = batch.columns[client].iter().zip(batch.columns[dates].iter()).enumerate();
        for (row, (client, cell)) in rows {
            let record = batch.rows.at(row);
            match date(cell) {
                Some(day) => {
                    let site = site.get(row).map_or("", String::as_str);
                    let key = format!("{site}\0{}", text(client));
                    of_client.entry(key).or_default().push((record, day));
                }
                None if matches!(cell, Cell::Empty) => {}
                None => problems.push(Code::DateValue, || {
                    Problem::new(Code::DateValue, shown).row(record).column(&table.header[dates])
                }),
            }
        }
    }
    problems.into_result()?;
    let mut days = BTreeMap::new();
    for rows in of_client.into_values() {
        let first = rows.iter().map(|(_, day)| *day).min().unwrap_or(0);
        days.extend(rows.into_iter().map(|(record, day)| (record, day - first)));
    }
    Ok(days)
}

fn text(cell: Cell<'_>) -> String {
    match cell {
        Cell::Text(text) => text.to_owned(),
        Cell::Number(value) => value.to_string(),
        // Only the declared date column may hold dates, and it is not written.
        Cell::Empty | Cell::Date(_) => String::new(),
    }
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe; numbers are written with a point.
fn harmless(cell: String, decimal: u8) -> String {
    if let Ok(value) = number::parse(&cell, decimal) {
        return if decimal == b',' { value.to_string() } else { cell };
    }
    if cell.starts_with(['=', '+', '-', '@']) { format!("'{cell}") } else { cell }
}

fn log(header: &[String], actions: &[Action]) -> Vec<ColumnLog> {
    header
        .iter()
        .zip(actions)
        .enumerate()
        .map(|(i, (name, action))| ColumnLog {
            // A name that may be a value itself is not repeated.
            column: match action {
                Action::Dropped { rule: Rule::R2 | Rule::R3 } | Action::Hashed => {
                    format!("column {}", i + 1)
                }
                _ => name.clone(),
            },
            action: *action,
        })
        .collect()
}
