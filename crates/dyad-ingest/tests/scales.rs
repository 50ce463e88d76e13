//! Measures scored from items.

mod support;

use std::fmt::Write as _;

use dyad_ingest::{IngestError, Loaded};
use dyad_model::{Direction, Level};
use support::{Folder, numbers, shown};

const HEAD: &str = "version = 1\n[study]\ntitle = \"T\"\nseed = 1\n[data]\nsessions = \"s.csv\"\n";
const COLUMNS: &str = "[columns]\ntherapist = \"t\"\nclient = \"c\"\nsession = \"n\"\n";

fn load(data: &str, measures: &str, files: &[(&str, &str)]) -> Result<Loaded, IngestError> {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(n, t)| (*n, t.as_bytes())).collect();
    Folder::new(&format!("{HEAD}{data}{COLUMNS}{measures}"), &files).load()
}

fn header(prefix: &str, items: usize) -> String {
    let names: Vec<String> = (1..=items).map(|i| format!(",{prefix}{i}")).collect();
    names.concat()
}

#[test]
fn a_total_and_its_subscales() {
    let measures = "[measures.wai]\nrole = \"alliance\"\nrater = \"client\"\ninstrument = \"WAI-SR\"\nitems = \"w_{item}\"\n";
    // The third and fourth check rows of the key file.
    let rows =
        "1,A,1,4,4,1,5,1,4,4,1,5,1,4,4\n1,A,2,4,,1,5,1,4,4,1,5,1,4,4\n1,A,3,,4,,,,,4,1,5,1,4,4\n";
    let text = format!("c,t,n{}\n{rows}", header("w_", 12));
    let study = load("", measures, &[("s.csv", &text)]).unwrap().study;
    let ids: Vec<&str> = study.measures.iter().map(|m| m.id.as_str()).collect();
    assert_eq!(ids, ["wai", "wai.task", "wai.bond", "wai.goal"]);
    let sessions = &study.tables.sessions;
    assert_eq!(numbers(sessions, "wai"), [Some(38.0), Some(37.0), None]);
    assert_eq!(numbers(sessions, "wai.task"), [Some(13.0), Some(12.0), Some(12.0)]);
    assert_eq!(numbers(sessions, "wai.bond"), [Some(11.0), Some(11.0), None]);
    assert_eq!(
        study.measures[0].range.map(|r| r.map(|v| v.to_string())),
        Some(["12".into(), "60".into()])
    );
    assert_eq!(study.measures[0].better, Some(Direction::Higher));
    assert_eq!(study.measures[1].instrument.as_deref(), Some("WAI-SR"));

    let wrong = text.replacen("1,A,1,4", "1,A,1,6", 1);
    assert_eq!(shown(load("", measures, &[("s.csv", &wrong)])), ["above_range 2 w_1"]);
    let lacking = text.replacen("w_12", "v_12", 1);
    assert_eq!(shown(load("", measures, &[("s.csv", &lacking)])), ["column_missing 1 w_12"]);
    let seven = format!("{measures}item_range = [1, 7]\n");
    let study = load("", &seven, &[("s.csv", &wrong)]).unwrap().study;
    assert_eq!(numbers(&study.tables.sessions, "wai.task")[0], Some(15.0));
}

#[test]
fn an_instrument_without_a_total_gives_subscales_only() {
    let measures = "[measures.mbi]\nrole = \"burnout\"\ninstrument = \"mbi-hss\"\nitems = \"m{item}\"\n[measures.x]\nrole = \"covariate\"\ncolumn = \"x\"\n";
    let therapists = format!("t{}\nA{}\n", header("m", 22), ",6".repeat(22));
    let files = [("s.csv", "c,t,n,x\n1,A,1,2\n"), ("t.csv", &therapists)];
    let study = load("therapists = \"t.csv\"\n", measures, &files).unwrap().study;
    let exhaustion = study.measures.iter().find(|m| m.id == "mbi.emotional_exhaustion").unwrap();
    assert_eq!((exhaustion.level, exhaustion.better), (Level::Therapist, Some(Direction::Lower)));
    let accomplishment =
        study.measures.iter().find(|m| m.id == "mbi.personal_accomplishment").unwrap();
    assert_eq!(accomplishment.better, Some(Direction::Higher));
    assert!(study.measures.iter().all(|m| m.id != "mbi"));
    let therapists = &study.tables.therapists;
    assert_eq!(numbers(therapists, "mbi.emotional_exhaustion"), [Some(54.0)]);

    let bare = measures.replace("role = \"burnout\"", "role = \"burnout\"\ncutoff = 27");
    let error = load("therapists = \"t.csv\"\n", &bare, &files).unwrap_err().to_string();
    assert!(error.contains("belongs to a total"), "{error}");
}

