//! The report of a whole run, written into a folder.

use std::fs;
use std::path::Path;

use dyad_model::{Provenance, Results};
use dyad_report::{Options, write};

fn fixture() -> (Results, Provenance) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture");
    let read = |name: &str| fs::read_to_string(dir.join(name)).expect("the fixture is there");
    (
        serde_json::from_str(&read("results.json")).expect("results"),
        serde_json::from_str(&read("run.json")).expect("provenance"),
    )
}

#[test]
fn a_report_is_written_whole() {
    let (results, provenance) = fixture();
    let dir = tempfile::tempdir().unwrap();
    let written = write(&results, &provenance, &Options::default(), dir.path()).unwrap();
    assert_eq!(written.undrawn, Vec::<String>::new());
}
