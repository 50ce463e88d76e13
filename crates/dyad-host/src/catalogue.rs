//! Which plugins there are: found by file name, read once, hashed, described by a worker.

use std::fs;
use std::fs::File;
use std::path::{Path, PathBuf};

use dyad_model::{Limits, Manifest, Status};
use sha2::{Digest, Sha256};

use crate::job::{SandboxMode, Task};
use crate::linux::memory;
use crate::supervise::{Assignment, work};

/// What a plugin library's name starts with.
pub const LIBRARY_PREFIX: &str = "libdyad_plugin_";
/// What it ends with.
const LIBRARY_SUFFIX: &str = ".so";
/// Folders of other people's plugins, separated as in `PATH`.
const PATH_VARIABLE: &str = "DYAD_PLUGIN_PATH";

/// Why there is nothing to run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// No folder holds a plugin.
    #[error("no plugin in {}", folders.iter().map(|f| f.display().to_string()).collect::<Vec<_>>().join(", "))]
    NoPlugins {
        /// Where was looked.
        folders: Vec<PathBuf>,
    },
    /// The machine cannot confine a plugin as asked.
    #[error("plugins cannot be confined on this machine: it lacks {missing}")]
    CannotConfine {
        /// What it lacks.
        missing: String,
    },
    /// A setting the plugin does not know, or of another type.
    #[error("[analyses.{plugin}]: {problem}")]
    Settings {
        /// Whose table.
        plugin: String,
        /// What is wrong with it.
        problem: String,
        /// The nearest legal key.
        suggestion: Option<String>,
    },
    /// The system refused.
    #[error("{doing}: {source}")]
    System {
        /// What was being done.
        doing: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl HostError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoPlugins { .. } => Some(
                "`cargo run --release -- …` at the root of the project builds every plugin beside the executable; \
                 `cargo run -p dyad-cli` builds none"
                    .to_owned(),
            ),
            Self::CannotConfine { .. } => Some(
                "--sandbox best-effort runs the plugins with what this machine offers and says so in the report".to_owned(),
            ),
            Self::Settings { suggestion, .. } => suggestion.as_ref().map(|s| format!("did you mean `{s}`?")),
            Self::System { .. } => None,
        }
    }
}

/// A library that was found, with its bytes held in memory: what was hashed is what is loaded.
#[derive(Debug)]
pub struct Found {
    /// The id its file name stands for; its manifest has the same.
    pub id: String,
    /// The file.
    pub path: PathBuf,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// What it says of itself, or why it cannot be used.
    pub manifest: Result<Manifest, (Status, String)>,
    pub(crate) library: File,
}

/// The plugins of this run.
#[derive(Debug)]
pub struct Catalogue {
    /// Every plugin, by id.
    pub plugins: Vec<Found>,
    /// Libraries that were passed over because another of the same id came first.
    pub shadowed: Vec<PathBuf>,
    pub(crate) worker: PathBuf,
    pub(crate) sandbox: SandboxMode,
}

/// The file name of a plugin's library.
#[must_use]
pub fn library_name(id: &str) -> String {
    format!("{LIBRARY_PREFIX}{}{LIBRARY_SUFFIX}", id.replace('-', "_"))
}

impl Catalogue {
    /// The folders that are searched: that of the executable, then those of `DYAD_PLUGIN_PATH`.
    #[must_use]
    pub fn folders(executable: &Path) -> Vec<PathBuf> {
        let own = executable.parent().map(Path::to_path_buf);
        let others = std::env::var_os(PATH_VARIABLE).unwrap_or_default();
        let others: Vec<PathBuf> =
            std::env::split_paths(&others).filter(|p| !p.as_os_str().is_empty()).collect();
        own.into_iter().chain(others).collect()
    }

