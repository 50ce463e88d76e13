//! The same data in every format and dialect give the same study. The files of other programs were written by
//! `tests/data/formats/make.py`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that fails fails its test")]

mod support;

use dyad_ingest::{IngestError, Loaded, load};
use support::{Folder, STUDY, data, numbers, shown};

fn network() -> Loaded {
    load(data("practice-network/study.toml")).unwrap()
}

fn study_text() -> String {
    std::fs::read_to_string(data("practice-network/study.toml")).unwrap()
}

fn same(name: &str, bytes: &[u8], extra: &str) {
    let study = study_text()
        .replace("sessions.csv", name)
        .replace("[columns]", &format!("{extra}\n[columns]"));
    let loaded = Folder::new(&study, &[(name, bytes)]).load();
    let loaded = loaded.unwrap_or_else(|error| panic!("{name}: {error}"));
    let expected = network();
    assert_eq!(loaded.study.tables.sessions, expected.study.tables.sessions, "{name}");
    assert_eq!(loaded.study.tables.clients, expected.study.tables.clients, "{name}");
    assert_eq!(loaded.study.tables.therapists, expected.study.tables.therapists, "{name}");
    assert_eq!(loaded.study.flow, expected.study.flow, "{name}");
    assert_eq!(loaded.study.notes, expected.study.notes, "{name}");
}

#[test]
fn files_of_other_programs() {
    for name in [
        "network.parquet",
        "network.arrow",
        "network-stream.arrow",
        "network.xlsx",
        "network.sav",
        "network.zsav",
        "network-8.dta",
        "network-12.dta",
        "network-13.dta",
        "network-14.dta",
        "network-15.dta",
    ] {
        let bytes = std::fs::read(data(&format!("formats/{name}"))).unwrap();
        // The suffix says nothing: the content decides.
        same(&name.replace('.', "_"), &bytes, "");
    }
}

#[test]
fn dialects_and_encodings() {
    let text = std::fs::read_to_string(data("practice-network/sessions.csv")).unwrap();
    let plain = text.replace('"', "");
    let semicolon = plain.replace(',', ";").replace('.', ",");
    let utf16 = |big: bool| -> Vec<u8> {
        let unit = |u: u16| if big { u.to_be_bytes() } else { u.to_le_bytes() };
        std::iter::once(0xfeff).chain(plain.encode_utf16()).flat_map(unit).collect()
    };
    same("a", plain.as_bytes(), "");
    same("b", format!("\u{feff}{text}").as_bytes(), "");
    same("c", semicolon.as_bytes(), "");
    same("d", plain.replace(',', "\t").as_bytes(), "");
    same("e", plain.replace(',', "|").as_bytes(), "");
    same("f", &utf16(false), "");
    same("g", &utf16(true), "");
    same("h", plain.replace('\n', "\r\n").as_bytes(), "");
    same("i", plain.replace('\n', "\r").as_bytes(), "");
    same("j", plain.trim_end().as_bytes(), "");
    same("k", format!("sep=;\n{semicolon}").as_bytes(), "");
    // A column that is not mapped, in another encoding.
    let mut lines = plain.lines();
    let mut latin = format!("{},ort\n", lines.next().unwrap()).into_bytes();
    for line in lines {
        latin.extend_from_slice(line.as_bytes());
        latin.extend_from_slice(b",K\xf6ln\n");
    }
    same("l", &latin, "");
    same("m", &latin, "encoding = \"iso-8859-1\"");
    // Rows and columns in another order.
    let mut lines: Vec<&str> = plain.lines().collect();
    lines[1..].reverse();
    same("n", lines.join("\n").as_bytes(), "");
    let turned: Vec<String> =
        plain.lines().map(|l| l.split(',').rev().collect::<Vec<_>>().join(",")).collect();
    same("o", turned.join("\n").as_bytes(), "");
}

