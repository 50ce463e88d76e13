//! `init` writes a study file that loads.

mod support;

use dyad_ingest::{init, load};
use support::{Folder, data};

#[test]
fn the_practice_network_loads_as_guessed() {
    let text = init(data("practice-network/sessions.csv")).unwrap();
    let bytes = std::fs::read(data("practice-network/sessions.csv")).unwrap();
    let study = Folder::new(&text, &[("sessions.csv", &bytes)]).load().unwrap().study;
    let own = load(data("practice-network/study.toml")).unwrap().study;
    assert_eq!(study.flow, own.flow);
    let roles = |study: &dyad_model::Study| -> Vec<_> {
        let mut roles: Vec<_> =
            study.measures.iter().map(|m| (m.id.clone(), m.role, m.level, m.better)).collect();
        roles.sort();
        roles
    };
    assert_eq!(roles(&study), roles(&own));
}

#[test]
fn the_other_data_sets_load_as_guessed() {
    for (folder, file, clients) in [
        ("antidepressant-trial", "data.csv", 172),
        ("antidepressant-trial", "clients.csv", 172),
        ("suddengains", "sessions.csv", 43),
        ("suddengains", "wide.csv", 43),
    ] {
        let path = data(&format!("{folder}/{file}"));
        let text = init(&path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let loaded = Folder::new(&text, &[(file, &bytes)]).load();
        let study = loaded.unwrap_or_else(|error| panic!("{file}: {error}\n{text}")).study;
        assert_eq!(study.flow.clients, clients, "{file}");
        assert!(!study.measures.is_empty(), "{file}");
    }
}

#[test]
fn items_are_recognised_and_no_value_is_written() {
    let mut rows = String::from("patient,clinician,visit,dob,x");
    for prefix in ["wai_c_", "wai_t_"] {
        rows.extend((1..=12).map(|i| format!(",{prefix}{i}")));
    }
    rows.extend((1..=9).map(|i| format!(",phq9_{i}")));
    rows.push_str("\n901,77,1,,NA");
    rows.push_str(&",5".repeat(12));
    rows.push_str(&",7".repeat(12));
    rows.push_str(&",3".repeat(9));
    rows.push_str("\n902,77,2,,3.75\n".trim_end());
    rows.push_str(&",1".repeat(33));
    let folder = Folder::new("", &[("d.csv", rows.as_bytes())]);
    let text = init(folder.path().join("d.csv")).unwrap();
    for expected in [
        "client = \"patient\"",
        "therapist = \"clinician\"",
        "session = \"visit\"",
        "instrument = \"wai-sr\"",
        "instrument = \"wai-s\"",
        "items = \"wai_t_{item}\"",
        "rater = \"therapist\"",
        "instrument = \"phq-9\"",
        "`dob`: R1",
        "codes = [\"NA\"]",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    for value in ["901", "902", "77", "3.75"] {
        assert!(!text.contains(value), "{value}\n{text}");
    }
}

fn written(rows: &str) -> (String, Folder) {
    let folder = Folder::new("", &[("d.csv", rows.as_bytes())]);
    let text = init(folder.path().join("d.csv")).expect("a study file");
    std::fs::write(folder.path().join("study.toml"), &text).expect("written");
    // One blank between words: comments stand in a column of their own.
    (text.split_whitespace().collect::<Vec<_>>().join(" "), folder)
}

#[test]
fn a_column_of_session_numbers_that_does_not_fit_is_marked() {
    let (text, folder) = written("client,session,wai\nA,0,4\nA,1,5\nA,2,5\nB,0,4\nB,1,3\n");
    assert!(text.contains("# session = \"session\" # ? holds 0"), "{text}");
    assert_eq!(folder.load().unwrap().study.flow.rows_used, 5);
    let (text, folder) = written("client,session,wai\nA,1,4\nA,2,5\nA,,5\nB,1,4\n");
    assert!(text.contains("no_session_number = \"drop\" # ?"), "{text}");
    assert_eq!(folder.load().unwrap().study.flow.rows_used, 3);
}

#[test]
fn what_does_not_fit_an_instrument_is_left_to_a_person() {
    let items: Vec<String> = (1..=12).map(|i| format!(",wai_{i}")).collect();
    let items = items.concat();
    let rows = format!(
        "Klient,Therapeut,Praxis,session{items}\nA,T,P,1{}\nA,T,P,2{},88\n",
        ",5".repeat(12),
        ",4".repeat(11)
    );
    let (text, folder) = written(&rows);
    assert!(
        text.contains("therapist = \"Therapeut\"") && text.contains("site = \"Praxis\""),
        "{text}"
    );
    assert_eq!(text.matches("[measures.").count(), 1, "{text}");
    assert!(text.contains("instrument = \"wai-sr\" # ? some answers lie outside"), "{text}");
    assert_eq!(support::shown(folder.load()), ["above_range 3 wai_12"]);

    let (text, folder) = written("client,session,wai\nA,1,\"4,5\"\nA,2,4.25\nA,3,\"1.234,5\"\n");
    assert!(text.contains("[measures.wai]"), "{text}");
    assert_eq!(support::shown(folder.load()), ["decimal_comma 2 wai", "thousands_separator 4 wai"]);
}