#[test]
fn answers_the_key_does_not_know_are_refused() {
    let measures =
        "[measures.cbi]\nrole = \"burnout\"\ninstrument = \"cbi\"\nitems = \"b{item}\"\n";
    let text = format!("c,t,n{}\n1,A,1{}\n", header("b", 19), ",3".repeat(19));
    let found = shown(load("", measures, &[("s.csv", &text)]));
    assert_eq!(found.len(), 19);
    assert_eq!(found[0], "item_step 2 b1");
}

#[test]
fn a_key_of_ones_own_is_equal_to_a_built_in_one() {
    let key = "id = \"mine\"\nname = \"Mine\"\nitems = 2\nitem_range = [0, 4]\n[[subscale]]\nid = \"total\"\nitems = [1, 2]\nreversed = [2]\naggregate = \"mean\"\nrange = [0, 4]\nbetter = \"lower\"\nmissing_rule = \"complete\"\ncutoff = \"<2\"\n";
    let measures =
        "[measures.y]\nrole = \"outcome\"\ninstrument = \"mine.toml\"\nitems = \"i{item}\"\n";
    let text = "c,t,n,i1,i2\n1,A,1,3,1\n";
    let study = load("", measures, &[("s.csv", text), ("mine.toml", key)]).unwrap().study;
    assert_eq!(numbers(&study.tables.sessions, "y"), [Some(3.0)]);
    // "Below 2" as a value that is a case itself.
    assert_eq!(study.measures[0].cutoff.map(f64::to_bits), Some(2.0_f64.next_down().to_bits()));
    let broken = key.replace("items = [1, 2]", "items = [1]");
    let error = load("", measures, &[("s.csv", text), ("mine.toml", &broken)]).unwrap_err();
    assert!(error.to_string().contains("[measures.y]"), "{error}");
    let unknown = measures.replace("mine.toml", "calpas-p");
    let error = load("", &unknown, &[("s.csv", text)]).unwrap_err();
    assert!(error.to_string().contains("not public"), "{error}");
}

#[test]
fn items_of_a_wide_file() {
    let measures = "[measures.gad]\nrole = \"outcome\"\ninstrument = \"gad-7\"\nitems = \"g{session}_{item}\"\n";
    let mut text = String::from("c,t");
    for session in [1, 2] {
        text += &header(&format!("g{session}_"), 7);
    }
    writeln!(text, "\n1,A{}{}", ",1".repeat(7), ",2".repeat(7)).unwrap();
    let study = format!("{HEAD}{}{measures}", COLUMNS.replace("session = \"n\"\n", ""));
    let loaded = Folder::new(&study, &[("s.csv", text.as_bytes())]).load().unwrap();
    assert_eq!(numbers(&loaded.study.tables.sessions, "gad"), [Some(7.0), Some(14.0)]);
    assert_eq!(loaded.study.measures[0].cutoff, Some(8.0));
}

#[test]
fn items_that_seem_to_be_turned_already_are_mentioned() {
    let measures =
        "[measures.h]\nrole = \"alliance\"\ninstrument = \"wai-s\"\nitems = \"h{item}\"\n";
    let mut text = format!("c,t,n{}\n", header("h", 12));
    for n in 1..=30 {
        writeln!(text, "1,A,{n}{}", format!(",{}", 1 + n % 7).repeat(12)).unwrap();
    }
    let warned = |measures: &str| {
        let notes = load("", measures, &[("s.csv", &text)]).unwrap().study.notes;
        notes.iter().any(|n| n.text.contains("already_reversed"))
    };
    assert!(warned(measures));
    assert!(!warned(&format!("{measures}already_reversed = true\n")));
}
