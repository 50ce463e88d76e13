//! `dyad simulate`: the same seed gives the same bytes, `dyad run` takes what it writes, and estimates recover the truth.

use std::fs;
use std::path::Path;

use dyad_tests::{Dyad, Ended, Results};
use serde_json::Value;

fn simulate(out: &Path, args: &[&str], threads: Option<&str>) -> Ended {
    let own = ["simulate", "--out", out.to_str().expect("paths of tests are UTF-8")];
    let variables: Vec<_> = threads.map(|n| ("RAYON_NUM_THREADS", n)).into_iter().collect();
    Dyad::built().run_with(&[&own[..], args].concat(), &variables)
}

/// The files of a simulated study, in the order of their names.
fn files(out: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(out)
        .expect("the folder was written")
        .map(|entry| {
            let path = entry.expect("the folder can be read").path();
            let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
            (name, fs::read(&path).expect("a file can be read"))
        })
        .collect();
    files.sort();
    files
}

#[test]
fn a_seed_gives_the_same_bytes_whatever_the_threads() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for data in ["csv", "parquet"] {
        let drawn = |name: &str, seed: &str, threads: Option<&str>| {
            let out = folder.path().join(format!("{data}-{name}"));
            // Several blocks, or threads would have nothing to mix up.
            let args = ["--data", data, "--sessions", "60000", "--seed", seed];
            let ended = simulate(&out, &args, threads);
            assert_eq!(ended.code, 0, "{}", ended.stderr);
            files(&out)
        };
        let first = drawn("first", "1", None);
        let names: Vec<&str> = first.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, [&format!("sessions.{data}"), "study.toml", "truth.json"]);
        assert!(first == drawn("again", "1", None), "{data}: a second call wrote other bytes");
        assert!(first == drawn("one", "1", Some("1")), "{data}: one thread wrote other bytes");
        assert!(first == drawn("five", "1", Some("5")), "{data}: five threads wrote other bytes");
        assert!(first != drawn("other", "2", None), "{data}: another seed wrote the same bytes");
    }
}

/// Analyses a simulated study and compares every estimate whose truth is known.
fn misses(args: &[&str]) -> (Vec<String>, usize) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (study, out) = (folder.path().join("study"), folder.path().join("out"));
    let drawn = simulate(&study, args, None);
    assert_eq!(drawn.code, 0, "{}", drawn.stderr);
    let ended = Dyad::built().analyse(&study.join("study.toml"), &out);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let truth = fs::read_to_string(study.join("truth.json")).expect("truth.json");
    let truth: Value = serde_json::from_str(&truth).expect("truth.json is JSON");
    let results = Results::read(&out);
    let mut compared = 0;
    let mut missed = Vec::new();
    let independent = clients_are_independent(&truth["parameters"]);
    for (id, known) in truth["truth"].as_object().expect("truth by id") {
        // The interval of a mean takes clients as units: those of one therapist must not be alike.
        if !independent && id.starts_with("early-peak/mean/") {
            continue;
        }
        let given = results.estimates.contains_key(id);
        assert!(given, "{id} is in truth.json but not in the results");
        let found = &results.estimates[id];
        let value = known["value"].as_f64().expect("a true value is a number");
        let Some([low, high]) = interval(found) else { continue };
        compared += 1;
        // Half as wide again on both sides, 3.9 standard errors in all: a miss by chance is one in ten thousand.
        let slack = 0.5 * (high - low);
        if value < low - slack || value > high + slack {
            missed.push(format!("{id}: {value} is far from [{low}, {high}]"));
        }
    }
    (missed, compared)
}

fn clients_are_independent(parameters: &Value) -> bool {
    let alliance = &parameters["alliance"];
    ["site_sd", "therapist_sd", "burnout_slope"].iter().all(|key| alliance[*key] == 0.0)
}

fn interval(estimate: &Value) -> Option<[f64; 2]> {
    let ci = estimate["ci"].as_array()?;
    Some([ci.first()?.as_f64()?, ci.get(1)?.as_f64()?])
}

