//! Items reach the analysis that needs them: alpha and omega of a scored measure are R's.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use dyad_tests::{Dyad, Results, golden_file, root};
use serde_json::Value;

fn results(study: &Path) -> Results {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    let ended = Dyad::built().analyse(study, &out);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    Results::read(&out)
}

fn close(found: &Value, expected: &Value, tolerance: f64, what: &str) {
    let (found, expected) = (found.as_f64().unwrap_or(f64::NAN), expected.as_f64().expect("R"));
    let within = (found - expected).abs() <= tolerance * expected.abs();
    assert!(within, "{what}: {found}, R gives {expected}");
}

#[test]
fn alpha_and_omega_of_a_total_and_its_subscales() {
    let expected = golden_file("items/golden.json");
    let results = results(&root().join("tests/golden/items/study.toml"));
    let records =
        expected.as_object().expect("records").iter().filter(|(id, _)| *id != "_versions");
    let mut compared = 0;
    for (id, record) in records {
        let found = &results.estimates[id];
        let tolerance = record["tolerance"].as_f64().expect("a tolerance");
        close(&found["estimate"], &record["estimate"], tolerance, id);
        for end in 0..2 {
            if !record["ci"].is_null() {
                close(&found["ci"][end], &record["ci"][end], tolerance, id);
            }
        }
        assert_eq!(found["n"]["rows"], record["rows"], "{id}");
        let dropped = |reason: &str| {
            let all = found["dropped"].as_array().into_iter().flatten();
            all.filter(|d| d["reason"] == reason).filter_map(|d| d["rows"].as_u64()).sum::<u64>()
        };
        assert_eq!(Some(dropped("no item answered")), record["none"].as_u64(), "{id}");
        assert_eq!(Some(dropped("an item not answered")), record["some"].as_u64(), "{id}");
        let warned = found["warnings"].as_array().into_iter().flatten();
        let mut warned = warned.filter_map(Value::as_str);
        assert!(warned.any(|w| w.starts_with("a single-level value")), "{id} is not labelled");
        compared += 1;
    }
    assert_eq!(compared, 8);
}

#[test]
fn a_key_of_ones_own_gives_the_values_of_the_statistic() {
    // One session of 60 clients: the persons of the file that the statistic itself is compared with.
    let items = fs::read_to_string(root().join("tests/golden/items.csv")).expect("items");
    let mut sessions = String::from("client,session,symptom,i1,i2,i3,i4,i5,i6\n");
    for (client, line) in items.lines().skip(1).enumerate() {
        writeln!(sessions, "C{client},1,{},{line}", client % 20).expect("a string");
    }
    let key = r#"id = "six"
name = "Six"
title = "Six items"
items = 6
item_range = [1, 7]
item_step = 1
source = "made up"

[[subscale]]
id = "total"
items = [1, 2, 3, 4, 5, 6]
aggregate = "mean"
range = [1, 7]
better = "higher"
missing_rule = "complete"
checked = true
confidence = "made up"

[[check]]
items = "1 1 1 7 7 7"
scores = { total = 4 }
"#;
    let study = fs::read_to_string(root().join("tests/golden/items/study.toml"))
        .expect("a study file")
        .replace("therapist = \"therapist\"\n", "")
        .replace("instrument = \"wai-s\"", "instrument = \"six.toml\"")
        .replace("wai_{item}", "i{item}");
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in
        [("sessions.csv", sessions.as_str()), ("six.toml", key), ("study.toml", &study)]
    {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    let results = results(&folder.path().join("study.toml"));
    let golden = golden_file("stats/reliability.json");
    let record = |statistic: &str| {
        let records = golden["records"].as_array().into_iter().flatten();
        let mut records = records.filter(|r| r["case"] == "items" && r["statistic"] == statistic);
        records.next().expect("a record")["expect"].clone()
    };
    let (alpha, omega) = (record("reliability/alpha"), record("reliability/omega"));
    let found = |id: &str| &results.estimates[&format!("alliance-outcome/reliability/wai/{id}")];
    close(&found("alpha")["estimate"], &alpha["raw"], 1e-10, "alpha");
    close(&found("alpha")["ci"][0], &alpha["low"], 1e-10, "the lower end");
    close(&found("alpha")["ci"][1], &alpha["high"], 1e-10, "the upper end");
    close(&found("omega")["estimate"], &omega["omega"], 1e-8, "omega");
}

#[test]
fn scores_have_no_items_and_say_so() {
    let results = results(&root().join("datasets/practice-network/study.toml"));
    for what in ["alpha", "omega"] {
        let found =
            &results.estimates[&format!("alliance-outcome/reliability/alliance_client/{what}")];
        let refused = found["refused"].as_str().expect("a reason");
        assert!(refused.contains("need item columns"), "{refused}");
    }
}