    /// Finds and describes every plugin in these folders. `worker` is the executable that calls
    /// [`run_if_worker`](crate::run_if_worker) first of all.
    ///
    /// # Errors
    /// No plugin at all, or no way to confine one as asked. A single plugin that cannot be used is an entry with its reason.
    pub fn discover(
        folders: &[PathBuf],
        worker: &Path,
        sandbox: SandboxMode,
    ) -> Result<Self, HostError> {
        let support = crate::sandbox_support();
        if sandbox == SandboxMode::Required && !support.is_complete() {
            return Err(HostError::CannotConfine { missing: support.missing() });
        }
        let mut plugins: Vec<Found> = Vec::new();
        let mut shadowed = Vec::new();
        for path in folders.iter().flat_map(|folder| libraries_in(folder)) {
            let Some(id) = id_of(&path) else { continue };
            if plugins.iter().any(|p| p.id == id) {
                shadowed.push(path);
                continue;
            }
            let system =
                |source| HostError::System { doing: format!("read {}", path.display()), source };
            let bytes = fs::read(&path).map_err(system)?;
            let library = memory::sealed(c"plugin", &bytes).map_err(system)?;
            plugins.push(Found {
                id,
                sha256: hexadecimal(&Sha256::digest(&bytes)),
                path,
                manifest: Err((Status::NotLoadable, String::new())),
                library,
            });
        }
        if plugins.is_empty() {
            return Err(HostError::NoPlugins { folders: folders.to_vec() });
        }
        plugins.sort_by(|a, b| a.id.cmp(&b.id));
        std::thread::scope(|scope| {
            for plugin in &mut plugins {
                scope.spawn(move || plugin.manifest = describe(plugin, worker, sandbox));
            }
        });
        Ok(Self { plugins, shadowed, worker: worker.to_path_buf(), sandbox })
    }

    /// The plugin of this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Found> {
        self.plugins.iter().find(|p| p.id == id)
    }
}

/// Asks a worker what the library says of itself: the host never loads one to find out.
fn describe(
    plugin: &Found,
    worker: &Path,
    sandbox: SandboxMode,
) -> Result<Manifest, (Status, String)> {
    let assignment = Assignment {
        worker,
        library: &plugin.library,
        task: Task::Describe,
        id: &plugin.id,
        sandbox,
        limits: Limits { wall_s: 10, cpu_s: 10, output_mb: 1, ..Limits::default() },
        tables: &[],
        request: String::new(),
    };
    let done = work(&assignment);
    if done.status != Status::Ok {
        return Err((done.status, done.reason.unwrap_or_default()));
    }
    let manifest: Manifest = serde_json::from_slice(&done.output).map_err(|e| {
        (
            Status::Failed,
            format!("its manifest is not valid at line {}, column {}", e.line(), e.column()),
        )
    })?;
    if manifest.id == plugin.id {
        Ok(manifest)
    } else {
        Err((Status::NotLoadable, "the id of its manifest is not that of its file name".to_owned()))
    }
}

/// The libraries of a folder, by name.
fn libraries_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> =
        entries.map(|e| e.path()).filter(|p| id_of(p).is_some()).collect();
    paths.sort();
    paths
}

fn id_of(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let stem = name.strip_prefix(LIBRARY_PREFIX)?.strip_suffix(LIBRARY_SUFFIX)?;
    (!stem.is_empty()).then(|| stem.replace('_', "-"))
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits =
        bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]);
    digits.map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_file_names_belong_together() {
        assert_eq!(library_name("early-peak"), "libdyad_plugin_early_peak.so");
        assert_eq!(
            id_of(Path::new("/x/libdyad_plugin_early_peak.so")).as_deref(),
            Some("early-peak")
        );
        assert_eq!(id_of(Path::new("/x/libother.so")), None);
        assert_eq!(id_of(Path::new("/x/libdyad_plugin_early_peak.d")), None);
    }

    #[test]
    fn a_folder_without_plugins_is_an_error_that_says_where_it_looked() {
        let folder = std::env::temp_dir();
        let error = Catalogue::discover(
            std::slice::from_ref(&folder),
            Path::new("dyad"),
            SandboxMode::BestEffort,
        )
        .unwrap_err();
        assert!(error.to_string().contains(&folder.display().to_string()));
        assert!(error.hint().unwrap().contains("cargo run --release"));
    }
}
