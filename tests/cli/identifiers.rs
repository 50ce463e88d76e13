//! Identifiers: refused, overridden with a reason, and never printed.

use std::fs;
use std::path::Path;

use dyad_tests::{Dyad, StudyFolder};
use serde_json::Value;

/// Parts of every planted value: they stand nowhere else.
const MARK: &str = "xq7zk";

/// What research assistants forgot to take out, as cells of a further column.
const PLANTED: [(&str, &str); 8] = [
    ("remark", "xq7zk@clinic.org"),
    ("remark", "https://xq7zk.example.org/file"),
    ("remark", "xq7zk said that his mother had moved to another town last summer"),
    ("client_name", "xq7zk"),
    ("birth_date", "xq7zk"),
    ("address", "xq7zk street"),
    ("phone", "+49 170 xq7zk"),
    ("patient_email", "xq7zk"),
];

fn with_column(name: &str, cell: &str) -> StudyFolder {
    StudyFolder::practice_network().sessions(|mut lines| {
        for (row, line) in lines.iter_mut().enumerate() {
            let value = match row {
                0 => name,
                5 => cell,
                _ => "",
            };
            line.extend([",\"", value, "\""]);
        }
        lines
    })
}

fn nowhere(folder: &Path, own: &[&str]) {
    for entry in folder.read_dir().expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            nowhere(&path, own);
        } else if !own.iter().any(|name| path.ends_with(name)) {
            let bytes = fs::read(&path).expect("a file");
            let found = bytes.windows(MARK.len()).any(|part| part == MARK.as_bytes());
            assert!(!found, "{} holds a planted value", path.display());
        }
    }
}

#[test]
fn planted_values_are_refused_and_printed_nowhere() {
    for (name, cell) in PLANTED {
        let folder = with_column(name, cell);
        let study = folder.write();
        let path = study.to_str().expect("UTF-8");
        for args in [
            vec!["run", path, "--out", folder.out().to_str().expect("UTF-8"), "-vv"],
            vec!["run", path, "--format", "json", "--out", folder.out().to_str().expect("UTF-8")],
            vec!["validate", path],
            vec!["validate", path, "--format", "json"],
        ] {
            let ended = Dyad::built().run(&args);
            assert_ne!(ended.code, 0, "{name} passes: {}", ended.stdout);
            assert!(
                !ended.stdout.contains(MARK) && !ended.stderr.contains(MARK),
                "{}",
                ended.stderr
            );
        }
        assert_eq!(folder.left_behind(), Vec::<String>::new());
    }
}

#[test]
fn an_override_stands_in_the_report_and_the_value_does_not() {
    for profile in ["internal", "opensafely"] {
        let reason = "agreed with the ethics board in 2024";
        let folder = with_column("remark", "xq7zk@clinic.org")
            .study(
                "[release]",
                &format!("[deidentification.allow]\nremark = \"{reason}\"\n\n[release]"),
            )
            .study("\"internal\"", &format!("\"{profile}\""));
        let ended = Dyad::built().analyse(&folder.write(), &folder.out());
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        let read = |name: &str| fs::read_to_string(folder.out().join(name)).expect("the report");
        let run: Value = serde_json::from_str(&read("run.json")).expect("JSON");
        assert_eq!(run["overrides"][0]["column"], "remark");
        assert_eq!(run["overrides"][0]["reason"], reason);
        for name in ["report.html", "report.md"] {
            // Once as a warning; the page shows the study file too.
            let lines = read(name).lines().filter(|line| line.contains(reason)).count();
            assert!(lines >= 1, "{name} does not say the reason");
        }
        let ended = Dyad::built().run(&["validate", folder.write().to_str().expect("UTF-8")]);
        assert!(ended.stderr.contains(reason), "{}", ended.stderr);
        let parent = folder.out().parent().expect("a folder").to_owned();
        nowhere(&parent, &["sessions.csv", "study.toml"]);
    }
}
