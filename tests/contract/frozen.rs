//! Version 1.0 of the interface: what was built against its header keeps loading.

use std::fs;
use std::path::Path;
use std::process::Command;

use dyad_tests::{Dyad, root};

/// The header as it was when 1.0 was frozen.
const FROZEN: &str = "tests/contract/frozen";

/// Everything 1.0 promised stands in today's header, word for word: a field is never removed, moved or retyped.
#[test]
fn the_frozen_header_is_what_it_was() {
    let text = fs::read_to_string(root().join(FROZEN).join("dyad_plugin.h")).expect("the header");
    for promise in [
        "#define DYAD_ABI_MAJOR 1u",
        "#define DYAD_ABI_MINOR 0u",
        "_Static_assert(sizeof(dyad_host) == 104,",
        "_Static_assert(sizeof(dyad_plugin) == 120,",
    ] {
        assert!(text.contains(promise), "the frozen header was changed: it lacks `{promise}`");
    }
    let now = fs::read_to_string(root().join("crates/dyad-plugin/include/dyad_plugin.h"))
        .expect("today's header");
    let fields = |header: &str| -> Vec<String> {
        let structs = header.split("typedef struct").skip(1);
        let bodies = structs.filter_map(|s| s.split_once('{')?.1.split_once("\n}")).map(|(b, _)| b);
        bodies.flat_map(|body| body.split(';').map(declaration).collect::<Vec<_>>()).collect()
    };
    let (then, now) = (fields(&text), fields(&now));
    assert!(then.len() > 20, "only {} fields were found", then.len());
    for field in &then {
        assert!(now.contains(field), "today's header lacks `{field}` of version 1.0");
    }
}

/// A declaration without comments, its words one space apart.
fn declaration(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::new();
    while let Some((before, after)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_plugin_built_against_the_frozen_header_delivers() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let library = folder.path().join("plugin.so");
    let built = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg("-I")
        .arg(root().join(FROZEN))
        .arg(root().join("plugins/examples/attendance-c/plugin.c"))
        .arg("-lm")
        .output()
        .expect("a C compiler: building dyad needs one, too");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let path: &Path = &library;
    let ended = Dyad::built().run(&["plugins", "check", path.to_str().expect("UTF-8")]);
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
}
