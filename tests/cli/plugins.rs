//! Plugins are separate files, loaded at run time: what is not there, or speaks another language, costs its own section.

use std::fs;
use std::path::Path;
use std::process::Command;

use dyad_tests::{Dyad, Results, plugin_ids, root};

const MISSING: &str = "early-peak";

fn analyse(dyad: &Dyad, folder: &Path) -> (i32, String, Results) {
    let out = folder.join("out");
    let ended = dyad.analyse(&root().join("datasets/practice-network/study.toml"), &out);
    assert!(out.join("results.json").is_file(), "exit code {}: {}", ended.code, ended.stderr);
    assert!(out.join("report.html").is_file(), "no report was written");
    (ended.code, ended.stderr, Results::read(&out))
}

#[test]
fn a_missing_library_is_reported_and_the_others_deliver() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let plugins = plugin_ids();
    let there: Vec<&str> = plugins.iter().map(String::as_str).filter(|id| *id != MISSING).collect();
    let dyad = Dyad::built().copy_to(folder.path(), there.iter().copied());

    let (code, stderr, results) = analyse(&dyad, folder.path());
    assert_eq!(code, 1, "{stderr}");
    assert_eq!(results.status(MISSING), Some("not_loadable"));
    for id in there {
        assert_eq!(results.status(id), Some("ok"), "{id} depends on {MISSING}");
        let prefix = format!("{id}/");
        assert!(results.estimates.keys().any(|name| name.starts_with(&prefix)), "{id} is empty");
    }
    let library = dyad.library(MISSING);
    let name = library.file_name().expect("a library has a name").to_string_lossy().into_owned();
    let analyses = results.document["analyses"].as_array().expect("a list");
    let missing = analyses.iter().find(|a| a["plugin"] == MISSING).expect("it is reported");
    let reason = missing["reason"].as_str().unwrap_or_default();
    assert!(reason.contains(&name), "the reason names no {name}: {reason}");
}

#[test]
fn without_any_plugin_there_is_a_remedy_and_no_report() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let dyad = Dyad::built().copy_to(folder.path(), []);
    let out = folder.path().join("out");
    let ended = dyad.analyse(&root().join("datasets/practice-network/study.toml"), &out);
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    assert!(ended.stderr.contains("cargo "), "no command to build them: {}", ended.stderr);
    assert!(!out.exists(), "a report was written");
}

/// A plugin of another major version, written from the documented layout alone.
const OTHER_ABI: &str = r#"
#include <stddef.h>
#include <stdint.h>
struct plugin {
  uint8_t magic[8];
  uint32_t struct_size, abi_major, abi_minor, flags;
  const char *id, *version, *build_info;
  void *functions[5];
  void *reserved[4];
};
__attribute__((visibility("default"))) const struct plugin dyad_plugin_v1 = {
  {'D', 'Y', 'A', 'D', 'P', 'L', 'G', 1},
  sizeof(struct plugin), 2, 0, 0,
  "from-tomorrow", "1.0.0", "", {0}, {0}
};
"#;

#[test]
fn another_version_of_the_interface_is_refused_and_the_others_deliver() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let plugins = plugin_ids();
    let dyad = Dyad::built().copy_to(folder.path(), plugins.iter().map(String::as_str));
    let source = folder.path().join("plugin.c");
    fs::write(&source, OTHER_ABI).expect("a temporary folder can be written");
    let library = dyad.library("from-tomorrow");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source);
    let compiled = compiler.status().expect("a C compiler: building dyad needs one, too");
    assert!(compiled.success(), "the plugin does not compile");

    let (code, stderr, results) = analyse(&dyad, folder.path());
    assert_eq!(code, 1, "{stderr}");
    assert_eq!(results.status("from-tomorrow"), Some("abi_mismatch"));
    for id in &plugins {
        assert_eq!(results.status(id), Some("ok"));
    }
}
