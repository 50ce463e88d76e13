//! The bytes that were hashed are the bytes that are loaded, whatever happens to the file afterwards.

use std::fs;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use dyad_host::{Catalogue, Options, Request, SandboxMode, run};
use dyad_model::{Flow, Status, Study, Tables};
use dyad_tests::Dyad;

use crate::libraries;

fn none() -> RecordBatch {
    RecordBatch::new_empty(Arc::new(Schema::empty()))
}

/// A study without rows: the hostile plugin that behaves needs none.
fn empty() -> Study {
    Study {
        title: "Empty".to_owned(),
        seed: 1,
        measures: Vec::new(),
        flow: Flow::default(),
        notes: Vec::new(),
        replications: Vec::new(),
        tables: Tables { sessions: none(), clients: none(), therapists: none(), sites: none() },
    }
}

#[test]
fn a_file_swapped_after_it_was_hashed_changes_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let built = Dyad::built();
    let dyad = built.copy_to(folder.path(), []);
    libraries::rust(&dyad, &built, "behaves");
    let library = dyad.library("hostile-behaves");
    let catalogue = Catalogue::discover(
        &[folder.path().to_path_buf()],
        dyad.executable(),
        SandboxMode::BestEffort,
    )
    .expect("a plugin");
    let hashed = catalogue.plugins[0].sha256.clone();

    for swapped in [&b"not a library any more"[..], b""] {
        fs::write(&library, swapped).expect("the file can be swapped");
        let request =
            Request { id: "hostile-behaves".to_owned(), enabled: true, ..Request::default() };
        let outcomes = run(&catalogue, &empty(), &[request], &Options::default(), &|_| ())
            .expect("it is known");
        assert_eq!(outcomes[0].analysis.status, Status::Ok, "{:?}", outcomes[0].analysis.reason);
        assert_eq!(outcomes[0].analysis.sha256, hashed);
    }
    fs::remove_file(&library).expect("the file can go");
}
