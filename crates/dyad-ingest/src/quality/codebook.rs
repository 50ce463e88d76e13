//! The codebook: what every measure is, and how much of it there is.

use dyad_model::{Cell, ColumnKind, Counts, Level, Measure, Role, Study, Table};

use super::series::Series;
use crate::study_file::{MeasureSpec, Source, StudyFile};

fn level_word(level: Level) -> &'static str {
    match level {
        Level::Session => "session",
        Level::Client => "client",
        Level::Therapist => "therapist",
    }
}

/// What kind of values a measure has.
fn kind(measure: &Measure, spec: Option<&MeasureSpec>) -> &'static str {
    match spec.map(|s| &s.source) {
        _ if measure.role == Role::Dropout => "0 or 1",
        Some(Source::Items(_)) => "score of items",
        _ => "number",
    }
}

/// The codebook. Who is behind a row are the persons with a value.
pub(super) fn table(file: &StudyFile, study: &Study, series: &[Option<Series>]) -> Table {
    let table = Table::new("codebook", "Codebook")
        .column("measure", "Measure", ColumnKind::Text)
        .column("column", "Column", ColumnKind::Text)
        .column("type", "Values", ColumnKind::Text)
        .column("unit", "Unit", ColumnKind::Text)
        .column("role", "Role", ColumnKind::Text)
        .column("rater", "Rater", ColumnKind::Text)
        .column("level", "One value per", ColumnKind::Text)
        .column("instrument", "Instrument", ColumnKind::Text)
        .column("range", "Range", ColumnKind::Interval)
        .column("better", "Better", ColumnKind::Text)
        .column("codes", "Missing codes", ColumnKind::Text)
        .column("n", "n", ColumnKind::Count)
        .column("missing", "Missing", ColumnKind::Count)
        .note("Ranges and directions are those of the study file and of the instruments' keys, not of these data.");
    study.measures.iter().zip(series).fold(table, |table, (measure, series)| {
        let (n, missing) = series.as_ref().map_or((0, 0), |s| (s.given, s.missing));
        let persons = series.as_ref().map_or(Counts::default(), |s| s.counts);
        let spec = file
            .measures
            .iter()
            .find(|spec| measure.id == spec.id || measure.id.starts_with(&format!("{}.", spec.id)));
        let codes = spec.map_or_else(String::new, |s| s.codes(&file.missing_codes).join(", "));
        let word = |text: Option<&str>| text.map_or(Cell::Missing, Cell::text);
        let cells = vec![
            Cell::text(measure.id.as_str()),
            word(spec.map(|s| s.source.name())),
            word(Some(kind(measure, spec))),
            word(spec.and_then(|s| s.unit.as_deref())),
            Cell::text(measure.role.as_str()),
            word(measure.rater.map(|r| r.adjective().trim_end_matches("-rated"))),
            Cell::text(level_word(measure.level)),
            word(measure.instrument.as_deref()),
            Cell::interval(measure.range),
            word(measure.better.map(|b| if b.sign() > 0.0 { "higher" } else { "lower" })),
            word(Some(codes.as_str()).filter(|codes| !codes.is_empty())),
            Cell::count(n),
            Cell::count(missing),
        ];
        table.row(persons, cells)
    })
}
