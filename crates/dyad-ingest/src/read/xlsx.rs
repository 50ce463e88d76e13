//! Excel workbooks: one sheet, whose first filled row is the header; titles above it are passed over.

use std::{collections::BTreeMap, io::Cursor};

use calamine::{DataRef, Reader, Xlsx, open_workbook_from_rs};

use super::{Cells, Hidden, Input, Options, Table, memory};
use crate::{
    code::Code,
    nearest::nearest,
    problem::{Problem, Problems},
};

/// Columns a sheet can have.
const COLUMNS: u32 = 16_384;

/// One cell with content.
enum Value {
    Text(String),
    Number(f64),
    /// Days since 1970.
    Date(i32),
}

type Sheet = BTreeMap<u32, Vec<(u32, Value)>>;

/// Reads one sheet: the one the study file names, else the first.
pub(super) fn open(input: &Input, options: &Options) -> Result<Table, Problems> {
    let file = &input.shown;
    let contents = memory::isolated(file, || contents(&input.bytes, options, file))?;
    memory::table(contents, file)
}

fn contents(bytes: &[u8], options: &Options, file: &str) -> Result<memory::Contents, Problems> {
    // The reader's own messages may quote the file.
    let refused = || Problems::from(Problem::new(Code::Unreadable, file));
    let mut workbook: Xlsx<_> =
        open_workbook_from_rs(Cursor::new(bytes)).map_err(|_: calamine::XlsxError| refused())?;
    let sheets = workbook.sheet_names();
    let name = match &options.sheet {
        Some(name) if sheets.contains(name) => name.clone(),
        Some(name) => {
            let problem = Problem::new(Code::ColumnMissing, file)
                .found(format!("no sheet named `{name}`"))
                .expected("a sheet of the workbook (study file, [data] sheet)");
            let close = nearest(name, sheets.iter().map(String::as_str));
            return Err(match close {
                Some(close) => problem.hint(format!("did you mean `{close}`?")),
                None => problem.hint("check the names of the sheets"),
            }
            .into());
        }
        None => sheets.first().cloned().ok_or_else(refused)?,
    };
    let mut remarks = Vec::new();
    if sheets.len() > 1 && options.sheet.is_none() {
        remarks.push(format!("the workbook has {} sheets; the first was read", sheets.len()));
    }
    let merged = workbook.merge_cells_by_sheet_name(&name).map_err(|_| refused())?;
    let (mut titles, mut problems) = sheet(&mut workbook, &name, file)?;
    let in_merged = |row: u32| merged.iter().any(|r| (r.start.0..=r.end.0).contains(&row));
    let Some(head) = head(&titles, in_merged) else {
        return Err(Problem::new(Code::FileEmpty, file).into());
    };
    let sheet = titles.split_off(&head);
    if let Some(region) = merged.iter().find(|region| region.end.0 >= head) {
        let problem = Problem::new(Code::Unsupported, file)
            .row(u64::from(region.start.0))
            .found("merged cells in the table")
            .expected("one row of column names, and below it one value in every cell")
            .hint("unmerge them (a merged cell has a value in its first row and column only), and give every column a name of its own");
        // What else does not fit into the columns follows from it.
        return Err(problem.into());
    }
    if head > 0 {
        remarks.push(format!("the header is row {} of the sheet", head + 1));
    }
    let hidden = titles.into_values().flatten().filter_map(|(_, value)| match value {
        Value::Text(text) => Some(Hidden { place: "rows above the header".to_owned(), text }),
        _ => None,
    });
    let hidden = hidden.collect();
    let (header, columns) = columns(sheet, head, file, &mut problems)?;
    problems.into_result()?;
    let format = "Excel workbook".to_owned();
    Ok(memory::Contents { header, columns, format, remarks, hidden })
}

/// The row of the header: the first filled one. Titles may stand above it, in merged cells or alone in their rows, if the first row
/// below them is full of names; otherwise the titles are taken for the header, and what is wrong with that is said.
fn head(sheet: &Sheet, in_merged: impl Fn(u32) -> bool) -> Option<u32> {
    let width = sheet.values().map(Vec::len).max()?;
    let is_title =
        |row: u32, cells: &[(u32, Value)]| in_merged(row) || (cells.len() == 1 && width > 1);
    let names = |cells: &[(u32, Value)]| {
        cells.len() == width && cells.iter().all(|(_, value)| matches!(value, Value::Text(_)))
    };
    let below = sheet.iter().find(|(row, cells)| !is_title(**row, cells));
    let below = below.filter(|(_, cells)| names(cells)).map(|(row, _)| *row);
    below.or_else(|| sheet.first_key_value().map(|(row, _)| *row))
}

