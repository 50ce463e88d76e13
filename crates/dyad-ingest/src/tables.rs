//! Arranged rows to the four Arrow tables.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use dyad_model::{Level, Tables};

use crate::{arrange::Arranged, map::Mapped};

/// The values of one measure, at its level; NaN where missing.
pub(crate) struct MeasureValues {
    pub(crate) id: String,
    pub(crate) level: Level,
    /// Session level: by row of the file. Otherwise: by unit number of its table.
    pub(crate) values: Vec<f64>,
}

type Columns = Vec<(Field, ArrayRef)>;

/// Builds the tables documented at [`Tables`].
pub(crate) fn build(
    rows: &Mapped,
    arranged: &Arranged,
    has_day: bool,
    values: &[MeasureValues],
) -> Result<Tables, ArrowError> {
    let mut sessions: Columns = Vec::new();
    let per_row = |number: fn(&crate::arrange::Unit, usize) -> Option<i64>| -> Int64Array {
        let units = arranged.units.iter().enumerate();
        units
            .flat_map(|(i, unit)| std::iter::repeat_n(number(unit, i), unit.end - unit.start))
            .collect()
    };
    let dense = |i: usize| i64::try_from(i).ok();
    identifier(&mut sessions, "site", per_row(|unit, _| Some(i64::from(unit.site))), false);
    identifier(&mut sessions, "therapist", per_row(|unit, _| unit.therapist.map(i64::from)), true);
    identifier(&mut sessions, "client", per_row(|_, i| i64::try_from(i).ok()), false);
    let number = |&row: &u32| i64::from(rows.session[row as usize]);
    let numbers: Int64Array = arranged.order.iter().map(number).map(Some).collect();
    identifier(&mut sessions, "session", numbers, false);
    if has_day {
        let day = |&row: &u32| rows.day[row as usize].map(i64::from);
        identifier(&mut sessions, "day", arranged.order.iter().map(day).collect(), true);
    }
    for measure in values.iter().filter(|m| m.level == Level::Session) {
        let in_order = arranged.order.iter().map(|&row| measure.values[row as usize]);
        number_column(&mut sessions, &measure.id, in_order);
    }

    let units = &arranged.units;
    let mut clients: Columns = Vec::new();
    let sites = units.iter().map(|unit| Some(i64::from(unit.site))).collect();
    identifier(&mut clients, "site", sites, false);
    let therapists = units.iter().map(|unit| unit.therapist.map(i64::from)).collect();
    identifier(&mut clients, "therapist", therapists, true);
    identifier(&mut clients, "client", (0..units.len()).map(dense).collect(), false);
    level(&mut clients, values, Level::Client);

    let mut therapists: Columns = Vec::new();
    let sites = arranged.therapists.iter().map(|&(site, _, _)| Some(i64::from(site))).collect();
    identifier(&mut therapists, "site", sites, false);
    let numbers = (0..arranged.therapists.len()).map(dense).collect();
    identifier(&mut therapists, "therapist", numbers, true);
    level(&mut therapists, values, Level::Therapist);

    let mut sites: Columns = Vec::new();
    identifier(&mut sites, "site", (0..arranged.sites).map(dense).collect(), false);

    Ok(Tables {
        sessions: batch(sessions)?,
        clients: batch(clients)?,
        therapists: batch(therapists)?,
        sites: batch(sites)?,
    })
}

fn identifier(columns: &mut Columns, name: &str, numbers: Int64Array, nullable: bool) {
    columns.push((Field::new(name, DataType::Int64, nullable), Arc::new(numbers)));
}

fn number_column(columns: &mut Columns, id: &str, values: impl Iterator<Item = f64>) {
    let values: Float64Array = values.map(|v| (!v.is_nan()).then_some(v)).collect();
    columns.push((Field::new(id, DataType::Float64, true), Arc::new(values)));
}

fn level(columns: &mut Columns, values: &[MeasureValues], level: Level) {
    for measure in values.iter().filter(|m| m.level == level) {
        number_column(columns, &measure.id, measure.values.iter().copied());
    }
}

fn batch(columns: Columns) -> Result<RecordBatch, ArrowError> {
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}
