//! Every kind of bad input is named, with its place, and no value is repeated.

mod support;

use std::fmt::Write as _;

use dyad_ingest::{Code, IngestError, StudyFile, explain};
use support::{Folder, STUDY, shown, with};

#[test]
fn cells_that_cannot_be_what_their_column_says() {
    let sessions = "c,t,n,wai\n1,A,1,8\n1,A,2,0.5\n1,A,3,often\n1,A,4,NaN\n1,A,5,\"1,234\"\n1,A,6,2024-03-04\n1,A,7,\"5,5\"\n";
    assert_eq!(
        shown(with("", sessions)),
        [
            "above_range 2 wai",
            "below_range 3 wai",
            "text_in_number 4 wai",
            "not_finite 5 wai",
            "thousands_separator 6 wai",
            "full_date 7 wai",
            "decimal_comma 8 wai",
            "date_column 7 wai",
        ]
    );
}

#[test]
fn session_numbers_and_identifiers() {
    let sessions = "c,t,n,wai\n1,A,0,4\n1,A,2.5,4\n1,A,,4\n1,A,70000,4\n,A,1,4\n1.5E+05,A,1,4\n";
    assert_eq!(
        shown(with("", sessions)),
        [
            "empty_identifier 6 c",
            "damaged_identifier 7 c",
            "session_number 2 n",
            "session_number 3 n",
            "session_missing 4 n",
            "session_number 5 n",
        ]
        .map(String::from)
    );
}

#[test]
fn rows_that_contradict_each_other() {
    let twice = "c,t,n,wai\n1,A,1,4\n1,A,1,5\n";
    assert_eq!(shown(with("", twice)), ["duplicate_session 3 wai"]);
    let identical = with("", "c,t,n,wai\n1,A,1,4\n1,A,1,4.0\n1,A,2,\n1,A,2,\n").unwrap();
    let flow = &identical.study.flow;
    assert_eq!((flow.rows_read, flow.rows_used), (4, 2));
    assert_eq!(flow.dropped[0].reason, "identical duplicate");
    assert_eq!(flow.dropped[0].rows, Some(2));

    let two = "c,t,n,wai\n1,A,1,4\n1,B,2,5\n";
    assert_eq!(shown(with("", two)), ["two_therapists 3"]);

    let baseline = "[measures.b]\nrole = \"baseline\"\ncolumn = \"b\"\n";
    let differs = "c,t,n,wai,b\n1,A,1,4,20\n1,A,2,4,\n1,A,3,4,21\n";
    assert_eq!(shown(with(baseline, differs)), ["not_constant 4 b"]);
    let burnout = "[measures.b]\nrole = \"burnout\"\ncolumn = \"b\"\n";
    let differs = "c,t,n,wai,b\n1,A,1,4,2.5\n2,A,1,4,2.6\n";
    assert_eq!(shown(with(burnout, differs)), ["not_constant 3 b"]);
    let dropout = "[measures.d]\nrole = \"dropout\"\ncolumn = \"d\"\n";
    assert_eq!(shown(with(dropout, "c,t,n,wai,d\n1,A,1,4,2\n")), ["dropout_value 2 d"]);
}

#[test]
fn a_change_of_therapist_follows_the_study_file() {
    let sessions = "c,t,n,wai\n1,A,1,4\n1,B,2,5\n1,B,3,6\n2,A,1,4\n";
    let load = |policy: &str| {
        let study =
            STUDY.replace("[columns]", &format!("two_therapists = \"{policy}\"\n[columns]"));
        Folder::new(&study, &[("s.csv", sessions.as_bytes())]).load().unwrap().study
    };
    let first = load("first");
    assert_eq!((first.flow.rows_used, first.flow.clients, first.flow.therapists), (2, 2, 1));
    let most = load("most");
    assert_eq!((most.flow.rows_used, most.flow.clients, most.flow.therapists), (3, 2, 2));
    let episodes = load("episodes");
    assert_eq!((episodes.flow.rows_used, episodes.flow.clients), (4, 3));
    for study in [first, most, episodes] {
        assert!(study.flow.adds_up());
    }
}

