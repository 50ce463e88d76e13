//! Bad input: a message with place and remedy, the documented exit code, and nothing half-written.

use std::fs;

use dyad_tests::{Dyad, Ended, StudyFolder};

/// There is no report: usage, study file, data or I/O.
const NO_REPORT: i32 = 2;

/// Runs a bad study and checks what every refusal owes: its exit code, these words, and a clean folder.
fn refused(folder: &StudyFolder, words: &[&str]) -> Ended {
    let study = folder.write();
    let ended = Dyad::built().analyse(&study, &folder.out());
    assert_eq!(ended.code, NO_REPORT, "{}", ended.stderr);
    for word in words {
        assert!(
            ended.stderr.contains(word),
            "the message does not say `{word}`:\n{}",
            ended.stderr
        );
    }
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    assert_eq!(folder.left_behind(), Vec::<String>::new(), "something was written");
    ended
}

#[test]
fn a_misspelt_key_is_shown_with_a_suggestion() {
    let folder = StudyFolder::practice_network().study("better = \"lower\"", "beter = \"lower\"");
    refused(&folder, &["study.toml", "beter", "better"]);
}

#[test]
fn a_misspelt_setting_is_shown_with_a_suggestion() {
    let folder = StudyFolder::practice_network().study("early_window = ", "early_windw = ");
    refused(&folder, &["early_windw", "early_window"]);
}

#[test]
fn a_setting_out_of_range_is_told_what_it_must_be() {
    let folder =
        StudyFolder::practice_network().study("early_window = [3, 5]", "early_window = [5, 3]");
    let study = folder.write();
    let ended = Dyad::built().analyse_with(&study, &folder.out(), &["--only", "alliance-outcome"]);
    let said = ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let expected = "it refused its settings: early_window needs two session numbers, the first not above the last";
    assert!(said.contains(expected), "{said}\n{}", ended.stderr);
}

#[test]
fn a_study_file_that_is_not_toml_is_refused_with_its_line() {
    let folder = StudyFolder::practice_network().study("[columns]", "[columns");
    refused(&folder, &["study.toml"]);
}

#[test]
fn a_missing_column_is_named() {
    let folder = StudyFolder::practice_network()
        .study("column = \"alliance_therapist\"", "column = \"alliance_therapst\"");
    refused(&folder, &["alliance_therapst", "alliance_therapist", "sessions.csv"]);
}

#[test]
fn text_in_a_number_column_is_located_and_not_printed() {
    let folder = StudyFolder::practice_network().cell(7, "symptom", "\"quite bad\"");
    // The header is row 1, as a spreadsheet shows it.
    let ended = refused(&folder, &["sessions.csv", "row 8", "symptom"]);
    assert!(!ended.stderr.contains("quite bad"), "a value of the data was printed");
}

#[test]
fn a_value_out_of_range_is_located_and_not_printed() {
    let folder = StudyFolder::practice_network().cell(11, "alliance_client", "77.25");
    let ended = refused(&folder, &["sessions.csv", "row 12", "alliance_client", "1", "7"]);
    assert!(!ended.stderr.contains("77.25"), "a value of the data was printed");
}

#[test]
fn two_different_rows_of_one_session_are_both_located() {
    let folder = StudyFolder::practice_network().sessions(|mut lines| {
        let changed = lines[3].replace(",4.2,", ",4.3,");
        assert_ne!(changed, lines[3], "the row holds the value that is changed");
        lines.push(changed);
        lines
    });
    refused(&folder, &["sessions.csv", "row 4", "row 948"]);
}

#[test]
fn an_identical_row_is_dropped_and_counted() {
    let folder = StudyFolder::practice_network().sessions(|mut lines| {
        lines.push(lines[3].clone());
        lines
    });
    let ended = Dyad::built().analyse(&folder.write(), &folder.out());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let flow = &dyad_tests::Results::read(&folder.out()).document["flow"];
    assert_eq!((flow["rows_read"].as_u64(), flow["rows_used"].as_u64()), (Some(947), Some(946)));
    assert_eq!(flow["dropped"][0]["reason"], "identical duplicate");
    assert_eq!(flow["dropped"][0]["rows"], 1);
}

