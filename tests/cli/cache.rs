//! What a second run computes again: nothing that was computed from the same bytes.

use std::fs;
use std::path::Path;

use dyad_tests::{Dyad, Ended, Results, StudyFolder, plugin_ids};
use serde_json::Value;

/// A run with a cache, and which plugins it says were taken from it.
fn run(study: &StudyFolder, cache: &Path, arguments: &[&str]) -> (Ended, Vec<String>) {
    let (path, out) = (study.write(), study.out());
    let own = ["run", text(&path), "--out", text(&out), "--force", "--sandbox", "best-effort"];
    let arguments = [&own[..], &["--format", "json"], arguments].concat();
    let ended = Dyad::built().run_with(&arguments, &[("DYAD_CACHE", text(cache))]);
    let said: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    let analyses = said["analyses"].as_array().cloned().unwrap_or_default();
    let cached = analyses.iter().filter(|a| a["cached"] == true);
    let ids = cached.filter_map(|a| a["plugin"].as_str().map(str::to_owned)).collect();
    (ended, ids)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("paths of tests are UTF-8")
}

fn results(study: &StudyFolder) -> Vec<u8> {
    fs::read(study.out().join("results.json")).expect("results")
}

#[test]
fn an_unchanged_study_is_not_computed_twice_and_a_changed_setting_reruns_its_plugin_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = folder.path().join("cache");
    let study = StudyFolder::practice_network();
    let (_, cached) = run(&study, &cache, &[]);
    assert_eq!(cached, Vec::<String>::new(), "nothing was kept yet");
    let first = results(&study);

    let (_, cached) = run(&study, &cache, &[]);
    assert_eq!(cached, plugin_ids());
    assert!(results(&study) == first, "findings from the cache differ");
    let record = fs::read_to_string(study.out().join("run.json")).expect("a run.json");
    let record: Value = serde_json::from_str(&record).expect("JSON");
    assert!(record["plugins"].as_array().expect("a list").iter().all(|p| p["cached"] == true));

    let timings = record["timings"].to_string();
    assert!(!timings.contains("read and check"), "an unchanged study was read again: {timings}");

    let (_, cached) = run(&study, &cache, &["--no-cache"]);
    assert_eq!(cached, Vec::<String>::new(), "--no-cache took something from the cache");
    assert!(results(&study) == first, "computed again, the findings differ");

    let setting = "[analyses.early-peak]\npeak_window = [1, 6]";
    let changed = StudyFolder::practice_network().study("[analyses.early-peak]", setting);
    let (_, cached) = run(&changed, &cache, &[]);
    let others: Vec<String> = plugin_ids().into_iter().filter(|id| id != "early-peak").collect();
    assert_eq!(cached, others);

    let seed = StudyFolder::practice_network().study("20240607", "20240608");
    assert_eq!(run(&seed, &cache, &[]).1, Vec::<String>::new(), "another seed, the same findings");
}

#[test]
fn a_changed_cell_reruns_only_what_reads_its_column() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = folder.path().join("cache");
    run(&StudyFolder::practice_network(), &cache, &[]);
    let changed = StudyFolder::practice_network().cell(1, "symptom", "11");
    let (ended, cached) = run(&changed, &cache, &[]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    // Of the analyses of the house only this one does without the outcome.
    assert_eq!(cached, ["early-peak"]);
}

#[test]
fn only_what_was_asked_for_runs_and_the_rest_is_skipped() {
    let study = StudyFolder::practice_network();
    let out = study.out();
    let dyad = Dyad::built();
    let ended = dyad.analyse_with(&study.write(), &out, &["--only", "clinical-change"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let results = Results::read(&out);
    for id in plugin_ids() {
        let expected = if id == "clinical-change" { "ok" } else { "skipped" };
        assert_eq!(results.status(&id), Some(expected));
    }
    let ended = dyad.analyse_with(&study.write(), &study.out(), &["--force", "--only", "clinical"]);
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    assert!(ended.stderr.contains("there is no plugin `clinical`"), "{}", ended.stderr);
}

#[cfg(unix)]
#[test]
fn the_cache_is_private_and_holds_no_rows() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = folder.path().join("cache");
    run(&StudyFolder::practice_network(), &cache, &[]);
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&cache), 0o700);
    let entries: Vec<_> = fs::read_dir(&cache).expect("a folder").flatten().collect();
    // One per analysis, and the whole run.
    assert_eq!(entries.len(), plugin_ids().len() + 1);
    for entry in entries {
        assert_eq!(mode(&entry.path()), 0o600);
        let text = fs::read_to_string(entry.path()).expect("findings are text");
        for identifier in ["S1-T01", "\"C001\"", "T001"] {
            assert!(!text.contains(identifier), "{identifier} is in the cache");
        }
    }
}
