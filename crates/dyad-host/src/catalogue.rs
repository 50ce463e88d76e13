//! Which plugins there are: found by file name, read once, hashed, described by a worker.

use std::fs;
use std::path::{Path, PathBuf};

use dyad_model::{Limits, Manifest, Status};
use sha2::{Digest, Sha256};

use crate::elf;
use crate::job::{SandboxMode, Task};
use crate::lock::{Locked, Locks, Verdict};
use crate::script::{self, SCRIPT_MANIFEST, Script};
use crate::supervise::{Assignment, work};
use crate::system::{Sealed, System};

/// What a plugin library's name starts with.
pub const LIBRARY_PREFIX: &str = if cfg!(windows) { "dyad_plugin_" } else { "libdyad_plugin_" };
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
    /// Without confinement only simulated data may be analysed.
    #[error("--sandbox off is for simulated data")]
    NotSimulated,
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
            Self::NotSimulated => Some(
                "a study of simulated data says so: `simulated = true` below [study]; for others there is \
                 --sandbox best-effort"
                    .to_owned(),
            ),
            Self::Settings { suggestion, .. } => suggestion.as_ref().map(|s| format!("did you mean `{s}`?")),
            Self::System { .. } => None,
        }
    }
}

/// What a plugin is made of, held since it was hashed: what was hashed is what is loaded.
#[derive(Debug)]
pub(crate) enum Code {
    /// A library of the C ABI.
    Library(Sealed),
    /// A script for an interpreter.
    Script(Script),
}

/// A plugin that was found.
#[derive(Debug)]
pub struct Found {
    /// The id its file name stands for; its manifest has the same.
    pub id: String,
    /// The library, or the folder of a script.
    pub path: PathBuf,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// What it says of itself, or why it cannot be used.
    pub manifest: Result<Manifest, (Status, String)>,
    /// Name and version of a script's interpreter.
    pub interpreter: Option<String>,
    /// What the lock of its folder grants it; `None`: there is no lock and none is needed.
    pub locked: Option<Locked>,
    pub(crate) code: Code,
}

impl Found {
    /// Whether it is a script.
    #[must_use]
    pub fn is_script(&self) -> bool {
        matches!(self.code, Code::Script(_))
    }

    /// The files of a script by name, with the bytes that were hashed; none of a library.
    #[must_use]
    pub fn script_files(&self) -> Vec<(&str, &[u8])> {
        match &self.code {
            Code::Library(_) => Vec::new(),
            Code::Script(script) => script.files().to_vec(),
        }
    }
}

/// Where plugins run.
#[derive(Clone, Debug)]
pub struct Place {
    /// The executable that calls [`run_if_worker`](crate::run_if_worker) first of all.
    pub worker: PathBuf,
    /// How far plugins must be confined.
    pub sandbox: SandboxMode,
    /// What of the machine is used.
    pub system: System,
}

/// The plugins of this run.
#[derive(Debug)]
pub struct Catalogue {
    /// Every plugin, by id.
    pub plugins: Vec<Found>,
    /// Libraries that were passed over because another of the same id came first.
    pub shadowed: Vec<PathBuf>,
    pub(crate) place: Place,
}

/// The file name of a plugin's library.
#[must_use]
pub fn library_name(id: &str) -> String {
    format!("{LIBRARY_PREFIX}{}{}", id.replace('-', "_"), std::env::consts::DLL_SUFFIX)
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
    /// [`run_if_worker`](crate::run_if_worker) first of all; its folder needs no lock.
    ///
    /// # Errors
    /// No plugin at all, or no way to confine one as asked. A single plugin that cannot be used is an entry with its reason.
    pub fn discover(
        folders: &[PathBuf],
        worker: &Path,
        sandbox: SandboxMode,
    ) -> Result<Self, HostError> {
        let place = Place { worker: worker.to_path_buf(), sandbox, system: System::Native };
        Self::discover_at(folders, &place)
    }

    /// The same, with a choice of what of the machine is used.
    ///
    /// # Errors
    /// As [`Catalogue::discover`].
    pub fn discover_at(folders: &[PathBuf], place: &Place) -> Result<Self, HostError> {
        place.check()?;
        let (mut plugins, mut shadowed) = (Vec::<Found>::new(), Vec::new());
        let mut locks = Locks::new(place.worker.parent());
        for (folder, path) in folders.iter().flat_map(|f| candidates(f).map(move |p| (f, p))) {
            let Some(id) = id_of(&path) else { continue };
            if plugins.iter().any(|p| p.id == id) {
                shadowed.push(path);
                continue;
            }
            let mut found = read(&path, Some(id), place.system)?;
            match locks.judge(folder, &found.id, &found.sha256) {
                Verdict::Unlocked => {}
                Verdict::Granted(locked) => found.locked = Some(locked),
                Verdict::Refused(why) => found.manifest = Err((Status::HashMismatch, why)),
            }
            plugins.push(found);
        }
        if plugins.is_empty() {
            return Err(HostError::NoPlugins { folders: folders.to_vec() });
        }
        plugins.sort_by(|a, b| a.id.cmp(&b.id));
        std::thread::scope(|scope| {
            for plugin in &mut plugins {
                scope.spawn(move || describe(plugin, place));
            }
        });
        Ok(Self { plugins, shadowed, place: place.clone() })
    }

    /// One plugin by its file, whatever the file is called and whether or not a lock grants it: for its author, and for whoever
    /// decides whether to add it.
    ///
    /// # Errors
    /// If it cannot be read, or there is no way to confine it as asked.
    pub fn single(path: &Path, place: &Place) -> Result<Self, HostError> {
        place.check()?;
        let mut found = read(path, None, place.system)?;
        describe(&mut found, place);
        if let Ok(manifest) = &found.manifest {
            found.id.clone_from(&manifest.id);
        }
        Ok(Self { plugins: vec![found], shadowed: Vec::new(), place: place.clone() })
    }

    /// The plugin of this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Found> {
        self.plugins.iter().find(|p| p.id == id)
    }
}

