//! Arranged rows to the four Arrow tables.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use arrow_buffer::NullBuffer;
use arrow_schema::{ArrowError, DataType, Field, Schema};
use dyad_model::{Level, Tables};

use crate::{
    arrange::{Arranged, Unit},
    map::Mapped,
};

/// The values of one measure, at its level; NaN where missing.
pub(crate) struct MeasureValues {
    pub(crate) id: String,
    pub(crate) level: Level,
    /// By row of its table.
    pub(crate) values: Vec<f64>,
}

impl MeasureValues {
    /// The values of a session-level measure in the order of the table.
    pub(crate) fn taking(self, column: Option<Vec<f64>>, order: &[u32]) -> Self {
        match column {
            Some(column) => {
                let values = order.iter().map(|&row| column[row as usize]).collect();
                Self { values, ..self }
            }
            None => self,
        }
    }
}

/// Builds the tables documented at [`Tables`]; the values become their columns.
pub(crate) fn build(
    rows: &Mapped,
    arranged: &Arranged,
    has_day: bool,
    values: Vec<MeasureValues>,
) -> Result<Tables, ArrowError> {
    let units = &arranged.units;
    let has_therapists = units.iter().all(|unit| unit.therapist.is_some());
    let per_row = |number: &dyn Fn(&Unit, usize) -> i64| -> Int64Array {
        let mut column = Vec::with_capacity(arranged.order.len());
        for (i, unit) in units.iter().enumerate() {
            column.resize(column.len() + unit.end - unit.start, number(unit, i));
        }
        column.into()
    };
    let site = |unit: &Unit, _: usize| i64::from(unit.site);
    let therapist = |unit: &Unit, _: usize| unit.therapist.map_or(0, i64::from);
    let client = |_: &Unit, i: usize| dense(i);

    let mut sessions = Columns::default();
    sessions.whole("site", per_row(&site), false);
    sessions.therapist(per_row(&therapist), has_therapists);
    sessions.whole("client", per_row(&client), false);
    let number = |&row: &u32| i64::from(rows.session[row as usize]);
    let numbers: Vec<i64> = arranged.order.iter().map(number).collect();
    sessions.whole("session", numbers.into(), false);
    if has_day {
        let day = |&row: &u32| rows.day[row as usize].map(i64::from);
        sessions.whole("day", arranged.order.iter().map(day).collect(), true);
    }

    let mut clients = Columns::default();
    let per_unit = |number: &dyn Fn(&Unit, usize) -> i64| -> Int64Array {
        let numbers: Vec<i64> = units.iter().enumerate().map(|(i, u)| number(u, i)).collect();
        numbers.into()
    };
    clients.whole("site", per_unit(&site), false);
    clients.therapist(per_unit(&therapist), has_therapists);
    clients.whole("client", per_unit(&client), false);

    let mut therapists = Columns::default();
    let of: Vec<i64> = arranged.therapists.iter().map(|&(site, _, _)| i64::from(site)).collect();
    therapists.whole("site", of.into(), false);
    let numbers: Vec<i64> = (0..arranged.therapists.len()).map(dense).collect();
    therapists.whole("therapist", numbers.into(), true);

    let mut sites = Columns::default();
    let numbers: Vec<i64> = (0..arranged.sites).map(dense).collect();
    sites.whole("site", numbers.into(), false);

    for measure in values {
        let table = match measure.level {
            Level::Session => &mut sessions,
            Level::Client => &mut clients,
            Level::Therapist => &mut therapists,
        };
        table.measure(&measure.id, measure.values);
    }
    Ok(Tables {
        sessions: sessions.batch()?,
        clients: clients.batch()?,
        therapists: therapists.batch()?,
        sites: sites.batch()?,
    })
}

fn dense(i: usize) -> i64 {
    i64::try_from(i).unwrap_or(i64::MAX)
}

/// The columns of one table.
#[derive(Default)]
struct Columns(Vec<(Field, ArrayRef)>);

impl Columns {
    fn whole(&mut self, name: &str, numbers: Int64Array, nullable: bool) {
        self.0.push((Field::new(name, DataType::Int64, nullable), Arc::new(numbers)));
    }

    /// Every client has a therapist, or the study file names none and the column is empty.
    fn therapist(&mut self, numbers: Int64Array, named: bool) {
        let numbers = if named { numbers } else { Int64Array::new_null(numbers.len()) };
        self.whole("therapist", numbers, true);
    }

    /// The vector becomes the column; NaN is where it has no value.
    fn measure(&mut self, id: &str, values: Vec<f64>) {
        let missing = values.iter().any(|v| v.is_nan());
        let nulls = missing.then(|| values.iter().map(|v| !v.is_nan()).collect::<NullBuffer>());
        let column = Float64Array::new(values.into(), nulls);
        self.0.push((Field::new(id, DataType::Float64, true), Arc::new(column)));
    }

    fn batch(self) -> Result<RecordBatch, ArrowError> {
        let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = self.0.into_iter().unzip();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
    }
}