#[test]
fn files_that_are_no_tables() {
    for (sessions, expected) in [
        ("", "file_empty 0"),
        ("\n\n", "file_empty 0"),
        ("c,t,n,wai\n", "no_rows 0"),
        ("c,t,n,wai\n1,A,1\n", "short_row 2"),
        ("c,t,n,wai\n1,A,1,4,\n", "long_row 2"),
        ("c,t,n,wai\n1,A,\"1,4\n2,A,1,4\n", "unbalanced_quote 2"),
        ("c,t,n,wai\n1,A,1,4\"\n", "stray_quote 2"),
        ("c,t,n,wai,wai\n1,A,1,4,4\n", "duplicate_column 1 wai"),
        ("c,t,n,wai,\n1,A,1,4,\n", "blank_column 1"),
        ("c,t,n,Wai\n1,A,1,4\n", "column_missing 1 wai"),
        ("c,t,n,wai\n1,A,1,\0\n", "nul_byte 2"),
    ] {
        assert_eq!(shown(with("", sessions)), [expected], "{sessions:?}");
    }
    let damaged = Folder::new(STUDY, &[("s.csv", b"c,t,n,wai\n1,A,1,4\n2,J\x81rg,1,4\n")]);
    assert_eq!(shown(damaged.load()), ["encoding 3"]);
    let absent = Folder::new(STUDY, &[]).load().unwrap_err();
    assert!(matches!(absent, IngestError::Io { .. }));
    assert!(absent.to_string().contains("there is no such file"), "{absent}");
}

#[test]
fn a_wrong_name_gets_a_suggestion() {
    let error = with("", "c,t,n,wai_total\n1,A,1,4\n").unwrap_err().to_string();
    assert!(!error.contains("did you mean"), "too far away to guess: {error}");
    let error = with("", "c,t,n,WAI\n1,A,1,4\n").unwrap_err().to_string();
    assert!(error.contains("did you mean `WAI`?"), "{error}");
}

#[test]
fn a_missing_code_inside_the_range_is_a_problem_until_the_measure_says_so() {
    let sessions = "c,t,n,wai\n1,A,1,4\n1,A,2,-9\n1,A,3,5\n";
    assert_eq!(shown(with("[missing]\ncodes = [\"5\", \"-9\"]\n", sessions)), ["code_in_range 0"]);
    let own = with("missing = [\"-8\"]\n[missing]\ncodes = [\"5\", \"-9\"]\n", sessions).unwrap();
    let values = support::numbers(&own.study.tables.sessions, "wai");
    assert_eq!(values, [Some(4.0), None, Some(5.0)]);
}

#[test]
fn no_value_is_repeated_and_only_twenty_of_a_kind_are_told() {
    let mut sessions = String::from("c,t,n,wai\n");
    for i in 1..=50 {
        writeln!(sessions, "1,A,{i},secret{i}").unwrap();
    }
    let error = with("", &sessions).unwrap_err();
    let IngestError::Data(problems) = &error else { panic!("a data error") };
    assert_eq!(problems.problems().len(), 20);
    assert_eq!(problems.further()[&Code::TextInNumber], 30);
    assert_eq!(problems.total(), 50);
    let text = error.to_string();
    assert!(!text.contains("secret"), "{text}");
    assert!(text.contains("s.csv, row 2, column `wai`"), "{text}");
    assert!(text.contains("and 30 more"), "{text}");
    let json = serde_json::to_value(problems).unwrap();
    assert_eq!(json["problems"][0]["row"], 2);
    assert_eq!(json["further"]["text_in_number"], 30);
}

#[test]
fn study_files_that_contradict_themselves() {
    for (from, to, expected) in [
        ("column = \"wai\"", "colum = \"wai\"", "unknown key `colum`"),
        ("role = \"alliance\"", "role = \"aliance\"", "unknown value `aliance`"),
        ("role = \"alliance\"", "role = \"outcome\"", "does not say which end"),
        ("range = [1, 7]", "range = [7, 1]", "from a smaller to a larger"),
        ("column = \"wai\"", "column = \"wai_s{session}\"", "`{session}` template"),
        ("client = \"c\"", "client = \"t\"", "column `t` is named twice"),
        ("version = 1", "version = 2", "version"),
        ("column = \"wai\"", "items = \"wai_{item}\"", "no instrument"),
        ("[measures.wai]", "[measures.session]", "structure column"),
        ("seed = 1", "seed = \"x\"", "invalid type"),
        ("seed = 1", "seed = ", "expected"),
    ] {
        let text = STUDY.replacen(from, to, 1);
        let error = StudyFile::parse(&text, "study.toml").unwrap_err();
        let message = error.to_string();
        assert!(message.contains(expected), "{expected}: {message}");
        assert!(message.contains("study.toml, line "), "{message}");
    }
    let error = StudyFile::parse(&STUDY.replacen("column =", "colum =", 1), "study.toml");
    let message = error.unwrap_err().to_string();
    assert!(message.contains("did you mean `column`?"), "{message}");
    assert!(message.contains("\n    | ^^^^^"), "{message}");
}

#[test]
fn every_code_explains_itself() {
    for code in Code::ALL {
        let text = explain(code.as_str()).unwrap();
        assert!(text.starts_with(code.as_str()), "{text}");
        assert!(text.len() > 80, "{text}");
    }
    assert_eq!(explain("R3"), explain("date_column"));
    assert_eq!(explain("nonsense"), None);
}