#[test]
fn empty_files_are_refused() {
    let empty = StudyFolder::practice_network().sessions(|_| Vec::new());
    let header_only = StudyFolder::practice_network().sessions(|mut lines| {
        lines.truncate(1);
        lines
    });
    for folder in [empty, header_only] {
        refused(&folder, &["sessions.csv"]);
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let folder = StudyFolder::practice_network().study("sessions.csv", "visits.csv");
    refused(&folder, &["visits.csv"]);
    let study = folder.write().with_file_name("no-such-study.toml");
    let ended = Dyad::built().analyse(&study, &folder.out());
    assert_eq!(ended.code, NO_REPORT);
    assert!(ended.stderr.contains("no-such-study.toml"), "{}", ended.stderr);
}

#[test]
fn an_existing_report_is_kept_unless_forced() {
    let folder = StudyFolder::practice_network();
    let (study, out) = (folder.write(), folder.out());
    let dyad = Dyad::built();
    assert_eq!(dyad.analyse(&study, &out).code, 0);
    let before = fs::read(out.join("run.json")).expect("a report");

    let ended = dyad.analyse(&study, &out);
    assert_eq!(ended.code, NO_REPORT, "{}", ended.stderr);
    assert!(ended.stderr.contains("--force"), "no remedy: {}", ended.stderr);
    assert_eq!(fs::read(out.join("run.json")).expect("the report is kept"), before);

    let forced = dyad.analyse_with(&study, &out, &["--force"]);
    assert_eq!(forced.code, 0, "{}", forced.stderr);
    assert_ne!(fs::read(out.join("run.json")).expect("a report"), before);
    assert_eq!(folder.left_behind(), ["out"], "a temporary folder was left");
}

#[test]
fn a_folder_that_is_not_a_report_is_never_replaced() {
    let folder = StudyFolder::practice_network();
    let (study, out) = (folder.write(), folder.out());
    let thesis = out.join("thesis.txt");
    fs::create_dir(&out).expect("a temporary folder can be written");
    fs::write(&thesis, "mine").expect("a temporary folder can be written");
    let ended = Dyad::built().analyse_with(&study, &out, &["--force"]);
    assert_eq!(ended.code, NO_REPORT, "{}", ended.stderr);
    assert_eq!(fs::read_to_string(&thesis).expect("the file is kept"), "mine");
    assert!(!out.join("report.html").exists());
}

#[test]
fn wrong_usage_is_told() {
    for args in [&["analyse"][..], &["run"], &["run", "a.toml", "--nonsense"], &[]] {
        let ended = Dyad::built().run(args);
        assert_eq!(ended.code, NO_REPORT, "{args:?}: {}", ended.stderr);
        assert!(ended.stderr.contains("Usage"), "{args:?}: {}", ended.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_file_larger_than_memory_is_refused_before_it_is_read() {
    let folder = StudyFolder::practice_network();
    let study = folder.write();
    let data = fs::OpenOptions::new().write(true).open(study.with_file_name("sessions.csv"));
    // A hole of two gigabytes; the process may have one.
    data.and_then(|file| file.set_len(2 << 30)).expect("a sparse file");
    let limited = format!("ulimit -v {}; exec \"$0\" \"$@\"", 1 << 20);
    let output = std::process::Command::new("sh")
        .args(["-c", &limited])
        .arg(Dyad::built().executable())
        .args(["validate", study.to_str().expect("UTF-8")])
        .output()
        .expect("a shell");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(NO_REPORT), "{stderr}");
    for part in ["sessions.csv", "2048 MB", "hint:"] {
        assert!(stderr.contains(part), "no `{part}` in {stderr}");
    }
}
