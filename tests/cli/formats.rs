//! One study, however its file was written: the results are the same bytes.

use std::fs;
use std::path::{Path, PathBuf};

use dyad_tests::{Dyad, root};

/// The study of the practice network over another sessions file.
struct Case {
    folder: tempfile::TempDir,
    name: String,
}

impl Case {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join(name), bytes).expect("the data can be written");
        let study = read("datasets/practice-network/study.toml");
        let study = study.replace("sessions.csv", name);
        fs::write(folder.path().join("study.toml"), study).expect("the study can be written");
        Self { folder, name: name.to_owned() }
    }

    /// The study file, to be changed.
    fn study(&self) -> PathBuf {
        self.folder.path().join("study.toml")
    }

    fn results(&self) -> Vec<u8> {
        let out = self.folder.path().join("out");
        let ended = Dyad::built().analyse(&self.study(), &out);
        assert_eq!(ended.code, 0, "{}: {}", self.name, ended.stderr);
        fs::read(out.join("results.json")).expect("results")
    }
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).expect("a file of the repository")
}

fn sessions() -> String {
    read("datasets/practice-network/sessions.csv").replace('"', "")
}

/// The dialects and encodings one meets, by the name of their file.
fn dialects(plain: &str) -> Vec<(&'static str, Vec<u8>)> {
    let semicolon = plain.replace(',', ";").replace('.', ",");
    let utf16 = |big: bool| -> Vec<u8> {
        let unit = |u: u16| if big { u.to_be_bytes() } else { u.to_le_bytes() };
        std::iter::once(0xfeff).chain(plain.encode_utf16()).flat_map(unit).collect()
    };
    let quoted: Vec<String> = plain
        .lines()
        .map(|line| line.split(',').map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(","))
        .collect();
    // A column that is not mapped, in Windows-1252.
    let mut lines = plain.lines();
    let mut western = format!("{},place\n", lines.next().unwrap_or("")).into_bytes();
    for line in lines {
        western.extend_from_slice(line.as_bytes());
        western.extend_from_slice(b",K\xf6ln\n");
    }
    vec![
        ("bom.csv", format!("\u{feff}{plain}").into_bytes()),
        ("semicolon.csv", semicolon.into_bytes()),
        ("tab.tsv", plain.replace(',', "\t").into_bytes()),
        ("crlf.csv", plain.replace('\n', "\r\n").into_bytes()),
        ("cr.csv", plain.replace('\n', "\r").into_bytes()),
        ("little.txt", utf16(false)),
        ("big.txt", utf16(true)),
        ("quoted.csv", quoted.join("\n").into_bytes()),
        ("western.csv", western),
    ]
}

#[test]
fn every_format_gives_the_same_results() {
    let plain = sessions();
    let expected = Case::new("sessions.csv", plain.as_bytes()).results();
    let fixtures = root().join("crates/dyad-ingest/tests/data/formats");
    let files = [
        "network.parquet",
        "network.arrow",
        "network-stream.arrow",
        "network.sav",
        "network.zsav",
        "network-13.dta",
        "network-15.dta",
        "network.xlsx",
    ];
    let mut cases = dialects(&plain);
    for name in files {
        cases.push((name, fs::read(fixtures.join(name)).expect("a fixture")));
    }
    for (name, bytes) in cases {
        assert!(Case::new(name, &bytes).results() == expected, "{name} gives other results");
    }
}

