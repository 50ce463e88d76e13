//! A study made by hand, without a file: four tables of Arrow columns in the documented layout.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use dyad_model::{Direction, Flow, Level, Measure, Norm, Rater, Role, Study, Tables};

/// How large, and with what in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub sites: i64,
    pub therapists_per_site: i64,
    pub clients_per_therapist: i64,
    pub sessions: i64,
    /// Whether measures have values.
    pub measured: bool,
}

/// Enough for every estimate: 3 sites, 12 therapists, 60 clients, 8 sessions.
pub(crate) const ENOUGH: Shape = Shape {
    sites: 3,
    therapists_per_site: 4,
    clients_per_therapist: 5,
    sessions: 8,
    measured: true,
};

/// Numbers that look random and are the same everywhere.
struct Noise(u64);

impl Noise {
    /// Uniform between −1 and 1.
    fn draw(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f64 / (1_u64 << 23) as f64 - 1.0
    }
}

#[derive(Default)]
struct Columns {
    site: Vec<i64>,
    therapist: Vec<i64>,
    client: Vec<i64>,
    session: Vec<i64>,
    values: [Vec<Option<f64>>; 3],
}

/// Makes the study: two alliances, an outcome, a baseline, burnout and dropout.
pub(crate) fn study(shape: Shape) -> Study {
    let mut noise = Noise(20_240_607);
    let (mut sessions, mut clients, mut therapists) =
        (Columns::default(), Columns::default(), Columns::default());
    let number = |value: f64| shape.measured.then(|| (value * 10.0).round() / 10.0);
    let (mut therapist, mut client) = (0, 0);
    for site in 0..shape.sites {
        for _ in 0..shape.therapists_per_site {
            let burnout = 2.6 + noise.draw();
            therapists.site.push(site);
            therapists.therapist.push(therapist);
            therapists.values[0].push(number(burnout));
            for _ in 0..shape.clients_per_therapist {
                let (bond, intake) =
                    (0.8 * noise.draw() - 0.2 * burnout, 16.0 + 8.0 * noise.draw());
                clients.site.push(site);
                clients.therapist.push(therapist);
                clients.client.push(client);
                clients.values[0].push(number(intake).map(f64::round));
                clients.values[1].push(number(f64::from(u8::from(noise.draw() > 0.5))));
                for session in 1..=shape.sessions {
                    let alliance = 5.0 + bond + 0.7 * noise.draw();
                    let symptom = intake - 0.8 * session as f64 - 2.0 * bond + 3.0 * noise.draw();
                    sessions.site.push(site);
                    sessions.therapist.push(therapist);
                    sessions.client.push(client);
                    sessions.session.push(session);
                    // Every ninth rating is missing.
                    let rated = number(alliance).filter(|_| noise.draw() < 0.8);
                    sessions.values[0].push(rated);
                    sessions.values[1].push(number(alliance + 0.5 * noise.draw()));
                    sessions.values[2].push(number(symptom.clamp(0.0, 27.0)).map(f64::round));
                }
                client += 1;
            }
            therapist += 1;
        }
    }
    let rows = sessions.client.len() as u64;
    Study {
        title: "Made for the contract test".to_owned(),
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
            sites: batch(vec![("site", integers((0..shape.sites).collect()))]),
            therapists: table(therapists, &["burnout"]),
            clients: table(clients, &["baseline", "dropout"]),
            sessions: table(sessions, &["alliance_client", "alliance_therapist", "symptom"]),
        },
    }
}

fn measures() -> Vec<Measure> {
    let measure = |id: &str, role: Role, level: Level| Measure {
        id: id.to_owned(),
        role,
        level,
        rater: None,
        better: None,
        range: None,
        reliability: None,
        functional: None,
        cutoff: None,
        reliable_change: None,
        instrument: None,
        items: Vec::new(),
    };
    let alliance = |id: &str, rater: Rater| Measure {
        rater: Some(rater),
        range: Some([1.0, 7.0]),
        ..measure(id, Role::Alliance, Level::Session)
    };
    let lower = Some(Direction::Lower);
    vec![
        alliance("alliance_client", Rater::Client),
        alliance("alliance_therapist", Rater::Therapist),
        Measure {
            better: lower,
            range: Some([0.0, 27.0]),
            reliability: Some(0.89),
            functional: Some(Norm { mean: 5.5, sd: 4.6 }),
            cutoff: Some(10.0),
            ..measure("symptom", Role::Outcome, Level::Session)
        },
        measure("baseline", Role::Baseline, Level::Client),
        Measure {
            better: lower,
            cutoff: Some(3.0),
            ..measure("burnout", Role::Burnout, Level::Therapist)
        },
        measure("dropout", Role::Dropout, Level::Client),
    ]
}

/// The structural columns a table has, then its measures.
fn table(columns: Columns, measures: &[&'static str]) -> RecordBatch {
    let structural = [
        ("site", columns.site, true),
        ("therapist", columns.therapist, true),
        ("client", columns.client, !measures.contains(&"burnout")),
        ("session", columns.session, measures.contains(&"symptom")),
    ];
    let mut found: Vec<(&str, ArrayRef)> = structural
        .into_iter()
        .filter(|(_, _, is_there)| *is_there)
        .map(|(name, values, _)| (name, integers(values)))
        .collect();
    for (name, values) in measures.iter().zip(columns.values) {
        found.push((name, Arc::new(Float64Array::from(values))));
    }
    batch(found)
}

fn integers(values: Vec<i64>) -> ArrayRef {
    Arc::new(Int64Array::from(values))
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let field = |(name, array): &(&str, ArrayRef)| {
        let kind: &DataType = array.data_type();
        Field::new(*name, kind.clone(), true)
    };
    let schema = Schema::new(columns.iter().map(field).collect::<Vec<_>>());
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(Arc::new(schema), arrays).expect("columns of one length")
}
