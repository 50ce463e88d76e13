//! Series that never move, values that heap up, values at the ends of the range.

use dyad_model::{Cell, ColumnKind, Level, Role, Study, Table};

use super::series::Series;

/// One row per measure.
pub(super) fn table(study: &Study, series: &[Option<Series>]) -> Table {
    let table = Table::new("data-quality", "Data quality")
        .column("measure", "Measure", ColumnKind::Text)
        .column("series", "Clients with three or more values", ColumnKind::Count)
        .column("constant", "of these, the same value throughout", ColumnKind::Count)
        .column("mode", "Share of the most frequent value", ColumnKind::Share)
        .column("floor", "Share at the lowest possible value", ColumnKind::Share)
        .column("ceiling", "Share at the highest possible value", ColumnKind::Share)
        .column("heaped", "Share of multiples of five", ColumnKind::Share)
        .note("Values outside a range and contradicting duplicates end a run, so none are counted here. Multiples of five are given for ranges of twenty or more, where a fifth is to be expected of whole scores.");
    let measures = study.measures.iter().zip(series).filter(|(m, _)| m.role != Role::Dropout);
    measures.fold(table, |table, (measure, series)| {
        let Some(series) = series else { return table };
        let share = |count: Option<u64>| {
            Cell::number(count.filter(|_| series.given > 0).map(|c| c as f64 / series.given as f64))
        };
        let sessions = measure.level == Level::Session;
        let clients = |n: u64| if sessions { Cell::count(n) } else { Cell::Missing };
        let cells = vec![
            Cell::text(measure.id.as_str()),
            clients(series.long),
            clients(series.constant),
            share(Some(series.mode)),
            share(series.ends.map(|ends| ends[0])),
            share(series.ends.map(|ends| ends[1])),
            share(series.heaped),
        ];
        table.row(series.counts, cells)
    })
}