/// The filled cells by row. Read cell by cell: a sheet may claim a size that no memory holds.
fn sheet(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    file: &str,
) -> Result<(Sheet, Problems), Problems> {
    let refused = || Problems::from(Problem::new(Code::Unreadable, file));
    let is_1904 = workbook.has_1904_epoch();
    let mut problems = Problems::default();
    let mut sheet = Sheet::new();
    let mut reader = workbook.worksheet_cells_reader(name).map_err(|_| refused())?;
    while let Some(cell) = reader.next_cell().map_err(|_| refused())? {
        let (row, column) = cell.get_position();
        let value = match cell.get_value() {
            DataRef::Empty => continue,
            DataRef::Int(value) => Value::Number(*value as f64),
            DataRef::Float(value) => Value::Number(*value),
            DataRef::Bool(value) => Value::Number(f64::from(u8::from(*value))),
            DataRef::SharedString(text) => Value::Text((*text).to_owned()),
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
                Value::Text(text.clone())
            }
            DataRef::DateTime(date) => {
                // Day 0 of a workbook is 1899-12-30, or 1904-01-01 in old files of one system.
                let epoch = if is_1904 { 24_107.0 } else { 25_569.0 };
                #[expect(clippy::cast_possible_truncation, reason = "saturates; no date is there")]
                Value::Date((date.as_f64() - epoch).floor() as i32)
            }
            DataRef::Error(_) => {
                problems.push(Code::TextInNumber, || {
                    Problem::new(Code::TextInNumber, file)
                        .row(u64::from(row))
                        .found(format!("a formula error in column {}", column + 1))
                        .hint("correct the formula, or clear the cell")
                });
                continue;
            }
        };
        if matches!(&value, Value::Text(text) if text.trim().is_empty()) {
            continue;
        }
        if column >= COLUMNS {
            return Err(refused());
        }
        sheet.entry(row).or_default().push((column, value));
    }
    Ok((sheet, problems))
}

/// Header and columns below it.
fn columns(
    mut sheet: Sheet,
    head: u32,
    file: &str,
    problems: &mut Problems,
) -> Result<(Vec<String>, Vec<Cells>), Problems> {
    let names = sheet.remove(&head).unwrap_or_default();
    let width = names.iter().map(|(column, _)| column + 1).max().unwrap_or(0);
    let mut header = vec![String::new(); width as usize];
    for (column, value) in names {
        header[column as usize] = match value {
            Value::Text(text) => text,
            Value::Number(value) => value.to_string(),
            Value::Date(_) => "date".to_owned(),
        };
    }
    // The rows of the table begin below the header, whatever stands above it.
    let last = sheet.last_key_value().map_or(head, |(row, _)| *row);
    let rows = (last - head) as usize;
    memory::plausible(rows as u64, header.len(), file)?;
    let mut cells: Vec<BTreeMap<usize, Value>> =
        (0..header.len()).map(|_| BTreeMap::new()).collect();
    for (row, values) in sheet {
        let mut beyond = 0;
        for (column, value) in values {
            match cells.get_mut(column as usize) {
                Some(cells) => {
                    cells.insert((row - head - 1) as usize, value);
                }
                None => beyond += 1,
            }
        }
        if beyond > 0 {
            problems.push(Code::LongRow, || {
                Problem::new(Code::LongRow, file)
                    .row(u64::from(row))
                    .found("a cell to the right of the last column name")
                    .hint("name its column, or clear the cell")
            });
        }
    }
    Ok((header, cells.into_iter().map(|cells| column(cells, rows)).collect()))
}

/// One column: numbers or dates if all its cells are, else text.
fn column(mut cells: BTreeMap<usize, Value>, rows: usize) -> Cells {
    if cells.is_empty() {
        return Cells::empty(rows);
    }
    if cells.values().all(|value| matches!(value, Value::Number(_))) {
        return Cells::number((0..rows).map(|row| match cells.get(&row) {
            Some(Value::Number(value)) => Some(*value),
            _ => None,
        }));
    }
    if cells.values().all(|value| matches!(value, Value::Date(_))) {
        let day = |row| match cells.get(&row) {
            Some(Value::Date(day)) => Some(*day),
            _ => None,
        };
        return Cells::Date((0..rows).map(day).collect());
    }
    Cells::text((0..rows).map(|row| {
        cells.remove(&row).map(|value| match value {
            Value::Text(text) => text,
            Value::Number(value) => value.to_string(),
            // Any date would do: the gate shall see that there is one.
            Value::Date(_) => "1970-01-01".to_owned(),
        })
    }))
}
