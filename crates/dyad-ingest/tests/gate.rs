//! The gate through the front door: refusals, overrides, and no value anywhere.

mod support;

use std::fmt::Write as _;

use dyad_ingest::{IngestError, Rule};
use support::{Folder, STUDY, data, shown, with};

#[test]
fn one_identifier_in_an_unmapped_column_refuses_the_file() {
    let found = shown(with("", "c,t,n,wai,x\n1,A,1,4,\n1,A,2,4,jo@clinic.org\n"));
    assert_eq!(found, ["identifier_value 3 x"]);
    let found = shown(with("", "c,t,n,wai,site_name\n1,A,1,4,North\n"));
    assert_eq!(found, ["identifier_name 1 site_name"]);
    let found = shown(with("", "c,t,n,wai\nAB19800412,A,1,4\n"));
    assert_eq!(found, ["real_identifier 2 c"]);
    let found = shown(with("", "c,t,n,wai,age\n1,A,1,4,91\n"));
    assert_eq!(found, ["age_above_89 2 age"]);
}

#[test]
fn an_override_names_the_column_and_the_reason() {
    let allow = "[deidentification.allow]\nsite_name = \"hospital group, not a person\"\n";
    let sessions = "c,t,n,wai,site_name\n1,A,1,4,North\n1,A,2,5,North\n";
    let loaded = with(allow, sessions).unwrap();
    assert_eq!(loaded.overrides.len(), 1);
    assert_eq!(loaded.overrides[0].rule, Rule::R1);
    assert_eq!(loaded.overrides[0].column, "site_name");
    assert_eq!(loaded.overrides[0].reason, "hospital group, not a person");
    // Another column is not covered by it.
    let other = sessions.replace("site_name", "client_name");
    assert_eq!(shown(with(allow, &other)), ["identifier_name 1 client_name"]);
}

#[test]
fn no_planted_value_leaves_through_a_message() {
    let secret = "xq7secret";
    let cells = [
        format!("{secret}@clinic.org"),
        format!("https://{secret}.org"),
        format!("{secret} went to see his mother in the town where she lives"),
    ];
    for cell in &cells {
        for place in ["x", "c", "wai", "n"] {
            let row = |value: &str| match place {
                "x" => format!("1,A,1,4,{value}"),
                "c" => format!("{value},A,1,4,"),
                "wai" => format!("1,A,1,{value},"),
                _ => format!("1,A,{value},4,"),
            };
            let error = with("", &format!("c,t,n,wai,x\n{}\n", row(cell))).unwrap_err();
            let json = match &error {
                IngestError::Data(problems) => serde_json::to_string(problems).unwrap(),
                other => panic!("{other}"),
            };
            for text in [error.to_string(), format!("{error:?}"), json] {
                assert!(!text.contains(secret), "{place}: {text}");
            }
        }
    }
    // A file without a header: its first row must not be shown as names.
    let study = STUDY.replace("column = \"wai\"", "column = \"xq7secre\"");
    let first = format!("{secret}@clinic.org,A,1,4\n2,B,2,5\n");
    let error = Folder::new(&study, &[("s.csv", first.as_bytes())]).load().unwrap_err();
    assert!(!error.to_string().contains(secret), "{error}");
}

#[test]
fn quasi_identifiers_are_counted_over_persons() {
    let mut clients = String::from("c,age_band,gender\n");
    let mut sessions = String::from("c,t,n,wai\n");
    for i in 0..12 {
        let band = if i == 0 { "60-69" } else { "30-39" };
        writeln!(clients, "{i},{band},{}", ["f", "m"][i % 2]).unwrap();
        writeln!(sessions, "{i},A,1,4\n{i},A,2,5").unwrap();
    }
    let study = STUDY.replace("[columns]", "clients = \"k.csv\"\n[columns]")
        + "[quasi_identifiers]\nclients = [\"age_band\", \"gender\"]\n";
    let files = [("s.csv", sessions.as_bytes()), ("k.csv", clients.as_bytes())];
    let notes = Folder::new(&study, &files).load().unwrap().study.notes;
    let expected =
        "Of 12 clients, 1 share their values of `age_band`, `gender` with nobody (k = 1), 1 with";
    assert!(notes.iter().any(|n| n.text.starts_with(expected)), "{notes:?}");
    assert!(notes.iter().all(|n| !n.text.contains("60-69")));

    let missing = study.replace("\"gender\"", "\"diagnosis\"");
    assert_eq!(shown(Folder::new(&missing, &files).load()), ["column_missing 1"]);
}

#[test]
fn text_beside_the_cells_is_looked_at() {
    for name in [
        "hidden.parquet",
        "hidden.arrow",
        "hidden-note.sav",
        "hidden-label.sav",
        "hidden-label.dta",
        "hidden-file.dta",
    ] {
        let bytes = std::fs::read(data(&format!("formats/{name}"))).unwrap();
        let found = Folder::new(STUDY, &[("s.csv", &bytes)]).load();
        assert_eq!(shown(found), ["hidden_text 0"], "{name}");
    }
    let rows = "c,t,n,wai\n1,A,1,4\n1,A,2,5\n";
    let told = format!("# exported by jo@clinic.org\n# on the ward\n{rows}");
    assert_eq!(shown(with("", &told)), ["hidden_text 0"]);
    let harmless = with("", &format!("# export 3\n# version 2\n{rows}")).unwrap();
    assert_eq!(harmless.study.flow.rows_read, 2);
    assert_eq!(harmless.inputs[0].remarks, ["2 comment lines before the header left out"]);
    // Rows are still counted as a spreadsheet shows them.
    assert_eq!(shown(with("", "# export 3\nc,t,n,wai\n1,A,1,9\n")), ["above_range 3 wai"]);
}

#[test]
fn an_index_of_another_program_is_mentioned() {
    let loaded = with("", "Unnamed: 0,c,t,n,wai\n0,1,A,1,4\n1,1,A,2,5\n").unwrap();
    let remark = "`Unnamed: 0` numbers the rows for another program: not used";
    assert_eq!(loaded.inputs[0].remarks, [remark]);
}

#[test]
fn ages_and_sensitive_columns_are_warned_of() {
    let notes = |sessions: &str, extra: &str| -> Vec<String> {
        let notes = with(extra, sessions).unwrap().study.notes;
        notes.into_iter().map(|note| note.text).collect()
    };
    let single = |ages: &str| {
        let text = notes(&format!("c,t,n,wai,age\n1,A,1,4,{ages}\n1,A,2,5,{ages}\n"), "");
        text.iter().any(|t| t.starts_with("`age` holds ages in single years"))
    };
    assert!(single("43") && !single("40") && !single("40-49") && !single(""));

    let mut sessions = String::from("c,t,n,wai,band,diagnosis\n");
    for i in 0..8 {
        let (band, diagnosis) = [("30s", "F32"), ("40s", ["F32", "F41"][i % 2])][i / 4];
        writeln!(sessions, "{i},A,1,4,{band},{diagnosis}").unwrap();
    }
    let quasi = "[quasi_identifiers]\nclients = [\"band\"]\nsensitive = [\"diagnosis\"]\n";
    let found = notes(&sessions, quasi);
    let expected = "The sensitive column `diagnosis` is the same for everybody who shares `band`: it is given away for 4";
    assert!(found.iter().any(|t| t.starts_with(expected)), "{found:?}");
    let alone = with("[quasi_identifiers]\nsensitive = [\"diagnosis\"]\n", &sessions);
    assert!(alone.unwrap_err().to_string().contains("sensitive is given without clients"));
}
