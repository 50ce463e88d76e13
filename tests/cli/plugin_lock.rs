//! Plugins of others: nothing is loaded that was not added, byte for byte.

use std::fs;
use std::path::{Path, PathBuf};

use dyad_tests::{Dyad, Ended, Results, StudyFolder};

const ID: &str = "attendance";

fn text(path: &Path) -> &str {
    path.to_str().expect("paths of tests are UTF-8")
}

/// The library of the worked example, built with the workspace under a name that is no plugin's.
fn example() -> PathBuf {
    let library = Dyad::built().executable().with_file_name("libattendance_example.so");
    assert!(library.is_file(), "`cargo xtask test` builds the example");
    library
}

fn name() -> String {
    "libdyad_plugin_attendance.so".to_owned()
}

/// A run of this plugin alone, with a folder of other people's plugins: its status and the reason.
fn status(plugins: &Path) -> (Option<String>, String) {
    let study = StudyFolder::practice_network();
    let (path, out) = (study.write(), study.out());
    let arguments =
        ["run", text(&path), "--out", text(&out), "--sandbox", "best-effort", "--only", ID];
    let ended = Dyad::built().run_with(&arguments, &[("DYAD_PLUGIN_PATH", text(plugins))]);
    assert!(out.join("results.json").is_file(), "{}", ended.stderr);
    let results = Results::read(&out);
    let analyses = results.document["analyses"].as_array().cloned().unwrap_or_default();
    let reason = analyses.iter().find(|a| a["plugin"] == ID).map(|a| a["reason"].to_string());
    (results.status(ID).map(str::to_owned), reason.unwrap_or_default())
}

fn plugins(arguments: &[&str]) -> Ended {
    Dyad::built().run(&[&["plugins"], arguments].concat())
}

#[test]
fn only_what_was_added_is_loaded_and_only_as_it_was() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let library = folder.path().join(name());
    fs::copy(example(), &library).expect("a file can be copied");
    let (found, reason) = status(folder.path());
    assert_eq!(found.as_deref(), Some("hash_mismatch"), "{reason}");
    assert!(reason.contains("plugins.lock") && reason.contains("dyad plugins add"), "{reason}");

    let refused = plugins(&["add", text(&library), "--to", text(folder.path())]);
    assert_eq!(refused.code, 2, "nobody agreed: {}", refused.stdout);
    assert!(refused.stderr.contains("reads    sessions: client, @alliance"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--yes"), "{}", refused.stderr);
    assert!(!folder.path().join("plugins.lock").exists(), "a lock was written");

    let added = plugins(&["add", text(&library), "--to", text(folder.path()), "--yes"]);
    assert_eq!(added.code, 0, "{}", added.stderr);
    assert_eq!(status(folder.path()).0.as_deref(), Some("ok"));

    // One more byte at its end would not even change what it does.
    let mut bytes = fs::read(&library).expect("the library");
    bytes.push(0);
    fs::write(&library, &bytes).expect("a file can be written");
    let (found, reason) = status(folder.path());
    assert_eq!(found.as_deref(), Some("hash_mismatch"));
    assert!(reason.contains("changed"), "{reason}");

    let removed = plugins(&["remove", ID, "--from", text(folder.path())]);
    assert_eq!(removed.code, 0, "{}", removed.stderr);
    assert!(!library.exists(), "the library stayed");
    let again = plugins(&["remove", ID, "--from", text(folder.path())]);
    assert_eq!(again.code, 2, "{}", again.stdout);
}

#[test]
fn a_lock_that_grants_other_columns_refuses_and_lower_limits_hold() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let added = plugins(&["add", text(&example()), "--to", text(folder.path()), "--yes"]);
    assert_eq!(added.code, 0, "{}", added.stderr);
    let lock = folder.path().join("plugins.lock");
    let locked = fs::read_to_string(&lock).expect("a lock");
    let fewer = locked.replace("\"@alliance\"", "\"day\"");
    assert_ne!(fewer, locked, "the lock grants no alliance: {locked}");
    fs::write(&lock, fewer).expect("a file can be written");
    let (found, reason) = status(folder.path());
    assert_eq!(found.as_deref(), Some("hash_mismatch"));
    assert!(reason.contains("columns"), "{reason}");
    fs::write(&lock, "version = 1\n[[plugin]]\nid = 7\n").expect("a file can be written");
    assert_eq!(status(folder.path()).0.as_deref(), Some("hash_mismatch"), "a broken lock grants");
}

#[test]
fn check_names_what_is_wrong() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let broken = folder.path().join("broken.so");
    fs::write(&broken, b"no library").expect("a file can be written");
    let ended = plugins(&["check", text(&broken)]);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert!(
        ended.stdout.contains("FAIL  loads and describes itself: not_loadable"),
        "{}",
        ended.stdout
    );
    let ended = plugins(&["check", text(folder.path())]);
    assert_eq!(ended.code, 2, "{}", ended.stdout);
    let ended = plugins(&["new", "No Good", "--lang", "c"]);
    assert_eq!(ended.code, 2, "{}", ended.stdout);
    for id in ["early-peak", "rupture-repair"] {
        let ended = plugins(&["check", text(&Dyad::built().library(id))]);
        assert_eq!(ended.code, 0, "{id}: {}{}", ended.stdout, ended.stderr);
    }
}
