//! Two tables of every report: the codebook, and what the data are like.

use std::collections::BTreeMap;

use arrow_array::{Array, Float64Array, Int64Array, RecordBatch, cast::AsArray};
use dyad_model::{Cell, ColumnKind, Counts, Level, Measure, Role, Row, Study, Table};

use crate::{alpha::Alpha, study_file::StudyFile};

/// Sessions shown one by one in the table of missing values; the later ones share a row.
const SESSIONS: i64 = 20;
/// Ratings that a constant series needs at least.
const SERIES: usize = 3;

/// The tables, in the order of the report.
pub(crate) fn tables(file: &StudyFile, study: &Study, alphas: &[Alpha]) -> Vec<Table> {
    let mut tables = vec![codebook(file, study), peculiarities(study)];
    tables.extend(missing(study));
    if !alphas.is_empty() {
        tables.push(reliability(alphas));
    }
    tables
}

fn values<'a>(study: &'a Study, measure: &Measure) -> Option<&'a Float64Array> {
    column(table(study, measure.level), &measure.id)?.as_primitive_opt()
}

fn table(study: &Study, level: Level) -> &RecordBatch {
    match level {
        Level::Session => &study.tables.sessions,
        Level::Client => &study.tables.clients,
        Level::Therapist => &study.tables.therapists,
    }
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Option<&'a dyn Array> {
    batch.column_by_name(name).map(AsRef::as_ref)
}

fn counts(level: Level, n: u64) -> Counts {
    match level {
        Level::Session => Counts { rows: Some(n), ..Counts::default() },
        Level::Client => Counts { clients: Some(n), ..Counts::default() },
        Level::Therapist => Counts { therapists: Some(n), ..Counts::default() },
    }
}

fn level_word(level: Level) -> &'static str {
    match level {
        Level::Session => "session",
        Level::Client => "client",
        Level::Therapist => "therapist",
    }
}

fn codebook(file: &StudyFile, study: &Study) -> Table {
    let table = Table::new("codebook", "Codebook")
        .column("measure", "Measure", ColumnKind::Text)
        .column("role", "Role", ColumnKind::Text)
        .column("rater", "Rater", ColumnKind::Text)
        .column("level", "One value per", ColumnKind::Text)
        .column("instrument", "Instrument", ColumnKind::Text)
        .column("range", "Range", ColumnKind::Interval)
        .column("better", "Better", ColumnKind::Text)
        .column("codes", "Missing codes", ColumnKind::Text)
        .column("n", "Values", ColumnKind::Count)
        .column("missing", "Missing", ColumnKind::Count)
        .note("Ranges and directions are those of the study file and of the instruments' keys, not of these data.");
    study.measures.iter().fold(table, |table, measure| {
        let (n, missing) =
            values(study, measure).map_or((0, 0), |v| (v.len() - v.null_count(), v.null_count()));
        let spec = file
            .measures
            .iter()
            .find(|spec| measure.id == spec.id || measure.id.starts_with(&format!("{}.", spec.id)));
        let codes = spec.map_or_else(String::new, |s| s.codes(&file.missing_codes).join(", "));
        let word = |text: Option<&str>| text.map_or(Cell::Missing, Cell::text);
        let cells = vec![
            Cell::text(measure.id.as_str()),
            Cell::text(measure.role.as_str()),
            word(measure.rater.map(|r| r.adjective().trim_end_matches("-rated"))),
            Cell::text(level_word(measure.level)),
            word(measure.instrument.as_deref()),
            Cell::interval(measure.range),
            word(measure.better.map(|b| if b.sign() > 0.0 { "higher" } else { "lower" })),
            word(Some(codes.as_str()).filter(|codes| !codes.is_empty())),
            Cell::count(n as u64),
            Cell::count(missing as u64),
        ];
        table.row(counts(measure.level, n as u64), cells)
    })
}

