//! Every number explains itself: `dyad explain` reads what stands in the plugins' explain.toml.

use std::collections::BTreeMap;
use std::fs;

use dyad_tests::{golden_file, matches, plugin_ids, root};
use toml::{Table, Value};

/// The entries of every plugin that has an explain.toml, by plugin.
fn entries() -> BTreeMap<String, Vec<Table>> {
    let file = |id: &String| root().join("plugins").join(id).join("explain.toml");
    let read = |id: &String| {
        let text = fs::read_to_string(file(id)).expect("explain.toml can be read");
        let table: Table = text.parse().expect("it is TOML");
        let list = table["estimate"].as_array().expect("it holds estimates").clone();
        let tables: Result<Vec<Table>, _> = list.into_iter().map(Value::try_into).collect();
        tables.expect("an estimate is a table")
    };
    let ours = plugin_ids().into_iter().filter(|id| file(id).is_file());
    ours.map(|id| (id.clone(), read(&id))).collect()
}

#[test]
fn every_golden_estimate_is_explained() {
    let entries = entries();
    let golden = golden_file("practice-network.json");
    let names = golden.as_object().expect("records by name").keys();
    for name in names.filter(|name| *name != "_versions") {
        let (plugin, id) = name.split_once('/').expect("a full name");
        let of_this = |e: &&Table| e["id"].as_str().is_some_and(|pattern| matches(pattern, id));
        let entries = entries.get(plugin).into_iter().flatten();
        assert!(entries.filter(of_this).count() >= 1, "{name} is explained nowhere");
    }
}

#[test]
fn an_explanation_says_what_how_when_not_and_after_whom() {
    for (plugin, entries) in entries() {
        for entry in entries {
            let id = entry["id"].as_str().expect("an id");
            for field in ["what", "formula", "misleads"] {
                let text = entry[field].as_str().unwrap_or_default();
                assert!(!text.is_empty(), "{plugin}/{id} does not say: {field}");
            }
            let sources = entry["source"].as_array().expect("a list of sources");
            assert!(!sources.is_empty(), "{plugin}/{id} cites nobody");
        }
    }
}
