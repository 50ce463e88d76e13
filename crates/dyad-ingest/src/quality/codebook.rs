//! The codebook: what every measure is, and how much of it there is.

use dyad_model::{Cell, ColumnKind, Counts, Level, Study, Table};

use super::series::Series;
use crate::study_file::StudyFile;

fn level_word(level: Level) -> &'static str {
    match level {
        Level::Session => "session",
        Level::Client => "client",
        Level::Therapist => "therapist",
    }
}

/// The codebook. Who is behind a row are the persons with a value.
pub(super) fn table(file: &StudyFile, study: &Study, series: &[Option<Series>]) -> Table {
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