/// Series that never move, values that heap up, values at the ends of the range.
fn peculiarities(study: &Study) -> Table {
    let table = Table::new("data-quality", "Data quality")
        .column("measure", "Measure", ColumnKind::Text)
        .column("series", "Clients with three or more values", ColumnKind::Count)
        .column("constant", "of these, the same value throughout", ColumnKind::Count)
        .column("mode", "Share of the most frequent value", ColumnKind::Share)
        .column("floor", "Share at the lowest possible value", ColumnKind::Share)
        .column("ceiling", "Share at the highest possible value", ColumnKind::Share)
        .note("Values outside a range and contradicting duplicates end a run, so none are counted here.");
    study.measures.iter().filter(|m| m.role != Role::Dropout).fold(table, |table, measure| {
        let Some(values) = values(study, measure) else { return table };
        let given: Vec<f64> = values.iter().flatten().collect();
        let n = given.len() as u64;
        let share = |count: usize| Cell::number((n > 0).then(|| count as f64 / n as f64));
        let at = |end: usize| {
            measure.range.map_or(Cell::Missing, |range| {
                share(given.iter().filter(|v| v.total_cmp(&range[end]).is_eq()).count())
            })
        };
        let mut frequency: BTreeMap<u64, usize> = BTreeMap::new();
        for value in &given {
            *frequency.entry(value.to_bits()).or_default() += 1;
        }
        let (series, constant) = match measure.level {
            Level::Session => {
                let (series, constant) = constant_series(study, values);
                (Cell::count(series), Cell::count(constant))
            }
            _ => (Cell::Missing, Cell::Missing),
        };
        let mode = share(frequency.values().copied().max().unwrap_or(0));
        let cells = vec![Cell::text(measure.id.as_str()), series, constant, mode, at(0), at(1)];
        table.row(counts(measure.level, n), cells)
    })
}

/// Clients with enough values, and those of them whose values are all the same.
fn constant_series(study: &Study, values: &Float64Array) -> (u64, u64) {
    let clients: Option<&Int64Array> =
        column(&study.tables.sessions, "client").and_then(|c| c.as_primitive_opt());
    let Some(clients) = clients else { return (0, 0) };
    let mut by_client: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for (client, value) in clients.iter().zip(values).filter_map(|(c, v)| c.zip(v)) {
        by_client.entry(client).or_default().push(value);
    }
    let series = || by_client.values().filter(|v| v.len() >= SERIES);
    let same = |v: &&Vec<f64>| v.iter().all(|x| x.total_cmp(&v[0]).is_eq());
    (series().count() as u64, series().filter(same).count() as u64)
}

/// The share of missing values of every session-level measure, by session number.
fn missing(study: &Study) -> Option<Table> {
    let sessions = &study.tables.sessions;
    let numbers: &Int64Array = column(sessions, "session")?.as_primitive_opt()?;
    let measures: Vec<(&Measure, &Float64Array)> = (study.measures.iter())
        .filter(|m| m.level == Level::Session)
        .filter_map(|m| Some((m, values(study, m)?)))
        .collect();
    if measures.is_empty() {
        return None;
    }
    let mut rows: BTreeMap<i64, (u64, Vec<u64>)> = BTreeMap::new();
    for (i, number) in numbers.iter().enumerate() {
        let bin = number.unwrap_or(0).min(SESSIONS + 1);
        let (n, missing) = rows.entry(bin).or_insert_with(|| (0, vec![0; measures.len()]));
        *n += 1;
        for (count, (_, values)) in missing.iter_mut().zip(&measures) {
            *count += u64::from(values.is_null(i));
        }
    }
    let mut table = Table::new("missing", "Missing values by session")
        .column("session", "Session", ColumnKind::Text)
        .column("n", "Sessions held", ColumnKind::Count)
        .note("Of the sessions in the file; a session that is not in the file is not counted as missing.");
    for (measure, _) in &measures {
        table = table.column(&measure.id, &measure.name(), ColumnKind::Share);
    }
    for (session, (n, missing)) in rows {
        let label =
            if session > SESSIONS { format!("{session} or later") } else { session.to_string() };
        let mut cells = vec![Cell::text(label), Cell::count(n)];
        cells.extend(missing.into_iter().map(|m| Cell::number(Some(m as f64 / n as f64))));
        table.rows.push(Row { cells, n: Counts { rows: Some(n), ..Counts::default() } });
    }
    Some(table)
}

fn reliability(alphas: &[Alpha]) -> Table {
    let table = Table::new("alpha", "Internal consistency of item scores")
        .column("measure", "Measure", ColumnKind::Text)
        .column("session", "Session", ColumnKind::Text)
        .column("n", "Complete answers", ColumnKind::Count)
        .column("alpha", "Cronbach's alpha", ColumnKind::Correlation)
        .note("Over complete rows, after reversal; with fewer than ten rows no value is given.");
    alphas.iter().fold(table, |table, alpha| {
        let session = alpha.session.map_or(Cell::Missing, |s| Cell::text(s.to_string()));
        let cells = vec![
            Cell::text(alpha.id.as_str()),
            session,
            Cell::count(alpha.rows),
            Cell::number(alpha.value),
        ];
        table.row(Counts { rows: Some(alpha.rows), ..Counts::default() }, cells)
    })
}
