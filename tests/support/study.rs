//! Studies made for one test: the synthetic network, changed in one place.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::{fail, root};

/// A folder with a study file and its sessions, and room for the output beside it.
#[derive(Debug)]
pub struct StudyFolder {
    folder: TempDir,
    study: String,
    sessions: String,
}

impl StudyFolder {
    /// The practice-research network, not changed yet.
    ///
    /// # Panics
    /// If the dataset is not there.
    #[must_use]
    pub fn practice_network() -> Self {
        let read = |name: &str| {
            let path = root().join("datasets/practice-network").join(name);
            fs::read_to_string(&path).unwrap_or_else(|e| fail(&path, &e))
        };
        let folder =
            tempfile::tempdir().unwrap_or_else(|e| fail(Path::new("temporary folder"), &e));
        Self { folder, study: read("study.toml"), sessions: read("sessions.csv") }
    }

    /// The practice-research network's study file with the sessions of another network, below `tests/golden/networks`.
    ///
    /// # Panics
    /// If there is no such network.
    #[must_use]
    pub fn network(name: &str) -> Self {
        let path = root().join("tests/golden/networks").join(name).join("sessions.csv");
        let sessions = fs::read_to_string(&path).unwrap_or_else(|e| fail(&path, &e));
        Self { sessions, ..Self::practice_network() }
    }

    /// Replaces text of the study file that must stand there.
    ///
    /// # Panics
    /// If the text is not there.
    #[must_use]
    pub fn study(mut self, old: &str, new: &str) -> Self {
        assert!(self.study.contains(old), "the study file has no `{old}`");
        self.study = self.study.replacen(old, new, 1);
        self
    }

    /// Adds text at the end of the study file.
    #[must_use]
    pub fn appended(mut self, text: &str) -> Self {
        self.study.push_str(text);
        self
    }

    /// Rewrites the lines of the session file; line 0 is the header.
    #[must_use]
    pub fn sessions(mut self, change: impl FnOnce(Vec<String>) -> Vec<String>) -> Self {
        let mut lines = change(self.sessions.lines().map(str::to_owned).collect());
        if !lines.is_empty() {
            lines.push(String::new());
        }
        self.sessions = lines.join("\n");
        self
    }

    /// Replaces one cell; row 1 is the first session.
    ///
    /// # Panics
    /// If there is no such column.
    #[must_use]
    pub fn cell(self, row: usize, column: &str, value: &str) -> Self {
        self.sessions(|mut lines| {
            let quoted = format!("\"{column}\"");
            let at = lines[0].split(',').position(|name| name == quoted);
            let at = at.expect("the session file has the column");
            let mut cells: Vec<&str> = lines[row].split(',').collect();
            cells[at] = value;
            lines[row] = cells.join(",");
            lines
        })
    }

    /// Writes both files and returns the path of the study file.
    ///
    /// # Panics
    /// If a file cannot be written.
    #[must_use]
    pub fn write(&self) -> PathBuf {
        let path = self.folder.path().join("study.toml");
        for (path, text) in
            [(path.clone(), &self.study), (self.folder.path().join("sessions.csv"), &self.sessions)]
        {
            fs::write(&path, text).unwrap_or_else(|e| fail(&path, &e));
        }
        path
    }

    /// A path below the folder that does not exist yet.
    #[must_use]
    pub fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    /// The names of everything in the folder that the test did not put there.
    ///
    /// # Panics
    /// If the folder cannot be read.
    #[must_use]
    pub fn left_behind(&self) -> Vec<String> {
        let own = ["study.toml", "sessions.csv"];
        let entries =
            self.folder.path().read_dir().unwrap_or_else(|e| fail(self.folder.path(), &e));
        entries
            .map(|entry| entry.unwrap_or_else(|e| fail(self.folder.path(), &e)).file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .filter(|name| !own.contains(&name.as_str()))
            .collect()
    }
}
