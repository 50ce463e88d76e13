//! A study is the same whatever the number of threads that read it and whatever the order of its rows, and so is what is said of a bad one.

mod support;

use arrow_array::RecordBatch;
use dyad_ingest::{IngestError, Loaded};
use dyad_model::{Flow, Note, Table, Tables};
use support::{Folder, STUDY};

const CLIENTS: u64 = 4_000;
const SESSIONS: u64 = 12;

/// Everything that comes of a file, its name and hash left out.
fn outcome(loaded: Loaded) -> ([RecordBatch; 4], Flow, Vec<Note>, Vec<Table>) {
    let Tables { sessions, clients, therapists, sites } = loaded.study.tables;
    ([sessions, clients, therapists, sites], loaded.study.flow, loaded.study.notes, loaded.tables)
}

fn with_threads(threads: usize, folder: &Folder) -> Result<Loaded, IngestError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
    pool.install(|| folder.load())
}

/// Row `i`: a client, whose therapist goes by the client, and a session. The step visits every row once.
fn row(i: u64, step: u64) -> String {
    let at = i * step % (CLIENTS * SESSIONS);
    let (client, session) = (at / SESSIONS, at % SESSIONS + 1);
    let therapist = client * 7 % 91;
    let score = 1.0 + ((client * 31 + session * 17) % 61) as f64 / 10.0;
    let note = if at.is_multiple_of(13) { "\"two, or\nmore\"" } else { "none" };
    format!("T{therapist:03},C{client:07},{session},{score:.1},{note}\n")
}

/// Several batches: a batch is half a megabyte.
fn file(step: u64, damage: impl Fn(u64) -> Option<&'static str>) -> Folder {
    let mut text = String::from("t,c,n,wai,mood\n");
    for i in 0..CLIENTS * SESSIONS {
        match damage(i) {
            Some(line) => text.push_str(line),
            None => text.push_str(&row(i, step)),
        }
    }
    assert!(text.len() > 2 << 19, "{}", text.len());
    Folder::new(STUDY, &[("s.csv", text.as_bytes())])
}

#[test]
fn rows_in_any_order_and_any_number_of_threads_give_one_study() {
    let sorted = outcome(with_threads(1, &file(1, |_| None)).unwrap());
    assert_eq!(sorted.1.rows_used, CLIENTS * SESSIONS);
    // One after the other by session, as an export by date is; and in nobody's order.
    for step in [1, SESSIONS * 1000 + 1, 7_919] {
        let folder = file(step, |_| None);
        for threads in [1, 2, 3, 8] {
            let found = outcome(with_threads(threads, &folder).unwrap());
            assert!(found == sorted, "step {step}, {threads} threads");
        }
    }
}

#[test]
fn problems_are_the_same_and_in_the_same_order() {
    let damage = |i: u64| match i % 997 {
        0 => Some("T001,C0000001,0,4,none\n"),
        1 => Some("T001,,1,9,none\n"),
        2 => Some("T001,C0000002,1,often,none\n"),
        3 => Some("T001,C0000003,2,1.5,a.b@clinic.org\n"),
        4 => Some("\n"),
        _ => None,
    };
    let folder = file(7_919, damage);
    let said = |threads| with_threads(threads, &folder).unwrap_err().to_string();
    let one = said(1);
    for code in
        ["session_number", "empty_identifier", "above_range", "text_in_number", "identifier_value"]
    {
        assert!(one.contains(code), "{code}");
    }
    assert!(one.contains("and 29 more"), "{one}");
    for threads in [2, 3, 8] {
        assert_eq!(said(threads), one, "{threads} threads");
    }
}
