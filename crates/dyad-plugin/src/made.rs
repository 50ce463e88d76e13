//! Small studies for the kit's own tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use dyad_stats::mixed::{Criterion, Fit, Rows};
use serde_json::{Value, json};

use crate::Run;
use crate::words::Dictionary;

/// Whole numbers.
pub(crate) fn whole(values: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

/// Scores; not a number stands for a missing one.
pub(crate) fn scores(values: &[f64]) -> ArrayRef {
    let values = values.iter().map(|&v| (!v.is_nan()).then_some(v));
    Arc::new(Float64Array::from(values.collect::<Vec<_>>()))
}

/// A measure of this role: of clients if it is about the whole treatment, else of sessions.
pub(crate) fn measure(id: &str, role: &str) -> Value {
    let level = if ["dropout", "baseline"].contains(&role) { "client" } else { "session" };
    json!({ "id": id, "role": role, "level": level })
}

/// A run with these measures, words and tables.
pub(crate) fn run<const S: usize, const C: usize>(
    measures: &[Value],
    words: &str,
    sessions: [(&str, ArrayRef); S],
    clients: [(&str, ArrayRef); C],
) -> Run<()> {
    let table = |name: &str, columns: Vec<(&str, ArrayRef)>| {
        (name.to_owned(), RecordBatch::try_from_iter(columns).unwrap())
    };
    Run {
        settings: (),
        words: Dictionary::of(words, &()).unwrap(),
        seed: 1,
        measures: measures.iter().map(|m| serde_json::from_value(m.clone()).unwrap()).collect(),
        replications: Vec::new(),
        tables: BTreeMap::from([
            table("sessions", sessions.into()),
            table("clients", clients.into()),
        ]),
        progress: Box::new(|_| false),
    }
}

/// Six clients of three therapists at two sites, two sessions each, with an alliance `a` and an outcome `y`, lower is better; the last
/// client has no second rating, the first therapist's second client no outcome at all.
pub(crate) fn six_clients(words: &str) -> Run<()> {
    let none = f64::NAN;
    let measures = [
        measure("a", "alliance"),
        json!({ "id": "y", "role": "outcome", "level": "session", "better": "lower" }),
    ];
    let sessions = [
        ("client", whole(&[0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5])),
        ("session", whole(&[1, 2, 1, 2, 1, 2, 1, 3, 1, 2, 1, 2])),
        ("a", scores(&[4.0, 5.0, 3.0, 3.5, 5.0, 6.0, 2.0, 3.0, 4.0, 4.5, 6.0, none])),
        ("y", scores(&[9.0, 7.0, none, none, 8.0, 4.0, 9.0, 9.5, 7.0, 6.0, 5.0, 3.0])),
    ];
    let clients = [
        ("client", whole(&[0, 1, 2, 3, 4, 5])),
        ("therapist", whole(&[0, 0, 1, 1, 2, 2])),
        ("site", whole(&[0, 0, 0, 0, 1, 1])),
    ];
    run(&measures, words, sessions, clients)
}

/// The [`six_clients`], with a measure `burnout` of their therapists, higher is worse, from 27 on a case.
pub(crate) fn with_therapists(burnout: &[f64; 3]) -> Run<()> {
    let mut run = six_clients("");
    let measure = json!({
        "id": "burnout", "role": "burnout", "level": "therapist", "better": "lower", "cutoff": 27.0
    });
    run.measures.push(serde_json::from_value(measure).unwrap());
    let columns = [
        ("site", whole(&[0, 0, 1])),
        ("therapist", whole(&[0, 1, 2])),
        ("burnout", scores(burnout)),
    ];
    let table = RecordBatch::try_from_iter(columns).unwrap();
    drop(run.tables.insert("therapists".to_owned(), table));
    run
}

/// y ~ 1 + (1 | therapist) of eight therapists with six clients each, whose means lie so far apart.
pub(crate) fn therapist_fit(apart: f64) -> Fit {
    let mut rows = Rows::in_clusters(&[]);
    for therapist in 0_i64..8 {
        for client in 0_i64..6 {
            // The same six values for everybody: 0 apart, nothing lies between therapists.
            let own = ((client + therapist) % 6) as f64;
            rows.push(0, therapist, &[], apart * ((3 * therapist) % 8) as f64 + own).unwrap();
        }
    }
    rows.fit(Criterion::Reml).unwrap()
}
