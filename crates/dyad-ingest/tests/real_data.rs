//! Real and example files, against facts counted by other programs (R, awk).

mod support;

use arrow_array::Array;
use dyad_ingest::load;
use support::{data, integers, numbers};

#[test]
fn the_antidepressant_trial_keeps_its_rows_clients_and_clusters() {
    let loaded = load(data("antidepressant-trial/study.toml")).unwrap();
    let study = &loaded.study;
    assert_eq!((study.flow.rows_read, study.flow.rows_used), (608, 608));
    assert_eq!((study.flow.clients, study.flow.therapists, study.flow.sites), (172, 17, 1));
    let sessions = integers(&study.tables.sessions, "session");
    assert_eq!(sessions.iter().flatten().min(), Some(&4));
    assert_eq!(sessions.iter().flatten().max(), Some(&7));
    // Cluster "999" is a name, not a missing code.
    assert_eq!(study.tables.sessions.column_by_name("therapist").unwrap().null_count(), 0);
    assert!(study.notes.iter().any(|n| n.text.contains("session numbers of 1 client have gaps")));
    // sum(tapply(d$baseline_hamd17, d$patient_id, `[`, 1)) in R
    let baseline: f64 =
        numbers(&study.tables.clients, "baseline_hamd17").into_iter().flatten().sum();
    assert!((baseline - 3078.0).abs() < 1e-9, "{baseline}");
    assert_eq!(loaded.inputs[0].rows, 608);
}

#[test]
fn suddengains_keeps_rows_without_any_score() {
    let loaded = load(data("suddengains/study.toml")).unwrap();
    let study = &loaded.study;
    assert_eq!((study.flow.rows_read, study.flow.rows_used, study.flow.clients), (516, 516, 43));
    let (bdi, rq) = (numbers(&study.tables.sessions, "bdi"), numbers(&study.tables.sessions, "rq"));
    let without = bdi.iter().zip(&rq).filter(|(a, b)| a.is_none() && b.is_none()).count();
    assert_eq!(without, 42);
    // Text order: client 10 comes before client 2; row 2 of the clients file is client "2".
    let intake = numbers(&study.tables.clients, "bdi_intake");
    assert_eq!(intake.len(), 43);
    assert_eq!(intake[0], Some(33.0));
}

#[test]
fn the_practice_network_is_counted_and_sorted() {
    let loaded = load(data("practice-network/study.toml")).unwrap();
    let study = &loaded.study;
    let flow = &study.flow;
    assert_eq!((flow.rows_read, flow.rows_used), (946, 946));
    assert_eq!((flow.clients, flow.therapists, flow.sites), (120, 24, 6));
    assert!(flow.adds_up());
    let table = &study.tables.sessions;
    let key: Vec<_> = integers(table, "site")
        .into_iter()
        .zip(integers(table, "therapist"))
        .zip(integers(table, "client"))
        .zip(integers(table, "session"))
        .collect();
    assert!(key.windows(2).all(|pair| pair[0] < pair[1]), "sorted, no key twice");
    let names: Vec<_> = table.schema().fields().iter().map(|f| f.name().clone()).collect();
    let expected = [
        "site",
        "therapist",
        "client",
        "session",
        "alliance_client",
        "alliance_therapist",
        "symptom",
    ];
    assert_eq!(names, expected);
    assert_eq!(study.tables.clients.num_rows(), 120);
    assert_eq!(study.tables.therapists.num_rows(), 24);
    assert_eq!(study.measures.len(), 6);
    let again = load(data("practice-network/study.toml")).unwrap();
    assert_eq!(again.study.tables.sessions, *table);
}
