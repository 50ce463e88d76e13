//! The promises of `results.json`, kept by every study of the repository.

use dyad_tests::broken_promises;

use crate::run;

const STUDIES: [(&str, &str); 5] = [
    ("practice-network", "study.toml"),
    ("antidepressant-trial", "study.toml"),
    ("antidepressant-trial", "stand-in.toml"),
    ("suddengains", "study.toml"),
    ("suddengains", "stand-in.toml"),
];

#[test]
fn every_study_keeps_the_promises() {
    for (dataset, study_file) in STUDIES {
        let (_folder, results) = run(dataset, study_file);
        let problems = broken_promises(&results);
        assert!(problems.is_empty(), "{dataset}/{study_file}: {problems:#?}");
    }
}
