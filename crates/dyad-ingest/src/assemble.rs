//! What was read, put in order and into tables.

use dyad_model::{Dropped, Flow, Measure, Study};

use crate::{
    arrange::{self, Arranged},
    code::Code,
    files::Files,
    levels::Sources,
    load::Read,
    map::Mapped,
    notes,
    problem::{Problem, Problems},
    study_file::StudyFile,
    tables,
};

/// Puts what was read in order and into tables, and checks what lies between rows. Gives the order too. `problems` are those found before.
pub(crate) fn assemble(
    file: &StudyFile,
    read: &Read,
    files: &Files,
    mut problems: Problems,
) -> Result<(Study, Arranged), Problems> {
    let shown = read.places.first();
    let arranged = arrange::arrange(
        &read.rows,
        &read.wanted,
        &read.names,
        file.data.two_therapists,
        &read.places,
        &mut problems,
    );
    if arranged.order.is_empty() {
        problems.add(Problem::new(Code::NoRows, shown));
    }
    let sources = Sources {
        rows: &read.rows,
        wanted: &read.wanted,
        places: &read.places,
        clients: read.clients.as_ref(),
        therapists: read.therapists.as_ref(),
    };
    let values: Vec<_> = file
        .measures
        .iter()
        .enumerate()
        .map(|(i, measure)| sources.values(measure, i, &arranged, &mut problems))
        .collect();
    problems.into_result()?;

    let measures = file
        .measures
        .iter()
        .zip(&values)
        .map(|(spec, values)| Measure {
            id: spec.id.clone(),
            role: spec.role,
            level: values.level,
            rater: spec.rater,
            better: spec.better,
            range: spec.range,
            reliability: spec.reliability,
            functional: spec.functional,
            cutoff: spec.cutoff,
            instrument: spec.instrument.clone(),
        })
        .collect();
    let has_day = file.columns.day.is_some() || file.columns.date.is_some();
    let tables = tables::build(&read.rows, &arranged, has_day, &values)
        .map_err(|error| Problem::new(Code::Conservation, shown).found(error.to_string()))?;
    let flow = flow(files, &read.rows, &arranged, file.is_wide());
    if !flow.adds_up() {
        return Err(Problem::new(Code::Conservation, shown).into());
    }
    let notes = notes::notes(&notes::Facts {
        file,
        rows: &read.rows,
        arranged: &arranged,
        names: &read.names,
        values: &values,
        clients: read.clients.as_ref(),
        therapists: read.therapists.as_ref(),
        turned: &read.turned,
        exposure: &read.exposure,
    });
    let (title, seed) = (file.title.clone(), file.seed);
    Ok((Study { title, seed, measures, tables, flow, notes }, arranged))
}

/// What became of the rows. Of a wide file the session rows made from it count; its records stand with the input file.
fn flow(files: &Files, rows: &Mapped, arranged: &Arranged, is_wide: bool) -> Flow {
    let skipped: u64 = files.sessions.iter().map(|part| part.table.blank).sum();
    let records: u64 = files.sessions.iter().map(|part| part.table.records).sum();
    let (read, blank) =
        if is_wide { (rows.len() as u64, 0) } else { (records + skipped, skipped + rows.blank) };
    let reasons = [
        ("blank line", blank),
        ("no session number", rows.no_session),
        ("identical duplicate", arranged.duplicates),
        ("session with another therapist", arranged.other_therapist),
    ];
    Flow {
        rows_read: read,
        rows_used: arranged.order.len() as u64,
        dropped: reasons
            .into_iter()
            .filter(|(_, rows)| *rows > 0)
            .map(|(reason, rows)| Dropped {
                reason: reason.to_owned(),
                rows: Some(rows),
                ..Dropped::default()
            })
            .collect(),
        sites: arranged.sites as u64,
        therapists: arranged.therapists.len() as u64,
        clients: arranged.units.len() as u64,
    }
}
