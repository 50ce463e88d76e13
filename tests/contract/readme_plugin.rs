//! The plugin of the README, taken out of the README: it builds, loads and appears in a report.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use dyad_tests::{Dyad, Results, plugin_ids, root};
use toml::{Table, Value};

/// The first block of a language that holds a word.
fn block(text: &str, language: &str, word: &str) -> String {
    let fence = format!("```{language}");
    let blocks = text.split("```\n").filter_map(|part| part.split_once(&format!("{fence}\n")));
    let found = blocks.map(|(_, code)| code).find(|code| code.contains(word));
    let found = found.unwrap_or_else(|| {
        assert!(text.is_empty(), "README.md has no {language} block with `{word}`");
        ""
    });
    found.to_owned()
}

/// A workspace that holds nothing but the README's plugin, on the project's own crates and versions.
fn workspace(folder: &Path, id: &str, manifest: &str, source: &str) {
    let text = fs::read_to_string(root().join("Cargo.toml")).expect("the root manifest");
    let mut workspace: Table = text.parse().expect("the root manifest is TOML");
    let table = workspace["workspace"].as_table_mut().expect("it is a workspace");
    table.insert("members".to_owned(), Value::from(vec![format!("plugins/{id}")]));
    table.remove("default-members");
    let plugin = folder.join("plugins").join(id);
    fs::create_dir_all(plugin.join("src")).expect("a temporary folder can be written");
    let write = |path: &Path, text: &str| fs::write(path, text).expect("a file can be written");
    write(&folder.join("Cargo.toml"), &workspace.to_string());
    write(&plugin.join("Cargo.toml"), manifest);
    write(&plugin.join("src/lib.rs"), source);
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).expect("the lock file");
    symlink(root().join("crates"), folder.join("crates")).expect("a link to the crates");
}

#[test]
fn the_plugin_of_the_readme_appears_in_the_report() {
    let dyad = Dyad::built();
    let readme = fs::read_to_string(root().join("README.md")).expect("a README");
    let manifest = block(&readme, "toml", "cdylib");
    let source = block(&readme, "rust", "export_plugin!");
    let lines = source.lines().filter(|line| !line.trim().is_empty()).count();
    assert!(lines <= 60, "the README's plugin has {lines} lines: no longer about 50");
    let package: Table = manifest.parse().expect("the README's Cargo.toml is TOML");
    let name = package["package"]["name"].as_str().expect("it names the package");
    let id = name.strip_prefix("dyad-plugin-").expect("a plugin's package is dyad-plugin-<id>");
    assert!(!plugin_ids().iter().any(|own| own == id), "{id} exists already");

    let folder = tempfile::tempdir().expect("a temporary folder");
    workspace(folder.path(), id, &manifest, &source);
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme-plugin");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--offline", "--quiet"])
        .current_dir(folder.path())
        .env("CARGO_TARGET_DIR", &target)
        .output()
        .expect("cargo can be started");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));

    let dyad = dyad.copy_to(folder.path(), ["early-peak"]);
    let library = dyad.library(id);
    let file = library.file_name().expect("a library has a name");
    fs::copy(target.join("debug").join(file), &library).expect("the library was built");
    let out = folder.path().join("out");
    let ended = dyad.analyse(&root().join("datasets/practice-network/study.toml"), &out);
    let results = Results::read(&out);
    assert_eq!(results.status(id), Some("ok"), "{}", ended.stderr);
    let prefix = format!("{id}/");
    assert!(results.estimates.keys().any(|name| name.starts_with(&prefix)), "it found nothing");
    let report = fs::read_to_string(out.join("report.html")).expect("a report");
    assert!(report.contains(id), "the report does not name {id}");
}
