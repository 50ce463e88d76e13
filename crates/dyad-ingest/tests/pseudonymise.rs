//! Pseudonymised copies hold no identifier and give the same results.

mod support;

use dyad_ingest::{IngestError, load, pseudonymise};
use support::{Folder, STUDY, data, numbers};

const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";

#[test]
fn identifiers_dates_and_refused_columns_are_gone() {
    let study = STUDY
        .replace("client = \"c\"", "client = \"nhs_number\"")
        .replace("session = \"n\"", "session = \"n\"\ndate = \"seen\"");
    let sessions = "nhs_number,t,n,seen,wai,email,remark,=x\n9434765919,Dr Smith,1,2024-03-04,4,jo@clinic.org,=1+1,3\n9434765919,Dr Smith,2,2024-03-11,5,,-9,4\n";
    let folder = Folder::new(&study, &[("s.csv", sessions.as_bytes()), ("key", KEY)]);
    let at = |name: &str| folder.path().join(name);
    let log = pseudonymise(at("study.toml"), at("key"), at("clean")).unwrap();
    let json = serde_json::to_string(&log).unwrap();
    assert!(json.contains("dropped by R1"), "{json}");
    let mut all = json;
    for name in ["s.csv", "study.toml", "pseudonymise.json"] {
        all += &std::fs::read_to_string(at("clean").join(name)).unwrap();
    }
    for secret in ["9434765919", "Smith", "2024-03", "jo@", "0123456789abcdef"] {
        assert!(!all.contains(secret), "{secret}\n{all}");
    }
    assert!(all.contains("'=1+1"), "{all}");
    let loaded = load(at("clean").join("study.toml")).unwrap();
    assert_eq!(numbers(&loaded.study.tables.sessions, "wai"), [Some(4.0), Some(5.0)]);
    assert_eq!(support::integers(&loaded.study.tables.sessions, "day"), [Some(0), Some(7)]);
    let again = pseudonymise(at("study.toml"), at("key"), at("clean"));
    assert!(matches!(again, Err(IngestError::Io { .. })));
    assert!(again.unwrap_err().to_string().contains("exists already"));
}

#[test]
fn the_same_study_comes_out() {
    let folder = Folder::new("", &[("key", KEY)]);
    let out = folder.path().join("clean");
    let study = data("antidepressant-trial/study.toml");
    pseudonymise(&study, folder.path().join("key"), &out).unwrap();
    let (before, after) =
        (load(&study).unwrap().study, load(out.join("study.toml")).unwrap().study);
    assert_eq!(before.flow, after.flow);
    let sorted = |study: &dyad_model::Study| {
        let mut values = numbers(&study.tables.sessions, "hamd17");
        values.sort_by(|a, b| a.partial_cmp(b).expect("no NaN"));
        values
    };
    assert_eq!(sorted(&before), sorted(&after));
}

#[test]
fn a_short_key_and_a_key_beside_the_data_are_refused() {
    let folder =
        Folder::new(STUDY, &[("s.csv", b"c,t,n,wai\n1,A,1,4\n"), ("short", b"abc"), ("key", KEY)]);
    let at = |name: &str| folder.path().join(name);
    let short = pseudonymise(at("study.toml"), at("short"), at("clean")).unwrap_err();
    assert!(short.to_string().contains("fewer than 32 bytes"), "{short}");
    std::fs::create_dir(at("inside")).unwrap();
    std::fs::write(at("inside").join("key"), KEY).unwrap();
    let inside =
        pseudonymise(at("study.toml"), at("inside").join("key"), at("inside")).unwrap_err();
    assert!(inside.to_string().contains("lies in the output folder"), "{inside}");
    assert!(!at("clean").exists());
}
