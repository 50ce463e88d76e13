//! Runs of the built executable, compared with what R gives for the same files.

mod delivered;
mod explained;
mod items;
mod moderators;
mod networks;
mod real_data;
mod replication;
mod shape;

use std::path::Path;

use dyad_tests::{Dyad, Results, root};
use tempfile::TempDir;

/// Runs a study file of a dataset and reads what it wrote.
fn run(dataset: &str, study_file: &str) -> (TempDir, Results) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    let study = root().join("datasets").join(dataset).join(study_file);
    let ended = Dyad::built().analyse(&study, &out);
    assert!(
        out.join("results.json").is_file(),
        "{dataset}/{study_file}: no results, exit code {}\n{}",
        ended.code,
        ended.stderr
    );
    assert_eq!(ended.code, 0, "{dataset}/{study_file}: an analysis failed\n{}", ended.stderr);
    let results = Results::read(Path::new(&out));
    (folder, results)
}
