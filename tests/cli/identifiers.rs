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

/// Digits of a row, the same on every run.
fn digits(row: usize, n: u32) -> u64 {
    let mixed = (row as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    mixed % 10_u64.pow(n)
}

/// The payload and the digit that makes its Luhn sum a multiple of ten, with the sum of a prefix.
fn luhn(payload: u64, prefix: u64) -> String {
    let text = payload.to_string();
    let doubled = |(i, c): (usize, char)| {
        let d = u64::from(c.to_digit(10).unwrap_or(0));
        if i % 2 == 1 {
            d
        } else if d > 4 {
            2 * d - 9
        } else {
            2 * d
        }
    };
    let sum: u64 = text.chars().rev().enumerate().map(doubled).sum::<u64>() + prefix;
    format!("{text}{}", (10 - sum % 10) % 10)
}

/// Nine digits and the check digit of an NHS number; those whose digit would be 10 are passed over.
fn nhs(row: usize) -> String {
    for nine in digits(row, 8) + 400_000_000.. {
        let text = nine.to_string();
        let weighted = text.chars().zip(2..).map(|(c, i)| (c.to_digit(10), 12 - i));
        let sum: u32 = weighted.map(|(d, weight)| d.unwrap_or(0) * weight).sum();
        match 11 - sum % 11 {
            10 => {}
            11 => return format!("{nine}0"),
            check => return format!("{nine}{check}"),
        }
    }
    String::new()
}

/// A class of identifiers: the column, and the cell of a row, if it has one.
type Class = (&'static str, &'static str, fn(usize) -> Option<String>);

/// One cell in the fifth row.
fn once(row: usize, cell: &str) -> Option<String> {
    (row == 5).then(|| cell.to_owned())
}

const CLASSES: [Class; 27] = [
    ("e-mail", "x", |r| once(r, "jo.doe@clinic.org")),
    ("web address", "x", |r| once(r, "www.doe-family.org/jo")),
    ("IPv4", "x", |r| once(r, "10.203.212.77")),
    ("IPv6", "x", |r| once(r, "fe80::1ff:fe23:4567:890a")),
    ("MAC", "x", |r| once(r, "00:1B:44:11:3A:B7")),
    ("IBAN", "x", |r| once(r, "DE89 3704 0044 0532 0130 00")),
    ("social security", "x", |r| once(r, "219-09-9997")),
    ("postcode", "x", |r| once(r, "SW1A 1AA")),
    ("phone, international", "x", |r| once(r, "+44 20 7946 0958")),
    ("phone, brackets", "x", |r| once(r, "(555) 123-4567")),
    ("phone, separators", "x", |r| once(r, "555-123-4567")),
    ("date, ISO", "x", |r| once(r, "1984-03-07")),
    ("date, day first", "x", |r| once(r, "07.03.1984")),
    ("date, short year", "x", |r| once(r, "3/17/84")),
    ("date, month name", "x", |r| once(r, "7 March 1984")),
    ("time stamp", "x", |r| once(r, "1984-03-07T10:20:31")),
    ("date, eight digits", "x", |r| Some(format!("1984{:02}{:02}", 1 + r % 12, 1 + r % 28))),
    ("date, seconds since 1582", "x", |r| Some(((160_000 + r as u64) * 86_400).to_string())),
    ("date, day numbers", "visit_date", |r| Some((41_234 + r).to_string())),
    ("NHS numbers", "x", |r| Some(nhs(r))),
    // 24 is the Luhn sum of 80840, with which every such number begins on a card.
    ("provider identifiers", "x", |r| Some(luhn(digits(r, 8) + 100_000_000, 24))),
    ("payment cards", "x", |r| Some(luhn(digits(r, 12) + 400_000_000_000_000, 0))),
    ("age above 89", "age", |r| once(r, "93")),
    ("free text", "x", |r| Some(format!("his mother of {} xq7zk Lane called again", 7 * r))),
    ("one long cell", "x", |r| once(r, &"xq7zk lives with her ".repeat(5))),
    ("column name", "patient_name", |r| once(r, "xq7zk")),
    ("initials with birth date", "client", |r| once(r, "QX19840307")),
];

#[test]
fn every_class_of_identifier_is_refused_and_printed_nowhere() {
    for (class, column, cell) in CLASSES {
        let folder = StudyFolder::practice_network().sessions(|mut lines| {
            for (row, line) in lines.iter_mut().enumerate() {
                let value = if row == 0 { Some(column.to_owned()) } else { cell(row) };
                let value = value.unwrap_or_default();
                if column != "client" {
                    line.extend([",\"", &value, "\""]);
                } else if row > 0 && !value.is_empty() {
                    let mut cells: Vec<&str> = line.split(',').collect();
                    cells[2] = &value;
                    *line = cells.join(",");
                }
            }
            lines
        });
        let study = folder.write();
        let path = study.to_str().expect("UTF-8");
        let out = folder.out();
        let out = out.to_str().expect("UTF-8");
        for args in
            [vec!["run", path, "--out", out, "-vv"], vec!["validate", path, "--format", "json"]]
        {
            let ended = Dyad::built().run(&args);
            assert_ne!(ended.code, 0, "{class} passes: {}", ended.stdout);
            let printed = format!("{}{}", ended.stdout, ended.stderr);
            let expected = ["R1", "R2", "R3", "R4", "R5", "R6"].map(|rule| format!("{rule}: "));
            assert!(expected.iter().any(|rule| printed.contains(rule)), "{class}: {printed}");
            // Two digits stand in row numbers too.
            let cells = (1..400).filter_map(cell).filter(|cell| cell.len() > 4);
            for planted in cells {
                assert!(!printed.contains(planted.trim()), "{class} is printed: {printed}");
            }
        }
        assert_eq!(folder.left_behind(), Vec::<String>::new(), "{class}");
    }
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
