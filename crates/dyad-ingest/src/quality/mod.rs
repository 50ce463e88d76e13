//! What the data are like: codebook, peculiarities, missing values, internal consistency. Tables of every report.

mod codebook;
mod missing;
mod peculiar;
mod series;

use arrow_array::{Array, Float64Array, RecordBatch, cast::AsArray};
use dyad_model::{Cell, ColumnKind, Counts, Level, Measure, Study, Table};
use rayon::prelude::*;

use self::series::Series;
use crate::{alpha::Alpha, study_file::StudyFile};

/// The tables, in the order of the report.
pub(crate) fn tables(file: &StudyFile, study: &Study, alphas: &[Alpha]) -> Vec<Table> {
    let series: Vec<Option<Series>> =
        study.measures.par_iter().map(|measure| Series::of(study, measure)).collect();
    let mut tables = vec![codebook::table(file, study, &series), peculiar::table(study, &series)];
    tables.extend(missing::table(study));
    if !alphas.is_empty() {
        tables.push(consistency(alphas));
    }
    tables
}

fn values<'a>(study: &'a Study, measure: &Measure) -> Option<&'a Float64Array> {
    column(batch(study, measure.level), &measure.id)?.as_primitive_opt()
}

fn batch(study: &Study, level: Level) -> &RecordBatch {
    match level {
        Level::Session => &study.tables.sessions,
        Level::Client => &study.tables.clients,
        Level::Therapist => &study.tables.therapists,
    }
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Option<&'a dyn Array> {
    batch.column_by_name(name).map(AsRef::as_ref)
}

/// Cronbach's alpha per instrument and session. A row of a session is one client.
fn consistency(alphas: &[Alpha]) -> Table {
    let table = Table::new("alpha", "Internal consistency of item scores")
        .column("measure", "Measure", ColumnKind::Text)
        .column("session", "Session", ColumnKind::Text)
        .column("n", "Complete answers", ColumnKind::Count)
        .column("alpha", "Cronbach's alpha", ColumnKind::Correlation)
        .note("Over complete answers, after reversal. Too few answers give no value.");
    alphas.iter().fold(table, |table, alpha| {
        let session = alpha.session.map_or(Cell::Missing, |s| Cell::text(s.to_string()));
        let cells = vec![
            Cell::text(alpha.id.as_str()),
            session,
            Cell::count(alpha.rows),
            Cell::number(alpha.value),
        ];
        let n = Counts { rows: Some(alpha.rows), clients: Some(alpha.rows), ..Counts::default() };
        table.row(n, cells)
    })
}
