//! An output folder that is written whole or not at all.
//!
//! Everything goes into a hidden folder beside the target, which then takes the target's name. After a crash the target is what
//! it was before, and the next run removes what was left lying.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The hidden folder a run writes into.
pub(crate) struct Pending {
    target: PathBuf,
    folder: PathBuf,
    force: bool,
    mark: &'static str,
}

impl Pending {
    /// Begins a report's folder that will be named `target`.
    pub(crate) fn begin(target: &Path, force: bool) -> Result<Self, Failure> {
        Self::begin_marked(target, force, "results.json")
    }

    /// Begins a folder that will be named `target`. One that exists is ours if it holds the file `mark`.
    pub(crate) fn begin_marked(
        target: &Path,
        force: bool,
        mark: &'static str,
    ) -> Result<Self, Failure> {
        refuse_foreign(target, force, mark)?;
        let name = target.file_name().ok_or_else(|| {
            Failure::usage("the output folder needs a name").hint("for example --out reports/mine")
        })?;
        let parent = match target.parent() {
            Some(p) if !p.as_os_str().is_empty() => p.to_path_buf(),
            _ => PathBuf::from("."),
        };
        fs::create_dir_all(&parent).map_err(|e| Failure::io("create the folder", &parent, &e))?;
        let prefix = format!(".{}.dyad-", name.to_string_lossy());
        remove_leftovers(&parent, &prefix);
        let folder = parent.join(format!("{prefix}{}", std::process::id()));
        fs::create_dir(&folder).map_err(|e| Failure::io("create the folder", &folder, &e))?;
        Ok(Self { target: target.to_path_buf(), folder, force, mark })
    }

    /// Where to write.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Gives the folder its name. What bore the name before is kept until the new folder stands.
    pub(crate) fn commit(mut self) -> Result<(), Failure> {
        // The target may have appeared since `begin`.
        refuse_foreign(&self.target, self.force, self.mark)?;
        sync(&self.folder);
        let old = self.folder.with_extension("old");
        let replaced = self.target.exists();
        if replaced {
            fs::rename(&self.target, &old)
                .map_err(|e| Failure::io("replace the folder", &self.target, &e))?;
        }
        if let Err(e) = fs::rename(&self.folder, &self.target) {
            if replaced {
                // Nothing is lost: the former report takes its name back.
                drop(fs::rename(&old, &self.target));
            }
            return Err(Failure::io("name the folder", &self.target, &e));
        }
        if replaced {
            drop(fs::remove_dir_all(&old));
        }
        self.folder = PathBuf::new();
        Ok(())
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !self.folder.as_os_str().is_empty() {
            drop(fs::remove_dir_all(&self.folder));
        }
    }
}

/// An existing folder needs `--force`, and even then it must look like one of ours.
fn refuse_foreign(target: &Path, force: bool, mark: &str) -> Result<(), Failure> {
    if !target.exists() {
        return Ok(());
    }
    if !force {
        return Err(Failure::usage(format!("{} exists already", target.display()))
            .hint("--force replaces it; --out names another folder"));
    }
    let is_empty = fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_none());
    if target.is_dir() && (is_empty || target.join(mark).exists()) {
        return Ok(());
    }
    Err(Failure::usage(format!("{} is not a report of dyad", target.display()))
        .hint("--force replaces reports only; --out names another folder"))
}

/// Removes the hidden folders of runs that ended before they were done.
fn remove_leftovers(parent: &Path, prefix: &str) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|n| n.strip_prefix(prefix)) else { continue };
        let owner = rest.strip_suffix(".old").unwrap_or(rest);
        let alive =
            owner.parse::<u32>().is_ok_and(|pid| Path::new(&format!("/proc/{pid}")).exists());
        if !alive {
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

/// Asks the system to bring every file to the disk before the rename makes them the report.
fn sync(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            sync(&path);
        } else if let Ok(file) = fs::File::open(&path) {
            drop(file.sync_all());
        }
    }
}

/// A folder of this process that goes when it is dropped.
pub(crate) struct ScratchFolder(PathBuf);

impl ScratchFolder {
    /// Makes one.
    pub(crate) fn new() -> Result<Self, Failure> {
        let folder = std::env::temp_dir().join(format!("dyad-{}", std::process::id()));
        drop(fs::remove_dir_all(&folder));
        fs::create_dir(&folder).map_err(|e| Failure::io("create the folder", &folder, &e))?;
        Ok(Self(folder))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("dyad-output-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn nothing_is_left_of_a_run_that_was_not_committed() {
        let parent = scratch("drop");
        let pending = Pending::begin(&parent.join("report"), false).ok().unwrap();
        fs::write(pending.folder().join("results.json"), "{}").unwrap();
        drop(pending);
        assert_eq!(fs::read_dir(&parent).unwrap().count(), 0);
    }

    #[test]
    fn an_existing_report_needs_force_and_a_foreign_folder_is_never_replaced() {
        let parent = scratch("force");
        let target = parent.join("report");
        let first = Pending::begin(&target, false).ok().unwrap();
        fs::write(first.folder().join("results.json"), "1").unwrap();
        assert!(first.commit().is_ok());
        assert!(Pending::begin(&target, false).is_err());
        let second = Pending::begin(&target, true).ok().unwrap();
        fs::write(second.folder().join("results.json"), "2").unwrap();
        assert!(second.commit().is_ok());
        assert_eq!(fs::read_to_string(target.join("results.json")).unwrap(), "2");
        assert_eq!(fs::read_dir(&parent).unwrap().count(), 1);

        let foreign = parent.join("thesis");
        fs::create_dir(&foreign).unwrap();
        fs::write(foreign.join("chapter1.txt"), "work of years").unwrap();
        assert!(Pending::begin(&foreign, true).is_err());
        assert!(foreign.join("chapter1.txt").exists());
    }
}