#[test]
fn parts_are_one_table() {
    let text = std::fs::read_to_string(data("practice-network/sessions.csv")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let part = |rows: &[&str]| format!("{}\n{}\n", lines[0], rows.join("\n"));
    let (first, second) = (part(&lines[1..400]), part(&lines[400..]));
    let study = study_text().replace("sessions.csv", "part-*.csv");
    let files = [("part-1.csv", first.as_bytes()), ("part-2.csv", second.as_bytes())];
    let loaded = Folder::new(&study, &files).load().unwrap();
    assert_eq!(loaded.study.tables.sessions, network().study.tables.sessions);
    assert_eq!(loaded.inputs.len(), 2);
    assert_eq!(loaded.inputs[1].name, "part-2.csv");

    let other = second.replacen("symptom", "Symptom", 1);
    let files = [("part-1.csv", first.as_bytes()), ("part-2.csv", other.as_bytes())];
    let found = shown(Folder::new(&study, &files).load());
    assert_eq!(found, ["parts_differ 1 Symptom", "parts_differ 1 symptom"]);

    let again = part(&lines[399..]).replacen(",22\n", ",21\n", 1);
    let twice = format!("{}{}", again, "");
    let files = [("part-1.csv", first.as_bytes()), ("part-2.csv", twice.as_bytes())];
    let loaded = Folder::new(&study, &files).load();
    match loaded {
        Ok(loaded) => assert_eq!(loaded.study.flow.dropped[0].rows, Some(1)),
        Err(IngestError::Data(problems)) => {
            let problem = problems.problems()[0].to_string();
            assert!(problem.contains("part-2.csv, row 2"), "{problem}");
            assert!(problem.contains("part-1.csv, row 400"), "{problem}");
        }
        Err(other) => panic!("{other}"),
    }
    assert_eq!(shown(Folder::new(&study, &[]).load()), ["no_file_matches 0"]);
}

#[test]
fn the_wide_file_of_suddengains_becomes_its_long_one() {
    let text = std::fs::read_to_string(data("suddengains/wide.csv")).unwrap();
    let study = r#"
version = 1
[study]
title = "T"
seed = 1
[data]
sessions = "wide.csv"
[columns]
client = "id"
[measures.bdi]
role = "outcome"
column = "bdi_s{session}"
better = "lower"
range = [0, 63]
[measures.rq]
role = "covariate"
column = "rq_s{session}"
[measures.bdi_intake]
role = "baseline"
column = "bdi_s0"
[measures.rq_intake]
role = "baseline"
column = "rq_s0"
"#;
    let wide = Folder::new(study, &[("wide.csv", text.as_bytes())]).load().unwrap();
    let long = load(data("suddengains/study.toml")).unwrap();
    assert_eq!(wide.study.flow.rows_used, 474);
    assert_eq!(wide.study.flow.clients, 43);
    assert_eq!(wide.inputs[0].rows, 43);
    assert!(wide.inputs[0].remarks[0].contains("474 session rows made, 42 sessions without"));
    let scored = |loaded: &Loaded| -> Vec<(Option<f64>, Option<f64>)> {
        let sessions = &loaded.study.tables.sessions;
        let both = numbers(sessions, "bdi").into_iter().zip(numbers(sessions, "rq"));
        both.filter(|(a, b)| a.is_some() || b.is_some()).collect()
    };
    assert_eq!(scored(&wide), scored(&long));
    assert_eq!(
        numbers(&wide.study.tables.clients, "bdi_intake"),
        numbers(&long.study.tables.clients, "bdi_intake")
    );
}

#[test]
fn templates_that_do_not_fit() {
    let study = STUDY
        .replace("session = \"n\"\n", "")
        .replace("column = \"wai\"", "column = \"wai_{session}\"");
    let load = |text: &str| shown(Folder::new(&study, &[("s.csv", text.as_bytes())]).load());
    assert_eq!(load("c,t,x\n1,A,4\n"), ["template 1"]);
    assert_eq!(load("c,t,wai_1,wai_01\n1,A,4,5\n"), ["template 1 wai_01"]);
    assert_eq!(load("c,t,wai_0,wai_1\n1,A,4,5\n"), ["template 1 wai_0"]);
    let gaps = Folder::new(&study, &[("s.csv", b"c,t,wai_1,wai_3\n1,A,4,5\n")]).load().unwrap();
    assert!(gaps.inputs[0].remarks[1].contains("leave out"), "{:?}", gaps.inputs[0].remarks);
}

#[test]
fn declared_missing_values_are_missing() {
    for name in ["declared.sav", "declared.dta"] {
        let bytes = std::fs::read(data(&format!("formats/{name}"))).unwrap();
        let loaded = Folder::new(STUDY, &[("s.csv", &bytes)]).load();
        let loaded = loaded.unwrap_or_else(|error| panic!("{name}: {error}"));
        let wai = numbers(&loaded.study.tables.sessions, "wai");
        assert_eq!(wai, [Some(4.5), None, None, None, Some(6.0)], "{name}");
        let remark = &loaded.inputs[0].remarks[0];
        assert!(remark.starts_with("`wai`: 2 "), "{remark}");
    }
}

#[test]
fn typed_dates_are_refused_unless_declared() {
    let dated = STUDY.replace("session = \"n\"", "date = \"d\"");
    let unmapped = STUDY.replace("session = \"n\"\n", "");
    for name in ["dated.sav", "dated.dta", "dated.parquet", "dated.xlsx"] {
        let bytes = std::fs::read(data(&format!("formats/{name}"))).unwrap();
        let loaded = Folder::new(&dated, &[("s.csv", &bytes)]).load();
        let loaded = loaded.unwrap_or_else(|error| panic!("{name}: {error}"));
        let sessions = &loaded.study.tables.sessions;
        assert_eq!(support::integers(sessions, "day"), [Some(0), Some(7)], "{name}");
        assert_eq!(support::integers(sessions, "session"), [Some(1), Some(2)], "{name}");
        let refused = shown(Folder::new(&unmapped, &[("s.csv", &bytes)]).load());
        assert_eq!(refused, ["date_column 2 d"], "{name}");
    }
}

#[test]
fn days_come_from_a_declared_date_and_numbers_from_the_days() {
    let study = STUDY.replace("session = \"n\"", "date = \"d\"");
    let text = "c,t,wai,d\n1,A,5,2024-03-11\n1,A,4,2024-03-04\n2,A,3,01.02.2024\n";
    let loaded = Folder::new(&study, &[("s.csv", text.as_bytes())]).load().unwrap();
    let sessions = &loaded.study.tables.sessions;
    assert_eq!(support::integers(sessions, "day"), [Some(0), Some(7), Some(0)]);
    assert_eq!(numbers(sessions, "wai"), [Some(4.0), Some(5.0), Some(3.0)]);
    assert!(loaded.study.notes.iter().any(|n| n.text.contains("numbered by their days")));
    let odd = "c,t,wai,d\n1,A,5,03/04/2024\n";
    assert_eq!(shown(Folder::new(&study, &[("s.csv", odd.as_bytes())]).load()), ["date_value 2 d"]);
}

#[test]
fn a_workbook_may_have_titles_but_no_header_in_two_rows() {
    let study = STUDY
        .replace("\"t\"", "\"therapist\"")
        .replace("\"c\"", "\"client\"")
        .replace("\"n\"", "\"session\"")
        .replace("column = \"wai\"", "column = \"alliance_client\"");
    let load = |name: &str| {
        let bytes = std::fs::read(data(&format!("formats/{name}.xlsx"))).unwrap();
        Folder::new(&study, &[("s.csv", &bytes)]).load()
    };
    let (small, titled) = (load("small").unwrap(), load("titled").unwrap());
    assert_eq!(small.study.tables.sessions, titled.study.tables.sessions);
    let remarks = &titled.inputs[0].remarks;
    assert!(remarks.contains(&"the header is row 4 of the sheet".to_owned()), "{remarks:?}");
    // One word about it, not one for every cell that does not fit.
    assert_eq!(shown(load("merged")), ["unsupported 1"]);
}
