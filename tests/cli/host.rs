//! How plugins are run: the portable way gives the same results, confinement is given up for simulated data only, a study lowers
//! limits, and a plugin's own words are kept only where its author asked for them.

use std::fs;
use std::path::Path;

use dyad_tests::{Dyad, StudyFolder, plugin_ids};
use serde_json::Value;

fn text(path: &Path) -> &str {
    path.to_str().expect("paths of tests are UTF-8")
}

fn record(out: &Path) -> Value {
    let text = fs::read_to_string(out.join("run.json")).expect("a run.json");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn the_portable_way_gives_the_same_results() {
    let dyad = Dyad::built();
    let results = |variables: &[(&str, &str)]| {
        let study = StudyFolder::practice_network();
        let (path, out) = (study.write(), study.out());
        let arguments = ["run", text(&path), "--out", text(&out), "--sandbox", "best-effort"];
        let ended = dyad.run_with(&arguments, variables);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        (fs::read(out.join("results.json")).expect("results"), record(&out))
    };
    let (native, _) = results(&[]);
    let (portable, run) = results(&[("DYAD_PORTABLE", "1")]);
    assert!(native == portable, "the portable way gives other results");
    for plugin in run["plugins"].as_array().expect("a list") {
        let enforced = plugin["enforced"].to_string();
        assert!(enforced.contains("own process") && !enforced.contains("Landlock"), "{enforced}");
    }

    let study = StudyFolder::practice_network();
    let (path, out) = (study.write(), study.out());
    let ended =
        dyad.run_with(&["run", text(&path), "--out", text(&out)], &[("DYAD_PORTABLE", "1")]);
    assert_eq!(ended.code, 2, "required was met without a sandbox: {}", ended.stdout);
    assert!(ended.stderr.contains("--sandbox best-effort"), "{}", ended.stderr);
}

#[test]
fn confinement_is_given_up_for_simulated_data_only() {
    let dyad = Dyad::built();
    let study = StudyFolder::practice_network().study("simulated = true\n", "");
    let ended = dyad.analyse_under("off", &study.write(), &study.out(), &[]);
    assert_eq!(ended.code, 2, "{}", ended.stdout);
    assert!(ended.stderr.contains("simulated = true"), "{}", ended.stderr);
    assert_eq!(study.left_behind(), Vec::<String>::new());

    let simulated = StudyFolder::practice_network();
    let out = simulated.out();
    let ended = dyad.analyse_under("off", &simulated.write(), &out, &[]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(record(&out)["sandbox"], "off");
}

#[test]
fn a_study_lowers_limits_and_never_raises_them() {
    let limits = "[analyses.early-peak]\nlimits = { wall_s = 7, memory_mb = 900000 }";
    let study = StudyFolder::practice_network().study("[analyses.early-peak]", limits);
    let out = study.out();
    let ended = Dyad::built().analyse(&study.write(), &out);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let run = record(&out);
    let plugins = run["plugins"].as_array().expect("a list");
    let early = plugins.iter().find(|p| p["id"] == "early-peak").expect("it ran");
    assert_eq!(early["limits"]["wall_s"], 7);
    assert!(early["limits"]["memory_mb"].as_u64().expect("a number") < 900_000);

    let unknown = "[analyses.early-peak]\nlimits = { wall = 7 }";
    let study = StudyFolder::practice_network().study("[analyses.early-peak]", unknown);
    let ended = Dyad::built().analyse(&study.write(), &study.out());
    assert_eq!(ended.code, 2, "{}", ended.stdout);
}

#[cfg(unix)]
#[test]
fn what_plugins_say_is_kept_only_in_a_private_file_outside_the_report() {
    use std::os::unix::fs::PermissionsExt;
    let study = StudyFolder::practice_network();
    let (path, out) = (study.write(), study.out());
    let inside = out.join("debug.txt");
    let dyad = Dyad::built();
    let ended = dyad.analyse_with(&path, &out, &["--debug-plugins", text(&inside)]);
    assert_eq!(ended.code, 2, "{}", ended.stdout);
    let file = path.with_file_name("debug.txt");
    let ended = dyad.analyse_with(&path, &out, &["--debug-plugins", text(&file)]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let mode = fs::metadata(&file).expect("the file").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let said = fs::read_to_string(&file).expect("text");
    assert!(plugin_ids().iter().all(|id| said.contains(id.as_str())), "{said}");
    // It is never written over.
    let ended = dyad.analyse_with(&path, &out, &["--force", "--debug-plugins", text(&file)]);
    assert_eq!(ended.code, 2, "{}", ended.stdout);
}
