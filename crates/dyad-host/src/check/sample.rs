//! A study made in memory: every role has a measure, and every value is drawn from a fixed sequence.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use arrow_schema::{Field, Schema};
use dyad_model::{Direction, Flow, Level, Measure, Rater, Role, Study, Tables};

/// How large, and whether measures have values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) sites: i64,
    /// Per site.
    pub(super) therapists: i64,
    /// Per therapist.
    pub(super) clients: i64,
    /// Per client.
    pub(super) sessions: i64,
    pub(super) measured: bool,
}

/// Enough for any estimate.
pub(super) const ENOUGH: Shape =
    Shape { sites: 3, therapists: 4, clients: 5, sessions: 8, measured: true };

/// A column of identifiers or of scores.
enum Column {
    Number(Vec<i64>),
    Score(Vec<Option<f64>>),
}

#[derive(Default)]
struct Rows(Vec<(&'static str, Vec<i64>)>, Vec<(&'static str, Vec<Option<f64>>)>);

impl Rows {
    fn new(numbers: &[&'static str], scores: &[&'static str]) -> Self {
        Self(
            numbers.iter().map(|&name| (name, Vec::new())).collect(),
            scores.iter().map(|&name| (name, Vec::new())).collect(),
        )
    }

    fn push(&mut self, numbers: &[i64], scores: &[Option<f64>]) {
        self.0.iter_mut().zip(numbers).for_each(|((_, column), &n)| column.push(n));
        self.1.iter_mut().zip(scores).for_each(|((_, column), &s)| column.push(s));
    }

    fn batch(self) -> RecordBatch {
        let numbers = self.0.into_iter().map(|(name, values)| (name, Column::Number(values)));
        let scores = self.1.into_iter().map(|(name, values)| (name, Column::Score(values)));
        let (mut fields, mut arrays) = (Vec::new(), Vec::<ArrayRef>::new());
        for (name, column) in numbers.chain(scores) {
            let array: ArrayRef = match column {
                Column::Number(values) => Arc::new(Int64Array::from(values)),
                Column::Score(values) => Arc::new(Float64Array::from(values)),
            };
            fields.push(Field::new(name, array.data_type().clone(), true));
            arrays.push(array);
        }
        let schema = Arc::new(Schema::new(fields));
        RecordBatch::try_new(Arc::clone(&schema), arrays)
            .unwrap_or_else(|_| RecordBatch::new_empty(schema))
    }
}

/// Makes a study of this shape.
pub(super) fn study(shape: Shape) -> Study {
    let mut state = 20_240_607_u64;
    let mut draw = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / (1_u64 << 23) as f64 - 1.0
    };
    let value = |x: f64| shape.measured.then_some((x * 10.0).round() / 10.0);
    let mut sites = Rows::new(&["site"], &[]);
    let mut therapists = Rows::new(&["site", "therapist"], &["burnout"]);
    let mut clients =
        Rows::new(&["site", "therapist", "client"], &["baseline", "dropout", "covariate"]);
    let mut sessions = Rows::new(
        &["site", "therapist", "client", "session", "day"],
        &["alliance_client", "alliance_therapist", "symptom"],
    );
    let (mut therapist, mut client) = (0, 0);
    for site in 0..shape.sites {
        sites.push(&[site], &[]);
        for _ in 0..shape.therapists {
            let burnout = 2.6 + draw();
            therapists.push(&[site, therapist], &[value(burnout)]);
            for _ in 0..shape.clients {
                let (bond, intake) = (0.8 * draw() - 0.2 * burnout, 16.0 + 8.0 * draw());
                let left = f64::from(u8::from(draw() > 0.5));
                clients.push(
                    &[site, therapist, client],
                    &[value(intake).map(f64::round), value(left), value(40.0 + 10.0 * draw())],
                );
                for session in 1..=shape.sessions {
                    let alliance = (5.0 + bond + 0.7 * draw()).clamp(1.0, 7.0);
                    let other = (alliance + 0.5 * draw()).clamp(1.0, 7.0);
                    let symptom = intake - 0.8 * session as f64 - 2.0 * bond + 3.0 * draw();
                    // Some ratings are missing, as everywhere.
                    let rated = value(alliance).filter(|_| draw() < 0.8);
                    sessions.push(
                        &[site, therapist, client, session, 7 * (session - 1)],
                        &[rated, value(other), value(symptom.clamp(0.0, 27.0)).map(f64::round)],
                    );
                }
                client += 1;
            }
            therapist += 1;
        }
    }
    let rows = (client * shape.sessions).unsigned_abs();
    Study {
        title: "Made for the check of a plugin".to_owned(),
        seed: 7,
        measures: measures(),
        flow: Flow {
            rows_read: rows,
            rows_used: rows,
            dropped: Vec::new(),
            sites: shape.sites.unsigned_abs(),
            therapists: therapist.unsigned_abs(),
            clients: client.unsigned_abs(),
        },
        notes: Vec::new(),
        replications: Vec::new(),
        tables: Tables {
            sites: sites.batch(),
            therapists: therapists.batch(),
            clients: clients.batch(),
            sessions: sessions.batch(),
        },
    }
}

fn measures() -> Vec<Measure> {
    let measure = |id: &str, role: Role, level: Level, range: [f64; 2]| Measure {
        id: id.to_owned(),
        role,
        level,
        rater: None,
        better: None,
        range: Some(range),
        reliability: None,
        functional: None,
        cutoff: None,
        instrument: None,
        reliable_change: None,
        items: Vec::new(),
    };
    let lower = Some(Direction::Lower);
    let alliance = |id: &str, rater: Rater| Measure {
        rater: Some(rater),
        ..measure(id, Role::Alliance, Level::Session, [1.0, 7.0])
    };
    vec![
        alliance("alliance_client", Rater::Client),
        alliance("alliance_therapist", Rater::Therapist),
        Measure {
            better: lower,
            reliability: Some(0.89),
            cutoff: Some(10.0),
            ..measure("symptom", Role::Outcome, Level::Session, [0.0, 27.0])
        },
        measure("baseline", Role::Baseline, Level::Client, [0.0, 27.0]),
        measure("dropout", Role::Dropout, Level::Client, [0.0, 1.0]),
        measure("covariate", Role::Covariate, Level::Client, [0.0, 100.0]),
        Measure {
            better: lower,
            cutoff: Some(3.0),
            ..measure("burnout", Role::Burnout, Level::Therapist, [1.0, 5.0])
        },
    ]
}
