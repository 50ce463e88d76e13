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
        let mut heaps = Heaps::new(measure);
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
            heaps.add(value);
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
        let n = heaps.given;
        let counts = match measure.level {
            Level::Session => {
                Counts { rows: Some(n), clients: Some(with_value), ..Counts::default() }
            }
            Level::Client => Counts { clients: Some(n), ..Counts::default() },
            Level::Therapist => Counts::default(),
        };
        let known = therapists.filter(|t| t.null_count() < t.len());
        let counts = Counts { therapists: known.map(|_| with_therapist), ..counts };
        Some(Self {
            given: n,
            missing: values.null_count() as u64,
            counts,
            long,
            constant,
            mode: heaps.mode(),
            ends: measure.range.map(|_| heaps.ends),
            heaped: heaps.wide.then_some(heaps.heaped),
        })
    }
}

/// How values heap up, counted as they come.
struct Heaps {
    range: [f64; 2],
    wide: bool,
    given: u64,
    ends: [u64; 2],
    heaped: u64,
    /// How often each hundredth from 0 on occurs: nearly all scores are such.
    hundredths: Vec<u64>,
    /// All other values.
    others: Vec<f64>,
}

impl Heaps {
    const HUNDREDTHS: usize = 1 << 15;

    fn new(measure: &Measure) -> Self {
        Self {
            range: measure.range.unwrap_or([f64::NEG_INFINITY, f64::INFINITY]),
            wide: measure.range.is_some_and(|[low, high]| high - low >= 4.0 * HEAP),
            given: 0,
            ends: [0; 2],
            heaped: 0,
            hundredths: vec![0; Self::HUNDREDTHS],
            others: Vec::new(),
        }
    }

    fn add(&mut self, value: f64) {
        self.given += 1;
        self.ends[0] += u64::from(value <= self.range[0]);
        self.ends[1] += u64::from(value >= self.range[1]);
        // The remainder is dear, so the quotient is asked first: a multiple of five has a whole one.
        let steps = value / HEAP;
        let whole = (steps - steps.trunc()).abs() <= 0.0;
        self.heaped += u64::from(whole && (value % HEAP).abs() <= 0.0);
        let hundredth = (value * 100.0).round();
        let exact = hundredth.is_sign_positive() && (hundredth / 100.0).total_cmp(&value).is_eq();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "too large a number is no place"
        )]
        match self.hundredths.get_mut(hundredth as usize).filter(|_| exact) {
            Some(count) => *count += 1,
            None => self.others.push(value),
        }
    }

    /// How often the most frequent value occurs.
    fn mode(&mut self) -> u64 {
        self.others.sort_unstable_by(f64::total_cmp);
        let runs = self.others.chunk_by(|a, b| a.total_cmp(b).is_eq());
        let others = runs.map(|run| run.len() as u64).max().unwrap_or(0);
        self.hundredths.iter().copied().max().unwrap_or(0).max(others)
    }
}

#[cfg(test)]
mod tests {
    use dyad_model::{Level, Measure, Role};
    use proptest::prelude::*;

    use super::Heaps;

    proptest! {
        /// Counting gives what sorting all values gives.
        #[test]
        fn heaps_are_those_of_the_sorted_values(
            values in prop::collection::vec(
                prop_oneof![
                    (-300..70_000_i32).prop_map(|v| f64::from(v) / 100.0),
                    (0..8_i32).prop_map(f64::from),
                    prop::num::f64::NORMAL,
                    Just(1.0 / 3.0),
                ],
                0..200,
            )
        ) {
            let measure = Measure {
                id: "m".into(),
                role: Role::Outcome,
                level: Level::Session,
                rater: None,
                better: None,
                range: Some([0.0, 21.0]),
                reliability: None,
                functional: None,
                cutoff: None,
                reliable_change: None,
                instrument: None,
                items: Vec::new(),
            };
            let mut heaps = Heaps::new(&measure);
            for &value in &values {
                heaps.add(value);
            }
            let mut sorted = values.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            let mode = sorted.chunk_by(|a, b| a.total_cmp(b).is_eq()).map(<[f64]>::len).max();
            prop_assert_eq!(heaps.mode(), mode.unwrap_or(0) as u64);
            let count = |is: &dyn Fn(f64) -> bool| values.iter().filter(|v| is(**v)).count() as u64;
            prop_assert_eq!(heaps.ends, [count(&|v| v <= 0.0), count(&|v| v >= 21.0)]);
            prop_assert_eq!(heaps.heaped, count(&|v| (v % 5.0).abs() <= 0.0));
        }
    }
}
