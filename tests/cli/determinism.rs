//! Plugins are pure: two runs give the same bytes, with one thread or many.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use dyad_tests::{Dyad, root};

/// What must not depend on the run: everything but `run.json`, which holds the clock, and the report that quotes it.
fn bytes(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for part in ["results.json", "tables", "figures"] {
        collect(out, part, &mut files);
    }
    files
}

fn collect(out: &Path, name: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    let path = out.join(name);
    if path.is_dir() {
        for entry in path.read_dir().expect("the output can be read") {
            let entry = entry.expect("the output can be read").file_name();
            collect(out, &format!("{name}/{}", entry.to_string_lossy()), files);
        }
    } else {
        let bytes = fs::read(&path).expect("the output holds results, tables and figures");
        files.insert(name.to_owned(), bytes);
    }
}

fn run(threads: Option<&str>) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    let study = root().join("datasets/practice-network/study.toml");
    let (study, out_arg) = (study.to_str().expect("UTF-8"), out.to_str().expect("UTF-8"));
    let args = ["run", study, "--out", out_arg, "--sandbox", "best-effort", "--no-cache"];
    let variables: Vec<_> = threads.map(|n| ("RAYON_NUM_THREADS", n)).into_iter().collect();
    let ended = Dyad::built().run_with(&args, &variables);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    bytes(&out)
}

#[test]
fn runs_give_the_same_bytes_with_one_thread_or_many() {
    let first = run(None);
    assert!(first.keys().any(|name| name.starts_with("tables/")), "no tables were written");
    let is_svg = |name: &&String| Path::new(name).extension().is_some_and(|e| e == "svg");
    let figures = first.keys().filter(is_svg).count();
    assert!(figures >= 5, "{figures} figures were written");
    for (what, other) in [("a second run", run(None)), ("one thread", run(Some("1")))] {
        assert!(first.keys().eq(other.keys()), "{what} wrote other files");
        for (name, bytes) in &first {
            assert!(bytes == &other[name], "{what} wrote another {name}");
        }
    }
}
