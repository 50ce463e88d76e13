//! One measure, walked once: how many values, of whom, how they heap up.

use arrow_array::{Array, Int64Array, cast::AsArray};
use dyad_model::{Counts, Level, Measure, Study};

use super::{batch, column, values};

/// Values that a constant series needs at least.
pub(super) const LONG: u64 = 3;
/// A score heaps up at multiples of this.
const HEAP: f64 = 5.0;

/// What one measure is like.
pub(super) struct Series {
    /// Values given.
    pub(super) given: u64,
    /// Cells without a value.
    pub(super) missing: u64,
    /// The persons with a value.
    pub(super) counts: Counts,
    /// Clients with [`LONG`] or more values.
    pub(super) long: u64,
    /// Of these, clients whose values are all the same.
    pub(super) constant: u64,
    /// How often the most frequent value occurs.
    pub(super) mode: u64,
    /// How often the lowest and the highest possible value occur, if a range is declared.
    pub(super) ends: Option<[u64; 2]>,
    /// Multiples of five, if the range is wide enough for heaping to show.
    pub(super) heaped: Option<u64>,
}

/// The client whose row was seen last.
#[derive(Default)]
struct Person {
    given: u64,
    first: f64,
    same: bool,
}

impl Series {
    /// Walks the rows of a measure; they are sorted, so a client's are contiguous. `None` if it has no column of numbers.
    pub(super) fn of(study: &Study, measure: &Measure) -> Option<Self> {
        let values = values(study, measure)?;
        let rows = batch(study, measure.level);
        let persons =
            |name: &str| -> Option<&Int64Array> { column(rows, name)?.as_primitive_opt() };
        let clients = persons("client").filter(|_| measure.level == Level::Session);
        let therapists = persons("therapist");
        let mut given = Vec::with_capacity(values.len() - values.null_count());
        let (mut of_client, mut of_therapist) = (Person::default(), None);
        let (mut with_value, mut with_therapist) = (0, 0);
        let (mut long, mut constant) = (0, 0);
        let mut last = None;
        for row in 0..values.len() {
            if let Some(clients) = clients {
                let client = clients.value(row);
                if last != Some(client) {
                    let done = std::mem::take(&mut of_client);
                    long += u64::from(done.given >= LONG);
                    constant += u64::from(done.given >= LONG && done.same);
                    last = Some(client);
                }
            }
            if values.is_null(row) {
                continue;
            }
            let value = values.value(row);
            given.push(value);
            with_value += u64::from(of_client.given == 0 || clients.is_none());
            of_client.same = of_client.given == 0
                || (of_client.same && value.total_cmp(&of_client.first).is_eq());
            if of_client.given == 0 {
                of_client.first = value;
            }
            of_client.given += 1;
            let therapist = therapists.filter(|t| t.is_valid(row)).map(|t| t.value(row));
            with_therapist += u64::from(therapist.is_some() && therapist != of_therapist);
            of_therapist = therapist.or(of_therapist);
        }
        if clients.is_some() {
            long += u64::from(of_client.given >= LONG);
            constant += u64::from(of_client.given >= LONG && of_client.same);
        }
        let n = given.len() as u64;
        let counts = match measure.level {
            Level::Session => {
                Counts { rows: Some(n), clients: Some(with_value), ..Counts::default() }
            }
            Level::Client => Counts { clients: Some(n), ..Counts::default() },
            Level::Therapist => Counts::default(),
        };
        let known = therapists.filter(|t| t.null_count() < t.len());
        let counts = Counts { therapists: known.map(|_| with_therapist), ..counts };
        Some(Self::summed(given, values.null_count() as u64, counts, [long, constant], measure))
    }

    fn summed(
        mut given: Vec<f64>,
        missing: u64,
        counts: Counts,
        [long, constant]: [u64; 2],
        measure: &Measure,
    ) -> Self {
        let wide = measure.range.is_some_and(|[low, high]| high - low >= 4.0 * HEAP);
        let heaped =
            wide.then(|| given.iter().filter(|&&v| (v % HEAP).abs() <= 0.0).count() as u64);
        given.sort_unstable_by(f64::total_cmp);
        let runs = given.chunk_by(|a, b| a.total_cmp(b).is_eq());
        let mode = runs.map(<[f64]>::len).max().unwrap_or(0) as u64;
        let ends = measure.range.map(|[low, high]| {
            let below = given.partition_point(|v| *v <= low);
            let above = given.len() - given.partition_point(|v| *v < high);
            [below as u64, above as u64]
        });
        Self { given: given.len() as u64, missing, counts, long, constant, mode, ends, heaped }
    }
}
