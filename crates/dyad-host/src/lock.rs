//! `plugins.lock`: which plugins of a folder may be loaded, byte for byte, and what they were granted.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use dyad_model::{LowerLimits, Manifest, Status};
use dyad_plugin::abi::{ABI_MAJOR, ABI_MINOR};
use serde::{Deserialize, Serialize};

/// The name of the file, one per folder of plugins.
pub const LOCK_NAME: &str = "plugins.lock";

/// One plugin that may be loaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The library, or the folder of a script, beside the lock.
    pub file: String,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// The interface it was added under; scripts have none.
    #[serde(default)]
    pub abi: String,
    /// The tables and columns it was granted.
    pub reads: BTreeMap<String, Vec<String>>,
    /// Limits below those of its manifest.
    #[serde(default, skip_serializing_if = "LowerLimits::is_empty")]
    pub limits: LowerLimits,
}

/// The whole file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    version: u32,
    /// The plugins, by id.
    #[serde(default, rename = "plugin")]
    pub plugins: Vec<Locked>,
}

impl Default for Lock {
    fn default() -> Self {
        Self { version: 1, plugins: Vec::new() }
    }
}

/// What the lock of a folder says of one plugin.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    /// There is no lock and none is needed: whoever can write there can replace the program itself.
    Unlocked,
    /// These bytes may be loaded.
    Granted(Locked),
    /// They may not.
    Refused(String),
}

impl Lock {
    /// Reads the lock of a folder; `None` if it has none.
    ///
    /// # Errors
    /// If it cannot be read or understood.
    pub fn read(folder: &Path) -> io::Result<Option<Self>> {
        let path = folder.join(LOCK_NAME);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(e),
        };
        let lock: Self = toml::from_str(&text).map_err(|e| {
            io::Error::new(io::ErrorKind::InvalidData, format!("{LOCK_NAME}: {}", e.message()))
        })?;
        if lock.version == 1 {
            Ok(Some(lock))
        } else {
            let what = format!("{LOCK_NAME}: version {} is not known", lock.version);
            Err(io::Error::new(io::ErrorKind::InvalidData, what))
        }
    }

    /// Writes the lock of a folder, whole or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let text = toml::to_string_pretty(self).map_err(io::Error::other)?;
        let mut file = tempfile::Builder::new().prefix(".plugins-").tempfile_in(folder)?;
        file.write_all(b"# Written by `dyad plugins add`: what may be loaded from this folder.\n")?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(folder.join(LOCK_NAME)).map_err(|e| e.error)?;
        Ok(())
    }

    /// Adds a plugin, or replaces what was said of it.
    pub fn insert(&mut self, plugin: Locked) {
        self.plugins.retain(|p| p.id != plugin.id);
        self.plugins.push(plugin);
        self.plugins.sort_by(|a, b| a.id.cmp(&b.id));
    }

    /// Takes a plugin out.
    pub fn remove(&mut self, id: &str) -> Option<Locked> {
        let at = self.plugins.iter().position(|p| p.id == id)?;
        Some(self.plugins.remove(at))
    }

    fn judge(&self, id: &str, sha256: &str) -> Verdict {
        match self.plugins.iter().find(|p| p.id == id) {
            None => Verdict::Refused(format!(
                "it is not in {LOCK_NAME}; `dyad plugins add` shows what it asks for and puts it there"
            )),
            Some(locked) if locked.sha256 != sha256 => Verdict::Refused(format!(
                "its bytes are not those in {LOCK_NAME}: it was changed after it was added"
            )),
            Some(locked) => Verdict::Granted(locked.clone()),
        }
    }
}

impl Locked {
    /// What a lock says of a plugin from now on.
    #[must_use]
    pub fn of(manifest: &Manifest, file: String, sha256: String, script: bool) -> Self {
        let abi = if script { String::new() } else { format!("{ABI_MAJOR}.{ABI_MINOR}") };
        Self {
            id: manifest.id.clone(),
            version: manifest.version.clone(),
            file,
            sha256,
            abi,
            reads: manifest.reads.clone(),
            limits: LowerLimits::default(),
        }
    }

    /// Whether the manifest asks for what was granted, and nothing else.
    pub(crate) fn agrees(&self, manifest: &Manifest) -> Result<(), (Status, String)> {
        if manifest.reads == self.reads {
            return Ok(());
        }
        Err((Status::HashMismatch, format!("it asks for other columns than {LOCK_NAME} grants it")))
    }
}

/// The locks of the folders of one run.
pub(crate) struct Locks {
    own: Option<PathBuf>,
    read: BTreeMap<PathBuf, Result<Option<Lock>, String>>,
}

impl Locks {
    /// `own`: the folder that needs no lock.
    pub(crate) fn new(own: Option<&Path>) -> Self {
        Self { own: own.map(Path::to_path_buf), read: BTreeMap::new() }
    }

    /// Whether these bytes may be loaded from this folder.
    pub(crate) fn judge(&mut self, folder: &Path, id: &str, sha256: &str) -> Verdict {
        let lock = self
            .read
            .entry(folder.to_path_buf())
            .or_insert_with(|| Lock::read(folder).map_err(|e| e.to_string()));
        match lock {
            Ok(Some(lock)) => lock.judge(id, sha256),
            Ok(None) if self.own.as_deref() == Some(folder) => Verdict::Unlocked,
            Ok(None) => Verdict::Refused(format!(
                "its folder has no {LOCK_NAME}; `dyad plugins add` shows what a plugin asks for and writes one"
            )),
            Err(why) => Verdict::Refused(why.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locked(id: &str, sha256: &str) -> Locked {
        let manifest = Manifest::new(id, "1.0.0", "X").reads("sessions", ["client"]);
        Locked::of(&manifest, format!("lib{id}.so"), sha256.to_owned(), false)
    }

    #[test]
    fn a_lock_comes_back_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Lock::read(folder.path()).unwrap(), None);
        let mut lock = Lock::default();
        lock.insert(locked("b", "22"));
        lock.insert(locked("a", "11"));
        lock.insert(locked("b", "33"));
        lock.write(folder.path()).unwrap();
        let read = Lock::read(folder.path()).unwrap().unwrap();
        assert_eq!(read, lock);
        assert_eq!(
            read.plugins.iter().map(|p| p.sha256.as_str()).collect::<Vec<_>>(),
            ["11", "33"]
        );
        fs::write(folder.path().join(LOCK_NAME), "version = 2").unwrap();
        assert!(Lock::read(folder.path()).is_err());
    }

    #[test]
    fn a_folder_of_others_needs_a_lock_and_the_hash_must_fit() {
        let folder = tempfile::tempdir().unwrap();
        let judged = |own: bool, sha256: &str| {
            let mut locks = Locks::new(own.then_some(folder.path()));
            locks.judge(folder.path(), "a", sha256)
        };
        assert!(matches!(judged(true, "11"), Verdict::Unlocked));
        assert!(matches!(judged(false, "11"), Verdict::Refused(_)));
        let mut lock = Lock::default();
        lock.insert(locked("a", "11"));
        lock.write(folder.path()).unwrap();
        for own in [true, false] {
            assert!(matches!(judged(own, "11"), Verdict::Granted(_)));
            assert!(matches!(judged(own, "12"), Verdict::Refused(_)));
        }
    }
}
