//! Tables as CSV: every digit, missing as an empty cell, nothing a spreadsheet would run.

use dyad_model::{Cell, ColumnKind, Table};

/// Writes a table. Interval columns become two: `<id>_low` and `<id>_high`.
pub(crate) fn table(table: &Table) -> String {
    let mut text = String::new();
    let heads: Vec<String> = table
        .columns
        .iter()
        .flat_map(|column| match column.kind {
            ColumnKind::Interval => {
                vec![format!("{}_low", column.id), format!("{}_high", column.id)]
            }
            _ => vec![column.id.clone()],
        })
        .collect();
    line(&mut text, heads.iter().map(|head| words(head)));
    for row in &table.rows {
        let cells = table.columns.iter().zip(&row.cells).flat_map(|(column, cell)| {
            let pair = column.kind == ColumnKind::Interval;
            match cell {
                Cell::Interval([low, high]) => vec![number(*low), number(*high)],
                Cell::Number(value) => vec![number(*value)],
                Cell::Text(text) => vec![words(text)],
                Cell::Missing => vec![String::new()],
            }
            .into_iter()
            .chain((pair && !matches!(cell, Cell::Interval(_))).then(String::new))
        });
        line(&mut text, cells);
    }
    text
}

fn line(text: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.collect();
    text.push_str(&cells.join(","));
    text.push_str("\r\n");
}

/// The shortest text that reads back as the same number.
pub(crate) fn number(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let text = format!("{value}");
    if text == "-0" { "0".to_owned() } else { text }
}

/// Words as a cell: quoted where needed; a leading `= + - @`, tab or return gets an apostrophe, or a spreadsheet runs it.
pub(crate) fn words(text: &str) -> String {
    let dangerous =
        text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r', '\n']);
    let safe = if dangerous { format!("'{text}") } else { text.to_owned() };
    if safe.contains([',', '"', '\n', '\r', ';']) {
        format!("\"{}\"", safe.replace('"', "\"\""))
    } else {
        safe
    }
}

#[cfg(test)]
mod tests {
    use dyad_model::Counts;

    use super::*;

    #[test]
    fn cells_cannot_become_formulas_and_numbers_stay_numbers() {
        assert_eq!(words("=1+1"), "'=1+1");
        assert_eq!(words(" @SUM(A1)"), "' @SUM(A1)");
        assert_eq!(words("-2 to 3, \"about\""), "\"'-2 to 3, \"\"about\"\"\"");
        assert_eq!(number(-0.1), "-0.1");
        assert_eq!(number(f64::NAN), "");
    }

    #[test]
    fn an_interval_is_two_columns_even_where_it_is_missing() {
        let counts = Counts::default();
        let built = Table::new("t", "T")
            .column("label", "Label", ColumnKind::Text)
            .column("ci", "CI", ColumnKind::Interval)
            .row(counts, [Cell::text("a"), Cell::interval(Some([0.1, 0.25]))])
            .row(counts, [Cell::text("b"), Cell::Missing]);
        assert_eq!(table(&built), "label,ci_low,ci_high\r\na,0.1,0.25\r\nb,,\r\n");
    }
}
