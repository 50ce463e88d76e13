//! The tables a study is analysed from, as files: items scored, codes for missing values turned into empty cells.

use std::{io, path::Path};

use arrow_array::{Array, Float64Array, Int64Array, RecordBatch, cast::AsArray};
use dyad_model::{Level, Study};
use serde::Serialize;

use crate::{
    arrange::{Arranged, Unit},
    error::IngestError,
    load::load_named,
    map::Names,
    outgoing,
};

/// One file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScoredFile {
    /// Its name in the folder.
    pub name: String,
    /// Its rows, the header not counted.
    pub rows: u64,
    /// Its columns.
    pub columns: Vec<String>,
}

/// What [`score`] wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScoreLog {
    /// The files.
    pub files: Vec<ScoredFile>,
}

/// Writes the scored tables of a study into a new folder `out`: `sessions.csv`, and `clients.csv` and `therapists.csv` where
/// the study has measures of that level.
///
/// Identifiers stand as in the data files, so that the tables can be joined with them; a missing score is an empty cell,
/// a number the shortest text that reads back as the same. The rows are those an analysis sees, in its order.
///
/// # Errors
/// As [`crate::load`]; and [`IngestError::Io`] if `out` exists or cannot be written.
pub fn score(study: impl AsRef<Path>, out: impl AsRef<Path>) -> Result<ScoreLog, IngestError> {
    let out = out.as_ref();
    if out.exists() {
        let source = io::Error::from(io::ErrorKind::AlreadyExists);
        return Err(IngestError::Io { what: "output folder", path: out.to_owned(), source });
    }
    let (loaded, names, arranged) = load_named(study.as_ref(), &[])?;
    let mut log = ScoreLog { files: Vec::new() };
    let mut written = Vec::new();
    for (name, level) in [
        ("sessions.csv", Level::Session),
        ("clients.csv", Level::Client),
        ("therapists.csv", Level::Therapist),
    ] {
        let any = loaded.study.measures.iter().any(|m| m.level == level);
        if any || level == Level::Session {
            let (header, text, rows) = file(&loaded.study, level, &names, &arranged);
            log.files.push(ScoredFile { name: name.to_owned(), rows, columns: header });
            written.push((name.to_owned(), text));
        }
    }
    outgoing::folder(out, &written)?;
    Ok(log)
}

/// Header, text and number of rows of one table.
fn file(
    study: &Study,
    level: Level,
    names: &Names,
    arranged: &Arranged,
) -> (Vec<String>, String, u64) {
    let batch = match level {
        Level::Session => &study.tables.sessions,
        Level::Client => &study.tables.clients,
        Level::Therapist => &study.tables.therapists,
    };
    let whole = |name: &str| -> Option<&Int64Array> { column(batch, name)?.as_primitive_opt() };
    let (session, day) = (whole("session"), whole("day"));
    let measures: Vec<(&str, &Float64Array)> = (study.measures.iter())
        .filter(|m| m.level == level)
        .filter_map(|m| Some((m.id.as_str(), column(batch, &m.id)?.as_primitive_opt()?)))
        .collect();
    let shown = Shown {
        site: names.site.len() > 0,
        therapist: !arranged.therapists.is_empty(),
        client: level != Level::Therapist,
    };
    let mut header = shown.header();
    header.extend(session.map(|_| "session".to_owned()));
    header.extend(day.map(|_| "day".to_owned()));
    header.extend(measures.iter().map(|(id, _)| (*id).to_owned()));

    let mut text = outgoing::line(&header);
    let client = whole("client");
    for row in 0..batch.num_rows() {
        let unit = match (level, client) {
            (Level::Therapist, _) => arranged.therapists.get(row).map(|&(_, first, _)| first),
            (_, Some(client)) => usize::try_from(client.value(row)).ok(),
            (_, None) => None,
        };
        let unit = unit.and_then(|unit| arranged.units.get(unit));
        let mut cells = shown.cells(unit, names);
        let number = |column: &Int64Array| {
            if column.is_null(row) { String::new() } else { column.value(row).to_string() }
        };
        cells.extend(session.map(number));
        cells.extend(day.map(number));
        cells.extend(measures.iter().map(|(_, values)| {
            if values.is_null(row) { String::new() } else { values.value(row).to_string() }
        }));
        text.push_str(&outgoing::line(&cells));
    }
    (header, text, batch.num_rows() as u64)
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Option<&'a dyn Array> {
    batch.column_by_name(name).map(AsRef::as_ref)
}

/// Which identifiers a file shows.
struct Shown {
    site: bool,
    therapist: bool,
    client: bool,
}

impl Shown {
    fn header(&self) -> Vec<String> {
        [("site", self.site), ("therapist", self.therapist), ("client", self.client)]
            .into_iter()
            .filter(|(_, shown)| *shown)
            .map(|(name, _)| name.to_owned())
            .collect()
    }

    fn cells(&self, unit: Option<&Unit>, names: &Names) -> Vec<String> {
        let text =
            |get: fn(&Unit, &Names) -> String| unit.map_or_else(String::new, |u| get(u, names));
        let mut cells = Vec::new();
        if self.site {
            cells.push(text(|u, n| n.site.text(u.site_name).to_owned()));
        }
        if self.therapist {
            cells.push(text(|u, n| match u.therapist {
                Some(_) => n.therapist.text(u.therapist_name).to_owned(),
                None => String::new(),
            }));
        }
        if self.client {
            cells.push(text(|u, n| n.client.text(u.client_name).to_owned()));
        }
        cells
    }
}
