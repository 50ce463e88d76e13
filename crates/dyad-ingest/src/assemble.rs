//! What was read, put in order and into tables.

use dyad_model::{Dropped, Flow, Level, Measure, Study};
use rayon::prelude::*;

use crate::{
    arrange::{self, Arranged},
    code::Code,
    files::Counted,
    levels::Sources,
    load::Read,
    map::Mapped,
    notes,
    problem::{Problem, Problems},
    study_file::StudyFile,
    tables::{self, MeasureValues},
};

/// Puts what was read in order and into tables, and checks what lies between rows. Gives the order too. `problems` are those found before.
pub(crate) fn assemble(
    file: &StudyFile,
    read: &mut Read,
    counted: &Counted,
    mut problems: Problems,
) -> Result<(Study, Arranged), Problems> {
    let shown = read.places.first().to_owned();
    let shown = shown.as_str();
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
        .par_iter()
        .enumerate()
        .map(|(i, measure)| {
            let mut found = Problems::default();
            (sources.values(measure, i, &arranged, &mut found), found)
        })
        .collect();
    let (values, found): (Vec<_>, Vec<_>) = values.into_iter().unzip();
    for found in found {
        problems.merge(found);
    }
    problems.into_result()?;
    // From here on a value of a session stands in its own column alone.
    // The columns of the other levels are let go before anything new is made.
    let columns: Vec<_> = (0..)
        .zip(&values)
        .map(|(i, values)| read.take_column(i).filter(|_| values.level == Level::Session))
        .collect();
    // The units hold what is still needed of the identifiers.
    for numbers in [&mut read.rows.site, &mut read.rows.therapist, &mut read.rows.client] {
        *numbers = Vec::new();
    }
    let values: Vec<MeasureValues> = values
        .into_par_iter()
        .zip(columns)
        .map(|(values, column)| values.taking(column, &arranged.order))
        .collect();

    let measures = file
        .measures
        .iter()
        .enumerate()
        .zip(&values)
        .map(|((i, spec), values)| Measure {
            id: spec.id.clone(),
            role: spec.role,
            level: values.level,
            rater: spec.rater,
            better: spec.better,
            range: spec.range,
            reliability: spec.reliability,
            functional: spec.functional,
            cutoff: spec.cutoff,
            reliable_change: spec.reliable_change,
            instrument: spec.instrument.clone(),
            items: read.items.behind(i),
        })
        .collect();
    let flow = flow(counted, &read.rows, &arranged, file.is_wide());
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
        doubts: &read.doubts,
    });
    let mut values = values;
    values.extend(read.items.take(&mut read.rows, &arranged.order));
    let has_day = file.columns.day.is_some() || file.columns.date.is_some();
    let tables = tables::build(&read.rows, &arranged, has_day, values)
        .map_err(|error| Problem::new(Code::Conservation, shown).found(error.to_string()))?;
    let (title, seed) = (file.title.clone(), file.seed);
    let replications = file.replications.clone();
    Ok((Study { title, seed, measures, tables, flow, notes, replications }, arranged))
}

/// What became of the rows. Of a wide file the session rows made from it count; its records stand with the input file.
fn flow(counted: &Counted, rows: &Mapped, arranged: &Arranged, is_wide: bool) -> Flow {
    let (read, blank) = if is_wide {
        (rows.len() as u64, 0)
    } else {
        (counted.records + counted.blank, counted.blank + rows.blank)
    };
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
