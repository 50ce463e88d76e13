//! The share of missing values of every session-level measure, by session number.

use arrow_array::{Array, Float64Array, Int64Array, cast::AsArray};
use dyad_model::{Cell, ColumnKind, Counts, Level, Measure, Row, Study, Table};

use super::{column, values};

/// Sessions shown one by one; the later ones share a row.
const SESSIONS: usize = 20;

/// `None` if no measure is taken by session.
pub(super) fn table(study: &Study) -> Option<Table> {
    let sessions = &study.tables.sessions;
    let numbers: &Int64Array = column(sessions, "session")?.as_primitive_opt()?;
    let clients: &Int64Array = column(sessions, "client")?.as_primitive_opt()?;
    let measures: Vec<(&Measure, &Float64Array)> = (study.measures.iter())
        .filter(|m| m.level == Level::Session)
        .filter_map(|m| Some((m, values(study, m)?)))
        .collect();
    if measures.is_empty() {
        return None;
    }
    let mut held = [0_u64; SESSIONS + 2];
    let mut persons = [0_u64; SESSIONS + 2];
    let mut missing = vec![[0_u64; SESSIONS + 2]; measures.len()];
    let mut last = None;
    for row in 0..numbers.len() {
        let bin = usize::try_from(numbers.value(row)).unwrap_or(0).min(SESSIONS + 1);
        held[bin] += 1;
        // A session number stands once per client, but "later" may hold several of one client's sessions.
        let person = Some((clients.value(row), bin));
        persons[bin] += u64::from(person != last);
        last = person;
        for (count, (_, values)) in missing.iter_mut().zip(&measures) {
            count[bin] += u64::from(values.is_null(row));
        }
    }
    let mut table = Table::new("missing", "Missing values by session")
        .column("session", "Session", ColumnKind::Text)
        .column("n", "Sessions held", ColumnKind::Count)
        .note("Of the sessions in the file; a session that is not in the file is not counted as missing.");
    for (measure, _) in &measures {
        table = table.column(&measure.id, &measure.name(), ColumnKind::Share);
    }
    for bin in (0..held.len()).filter(|&bin| held[bin] > 0) {
        let label = if bin > SESSIONS { format!("{bin} or later") } else { bin.to_string() };
        let mut cells = vec![Cell::text(label), Cell::count(held[bin])];
        let shares = missing.iter().map(|m| m[bin] as f64 / held[bin] as f64);
        cells.extend(shares.map(|share| Cell::number(Some(share))));
        let n = Counts { rows: Some(held[bin]), clients: Some(persons[bin]), ..Counts::default() };
        table.rows.push(Row { cells, n, spread: None });
    }
    Some(table)
}
