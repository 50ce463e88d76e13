//! The commands beside `run`.

use dyad_tests::{Dyad, Results, StudyFolder, plugin_ids, root};
use serde_json::Value;

#[test]
fn the_demo_writes_a_whole_report() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("demo");
    let ended = Dyad::built().run(&["demo", "--out", out.to_str().expect("UTF-8")]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    for file in ["report.html", "results.json", "run.json"] {
        assert!(out.join(file).is_file(), "no {file}");
    }
    let printed = format!("{}{}", ended.stdout, ended.stderr);
    assert!(printed.contains("report.html"), "the report's path is not printed: {printed}");
    let title = Results::read(&out).document["study"]["title"].clone();
    let title = title.as_str().unwrap_or_default().to_lowercase();
    assert!(title.contains("synthetic"), "the demo does not say that its data are synthetic");
}

#[test]
fn the_report_asks_for_nothing() {
    let folder = StudyFolder::practice_network();
    let ended = Dyad::built().analyse(&folder.write(), &folder.out());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let html = std::fs::read_to_string(folder.out().join("report.html")).expect("a report");
    for request in [
        "<script",
        "<iframe",
        "@import",
        "src=\"http",
        "srcset=",
        "url(http",
        "<link rel=\"stylesheet\"",
    ] {
        assert!(!html.contains(request), "the report holds `{request}`");
    }
    assert!(html.contains("<svg"), "the report shows no figure");
}

#[test]
fn every_plugin_is_listed() {
    let ended = Dyad::built().run(&["plugins", "list"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    for id in plugin_ids() {
        assert!(ended.stdout.contains(&id), "{id} is not listed:\n{}", ended.stdout);
    }
}

#[test]
fn an_estimate_explains_itself() {
    let dyad = Dyad::built();
    let ended = dyad.run(&["explain", "alliance-outcome/early/alliance_client/symptom/pearson"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stdout.to_lowercase().contains("correlation"), "{}", ended.stdout);
    let unknown = dyad.run(&["explain", "alliance-outcome/early/alliance_client/symptom/pearsn"]);
    assert_eq!(unknown.code, 2, "{}", unknown.stderr);
}

#[test]
fn a_study_is_validated_without_a_run() {
    let dyad = Dyad::built();
    let good = root().join("datasets/practice-network/study.toml");
    let ended = dyad.run(&["validate", good.to_str().expect("UTF-8")]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);

    let folder = StudyFolder::practice_network().cell(7, "symptom", "\"quite bad\"").cell(
        11,
        "alliance_client",
        "77.25",
    );
    let ended = dyad.run(&["validate", folder.write().to_str().expect("UTF-8")]);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    let printed = format!("{}{}", ended.stdout, ended.stderr);
    for word in ["row 8", "row 12"] {
        assert!(printed.contains(word), "not every problem is told at once: {printed}");
    }
    assert_eq!(folder.left_behind(), Vec::<String>::new());
}

#[test]
fn machines_read_json() {
    let folder = StudyFolder::practice_network();
    let format = ["--format", "json"];
    let ended = Dyad::built().analyse_with(&folder.write(), &folder.out(), &format);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let printed: Value = serde_json::from_str(&ended.stdout).expect("stdout is one JSON document");
    assert!(printed.is_object(), "{printed}");
}

#[test]
fn quiet_says_nothing() {
    let folder = StudyFolder::practice_network();
    let ended = Dyad::built().analyse_with(&folder.write(), &folder.out(), &["-q"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
}
