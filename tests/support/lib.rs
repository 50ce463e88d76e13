//! Helpers shared by the tests of the whole: they start the built `dyad` and read what it wrote, as a user would.
//!
//! Nothing here calls a crate of the project: an oracle that shares code with what it judges judges nothing.

mod executable;
mod golden;
mod pattern;
mod promises;
mod results;
mod study;

pub use executable::{Dyad, Ended};
pub use golden::{differences, differs_from_answer};
pub use pattern::matches;
pub use promises::broken_promises;
pub use results::Results;
pub use study::StudyFolder;

#[doc = include_str!("../../ARCHITECTURE.md")]
pub mod architecture {}

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// The folder of the root manifest.
///
/// # Panics
/// If the package was moved out of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("the tests are a folder of the workspace").to_owned()
}

/// A file of golden values, by its name below `tests/golden`.
///
/// # Panics
/// If there is no such file, or it is not JSON.
#[must_use]
pub fn golden_file(name: &str) -> Value {
    let path = root().join("tests/golden").join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|e| fail(&path, &e));
    serde_json::from_str(&text).unwrap_or_else(|e| fail(&path, &e))
}

/// The ids of all plugins of the workspace: a plugin registers by existing.
///
/// # Panics
/// If the folder of plugins cannot be read.
#[must_use]
pub fn plugin_ids() -> Vec<String> {
    let folder = root().join("plugins");
    let mut ids: Vec<String> = folder
        .read_dir()
        .unwrap_or_else(|e| fail(&folder, &e))
        .map(|entry| entry.unwrap_or_else(|e| fail(&folder, &e)).path())
        .filter(|path| path.join("Cargo.toml").is_file())
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
        .collect();
    ids.sort();
    assert!(!ids.is_empty(), "no plugin in {}", folder.display());
    ids
}

#[expect(clippy::panic, reason = "a helper of tests ends the test")]
fn fail(path: &Path, error: &dyn std::error::Error) -> ! {
    panic!("{}: {error}", path.display())
}