#[test]
fn a_wide_file_gives_the_results_of_the_long_one() {
    let plain = sessions();
    let mut lines = plain.lines();
    let header: Vec<&str> = lines.next().unwrap_or("").split(',').collect();
    let at = |name: &str| header.iter().position(|h| *h == name).expect("a column");
    let rated = ["alliance_client", "alliance_therapist", "symptom"].map(at);
    let fixed = ["site", "therapist", "client", "baseline", "burnout", "dropout"].map(at);
    let (session, client) = (at("session"), at("client"));
    let missing = |cell: &str| matches!(cell, "" | "NA" | "-9" | "999");
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    // A wide file cannot tell a session without any rating from a session that was not held.
    let rows: Vec<Vec<&str>> =
        rows.into_iter().filter(|row| rated.iter().any(|&c| !missing(row[c]))).collect();
    let long: Vec<String> =
        std::iter::once(header.join(",")).chain(rows.iter().map(|row| row.join(","))).collect();
    let last: usize = rows.iter().filter_map(|row| row[session].parse().ok()).max().unwrap_or(0);

    let mut wide = fixed.map(|c| header[c].to_owned()).to_vec();
    for number in 1..=last {
        wide.extend(rated.map(|c| format!("{}_s{number}", header[c])));
    }
    let mut text = wide.join(",") + "\n";
    for of_client in rows.chunk_by(|a, b| a[client] == b[client]) {
        let mut cells: Vec<&str> = fixed.map(|c| of_client[0][c]).to_vec();
        for number in 1..=last {
            let row = of_client.iter().find(|row| row[session].parse() == Ok(number));
            cells.extend(rated.map(|c| row.map_or("", |row| row[c])));
        }
        text.push_str(&(cells.join(",") + "\n"));
    }
    let long = Case::new("long.csv", long.join("\n").as_bytes()).results();
    let mut files = vec![("wide.csv", text.into_bytes())];
    let fixtures = root().join("crates/dyad-ingest/tests/data/formats");
    for name in ["wide.parquet", "wide.arrow", "wide.sav", "wide.dta", "wide.xlsx"] {
        files.push((name, fs::read(fixtures.join(name)).expect("a fixture")));
    }
    for (name, bytes) in files {
        let case = Case::new(name, &bytes);
        let mut study = fs::read_to_string(case.study()).expect("the study file");
        study = study.replace("session = \"session\"\n", "");
        for c in rated {
            let (old, new) = (header[c], format!("{}_s{{session}}", header[c]));
            study = study.replace(&format!("column = \"{old}\""), &format!("column = \"{new}\""));
        }
        fs::write(case.study(), study).expect("the study can be written");
        // The codebook names the columns, and those of a wide file are templates.
        let results = String::from_utf8(case.results()).expect("results are text");
        let results = results.replace("_s{session}", "");
        assert!(results.as_bytes() == long, "{name} gives other results");
    }
}

#[test]
fn init_writes_a_study_that_runs() {
    let shipped = [
        ("datasets/practice-network", "sessions.csv"),
        ("datasets/antidepressant-trial", "data.csv"),
        ("datasets/suddengains", "data.csv"),
        ("datasets/suddengains", "sessions.csv"),
        ("datasets/suddengains", "wide.csv"),
        ("tests/golden/networks/unbalanced", "sessions.csv"),
        ("tests/golden/items", "sessions.csv"),
    ];
    for folder in fs::read_dir(root().join("datasets")).expect("the data sets") {
        let name = folder.expect("a folder").file_name();
        let known = shipped.iter().any(|(of, _)| Path::new(of).file_name() == Some(&name));
        assert!(known, "{} is not tried", name.display());
    }
    for (folder, file) in shipped {
        let own = tempfile::tempdir().expect("a temporary folder");
        let data = own.path().join(file);
        fs::copy(root().join(folder).join(file), &data).expect("a data set");
        let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
        let ended = Dyad::built().run(&["init", &text(&data)]);
        assert_eq!(ended.code, 0, "{folder}/{file}: {}", ended.stderr);
        let study = own.path().join("study.toml");
        let ended = Dyad::built().analyse(&study, &own.path().join("out"));
        assert_eq!(ended.code, 0, "{folder}/{file}: {}", ended.stderr);
        assert!(own.path().join("out/report.html").is_file());
    }
}

#[test]
fn scored_tables_give_the_study_again() {
    let case = Case::new("sessions.csv", sessions().as_bytes());
    let out = case.folder.path().join("scored");
    let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let ended = Dyad::built().run(&["score", &text(&case.study()), "--out", &text(&out)]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let study = fs::read_to_string(case.study()).expect("the study file").replace(
        "sessions = \"sessions.csv\"",
        "sessions = \"sessions.csv\"\nclients = \"clients.csv\"\ntherapists = \"therapists.csv\"",
    );
    fs::write(out.join("study.toml"), study).expect("the study can be written");
    let again = case.folder.path().join("again");
    let ended = Dyad::built().analyse(&out.join("study.toml"), &again);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let again = fs::read(again.join("results.json")).expect("results");
    assert!(again == case.results(), "the scored tables give other results");
}
