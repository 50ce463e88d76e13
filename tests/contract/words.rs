//! Text as data: what stands in a plugin's words.toml is said by its Rust. The other way round, a word that is missing, or a placeholder
//! nobody fills, ends a plugin that was built for tests: every other test here would fail.

use std::fs;
use std::path::{Path, PathBuf};

use dyad_tests::{plugin_ids, root};
use toml::Table;

/// The Rust of a plugin and of the kit, which says some words for every plugin that has them; and the plugin's words, if it has any.
fn plugin(id: &str) -> Option<(String, Table)> {
    let folder = root().join("plugins").join(id);
    let words = fs::read_to_string(folder.join("words.toml")).ok()?;
    let kit = root().join("crates/dyad-plugin/src");
    let rust = [folder.join("src"), kit].iter().map(|folder| rust_below(folder)).collect();
    Some((rust, words.parse().expect("words.toml is TOML")))
}

/// The Rust in a folder, in one text.
fn rust_below(folder: &Path) -> String {
    let paths = fs::read_dir(folder).expect("a folder of sources");
    let paths = paths.map(|path| path.expect("it has a name").path());
    let text = |path: PathBuf| {
        if path.is_dir() { rust_below(&path) } else { fs::read_to_string(path).expect("a text") }
    };
    paths.map(text).collect()
}

/// Whether a key is named: as it is, or by one whose last part, or the end of it, is computed.
fn names(rust: &str, key: &str) -> bool {
    let last = key.rfind(['/', '.']).map_or(0, |at| at + 1);
    let computed = |end: usize| rust.contains(&format!("\"{}{{", &key[..end]));
    let ends = (last..key.len()).filter(|end| *end > 0 && key.is_char_boundary(*end));
    rust.contains(&format!("\"{key}\"")) || ends.into_iter().any(computed)
}

#[test]
fn every_word_is_said() {
    let with_words = plugin_ids().into_iter().filter_map(|id| Some((plugin(&id)?, id)));
    let mut known = 0;
    for ((rust, words), id) in with_words {
        for kind in ["estimate", "figure", "table", "reported"] {
            let keys =
                words.get(kind).and_then(toml::Value::as_table).into_iter().flat_map(Table::keys);
            for key in keys {
                known += 1;
                assert!(names(&rust, key), "{id}: nobody says {kind} {key}");
            }
        }
        for (key, text) in words.get("text").and_then(toml::Value::as_table).into_iter().flatten() {
            let said = match text.as_table() {
                None => names(&rust, key),
                Some(texts) => texts.keys().all(|text| names(&rust, &format!("{key}.{text}"))),
            };
            assert!(said, "{id}: nobody says all of text {key}");
        }
    }
    assert!(known > 0, "no plugin has words");
}