#[test]
fn estimates_recover_the_truth() {
    let (missed, compared) = misses(&["--seed", "3", "--sessions", "60000"]);
    assert!(compared >= 11, "only {compared} estimates with an interval have a known truth");
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn estimates_recover_another_truth() {
    // No selection, no effect of burnout, no therapist unlike another: every coefficient of the lagged model and both slopes at the knot are known.
    let settings = [
        "rupture.dropout_ratio=1",
        "alliance.burnout_slope=0",
        "alliance.site_sd=0",
        "alliance.therapist_sd=0",
        "alliance.later=-0.05",
        "symptom.within=2",
        "symptom.between_therapist=-12",
    ];
    let mut args = vec!["--seed", "4", "--sessions", "40000", "--data", "parquet"];
    args.extend(settings.iter().flat_map(|setting| ["--set", setting]));
    let (missed, compared) = misses(&args);
    assert!(compared >= 20, "only {compared} estimates with an interval have a known truth");
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn parameters_come_from_flags_and_files_and_wrong_ones_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("study");
    let file = folder.path().join("parameters.toml");
    fs::write(&file, "[alliance]\nmean = 4.0\nrise = 0.2\n").expect("a file can be written");
    let file = file.to_str().expect("UTF-8");
    let args =
        ["--parameters", file, "--set", "alliance.rise=0.3", "--sites", "2", "--clients", "9"];
    assert_eq!(simulate(&out, &args, None).code, 0);
    let truth = fs::read_to_string(out.join("truth.json")).expect("truth.json");
    let truth: Value = serde_json::from_str(&truth).expect("JSON");
    let given = &truth["parameters"];
    assert_eq!(given["alliance"]["mean"], 4.0);
    assert_eq!(given["alliance"]["rise"], 0.3);
    assert_eq!((&given["network"]["sites"], &truth["size"]["sites"]), (&2.into(), &2.into()));

    let again = simulate(&out, &[], None);
    assert_eq!(again.code, 2, "an existing folder was replaced without --force");
    for (wrong, said) in [
        ("alliance.maen=4", "did you mean `alliance.mean`"),
        ("course.dropout=2", "expected 0 to 1"),
        ("network.sites=0", "network.sites"),
        ("network.sites=1.5", "network.sites"),
    ] {
        let none = folder.path().join("none");
        let ended = simulate(&none, &["--set", wrong], None);
        assert_eq!(ended.code, 2, "{wrong} was accepted");
        assert!(ended.stderr.contains(said), "{wrong}: {}", ended.stderr);
        assert!(!none.exists(), "{wrong} left a folder");
    }
}

#[test]
fn what_is_printed_is_every_parameter() {
    let ended = Dyad::built().run(&["simulate", "--print"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (file, out) = (folder.path().join("all.toml"), folder.path().join("study"));
    fs::write(&file, &ended.stdout).expect("a file can be written");
    let args = ["--parameters", file.to_str().expect("UTF-8"), "--clients", "3"];
    let drawn = simulate(&out, &args, None);
    assert_eq!(drawn.code, 0, "{}", drawn.stderr);
}

/// Results of an analysis that is computed anew; threads and jobs as given.
fn results(study: &Path, threads: &str) -> Vec<u8> {
    let out = study.with_file_name(format!("out-{threads}"));
    let text = |path: &Path| path.to_str().expect("paths of tests are UTF-8").to_owned();
    let args = ["run", &text(study), "--out", &text(&out), "--sandbox", "best-effort"];
    let more = ["--no-cache", "--force", "--jobs", threads];
    let variables = [("RAYON_NUM_THREADS", threads)];
    let ended = Dyad::built().run_with(&[&args[..], &more].concat(), &variables);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    fs::read(out.join("results.json")).expect("results.json")
}

#[test]
fn results_do_not_know_threads_batches_or_files() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let size = ["--seed", "9", "--sessions", "40000", "--data"];
    let draw = |data: &str| {
        let out = folder.path().join(data);
        let drawn = simulate(&out, &[&size[..], &[data]].concat(), None);
        assert_eq!(drawn.code, 0, "{}", drawn.stderr);
        out.join("study.toml")
    };
    let csv = draw("csv");
    let first = results(&csv, "1");
    assert!(first == results(&csv, "4"), "four threads gave other results than one");
    // Parquet arrives in batches of row groups, CSV in pieces of bytes.
    assert!(first == results(&draw("parquet"), "2"), "Parquet gave other results than CSV");

    // The same rows in three files, cut where a client's sessions are.
    let parts = folder.path().join("parts");
    fs::create_dir(&parts).expect("a folder can be made");
    let sessions = fs::read_to_string(csv.with_file_name("sessions.csv")).expect("sessions");
    let mut lines = sessions.lines();
    let header = lines.next().expect("a header");
    let rows: Vec<&str> = lines.collect();
    for (k, part) in rows.chunks(rows.len() / 3 + 1).enumerate() {
        let text = format!("{header}\n{}\n", part.join("\n"));
        fs::write(parts.join(format!("part-{k}.csv")), text).expect("a file can be written");
    }
    let study = fs::read_to_string(&csv).expect("a study file");
    let study = study.replace("sessions.csv", "part-*.csv");
    fs::write(parts.join("study.toml"), study).expect("a file can be written");
    let in_parts = results(&parts.join("study.toml"), "2");
    assert!(first == in_parts, "three files gave other results than one");
}