impl Place {
    /// Whether plugins can be confined here as asked.
    fn check(&self) -> Result<(), HostError> {
        let support = self.system.support();
        if self.sandbox == SandboxMode::Required && !support.is_complete() {
            return Err(HostError::CannotConfine { missing: support.missing() });
        }
        Ok(())
    }
}

/// What a library's file or a script's folder holds. What is not yet known of it stands as an error: it is described later.
fn read(path: &Path, id: Option<String>, system: System) -> Result<Found, HostError> {
    let failed = |source| HostError::System { doing: format!("read {}", path.display()), source };
    let unknown = Err((Status::NotLoadable, String::new()));
    if path.is_dir() {
        let loaded = script::read(path, system)
            .map_err(|why| failed(std::io::Error::new(std::io::ErrorKind::InvalidData, why)))?;
        let manifest = loaded.manifest.map_err(|why| (Status::NotLoadable, why));
        return Ok(Found {
            id: id.unwrap_or_default(),
            path: path.to_path_buf(),
            sha256: hexadecimal(&Sha256::digest(&loaded.hashed)),
            manifest,
            interpreter: loaded.script.interpreter.as_ref().ok().map(|i| i.version.clone()),
            locked: None,
            code: Code::Script(loaded.script),
        });
    }
    let bytes = fs::read(path).map_err(failed)?;
    // The loader maps a file by what its header says: one that was cut off would end the worker instead of being refused.
    let manifest = if elf::is_whole(&bytes) {
        unknown
    } else {
        Err((Status::NotLoadable, elf::WHY.to_owned()))
    };
    Ok(Found {
        id: id.unwrap_or_default(),
        path: path.to_path_buf(),
        sha256: hexadecimal(&Sha256::digest(&bytes)),
        manifest,
        interpreter: None,
        locked: None,
        code: Code::Library(Sealed::of(system, &bytes).map_err(failed)?),
    })
}

/// Completes what is known of a plugin, unless it was refused already.
fn describe(plugin: &mut Found, place: &Place) {
    let described = match (&plugin.code, &plugin.manifest) {
        (_, Err((_, why))) if !why.is_empty() => return,
        (Code::Library(_), _) => ask(plugin, place),
        (Code::Script(script), manifest) => match &script.interpreter {
            Ok(_) => manifest.clone(),
            Err(why) => Err((Status::NotLoadable, why.clone())),
        },
    };
    plugin.manifest = described.and_then(|manifest| {
        if !plugin.id.is_empty() && manifest.id != plugin.id {
            return Err((
                Status::NotLoadable,
                "the id of its manifest is not that of its file name".to_owned(),
            ));
        }
        if let Some(locked) = &plugin.locked {
            locked.agrees(&manifest)?;
        }
        Ok(manifest)
    });
}

/// Asks a worker what the library says of itself: the host never loads one to find out.
fn ask(plugin: &Found, place: &Place) -> Result<Manifest, (Status, String)> {
    let done = work(&Assignment {
        system: place.system,
        worker: &place.worker,
        code: &plugin.code,
        task: Task::Describe,
        id: Some(plugin.id.as_str()).filter(|id| !id.is_empty()),
        sandbox: place.sandbox,
        limits: Limits { wall_s: 10, cpu_s: 10, output_mb: 1, ..Limits::default() },
        tables: &[],
        request: String::new(),
        debug: false,
        cancelled: false,
    });
    if done.status() != Status::Ok {
        return Err((done.status(), done.reason.unwrap_or_default()));
    }
    serde_json::from_slice(&done.output).map_err(|e| {
        let (line, column) = (e.line(), e.column());
        (Status::Failed, format!("its manifest is not valid at line {line}, column {column}"))
    })
}

/// What may be a plugin in a folder: libraries by their names, and folders with a script's manifest.
fn candidates(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> =
        entries.map(|e| e.path()).filter(|p| id_of(p).is_some()).collect();
    paths.sort();
    paths.into_iter()
}

fn id_of(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    if path.join(SCRIPT_MANIFEST).is_file() {
        return Some(name.to_owned());
    }
    let stem = name.strip_prefix(LIBRARY_PREFIX)?.strip_suffix(std::env::consts::DLL_SUFFIX)?;
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
