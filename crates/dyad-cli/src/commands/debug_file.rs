//! `--debug-plugins FILE`: a plugin's own words, for its author. They may quote data, so only the user can read the file.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use dyad_host::Outcome;

use super::run::Plan;
use crate::failure::Failure;

/// The file, made before anything runs.
pub(crate) struct DebugFile {
    path: PathBuf,
    file: File,
}

impl DebugFile {
    /// Makes the file. It must not exist, and not be part of the report.
    pub(crate) fn create(path: &Path, plan: &Plan) -> Result<Self, Failure> {
        let whole = |p: &Path| std::path::absolute(p).unwrap_or_else(|_| p.to_path_buf());
        if whole(path).starts_with(whole(&plan.out)) {
            return Err(Failure::usage("--debug-plugins must not lie in the report's folder")
                .hint("what plugins say may quote data, and a report is given away"));
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|e| Failure::io("create", path, &e))?;
        Ok(Self { path: path.to_path_buf(), file })
    }

    /// Writes what every plugin said.
    pub(crate) fn write(&mut self, outcomes: &[Outcome]) -> Result<(), Failure> {
        for outcome in outcomes {
            let analysis = &outcome.analysis;
            let head = format!("== {} ({})\n", analysis.plugin, analysis.status.as_str());
            let written = self
                .file
                .write_all(head.as_bytes())
                .and_then(|()| self.file.write_all(&outcome.said))
                .and_then(|()| self.file.write_all(b"\n"));
            written.map_err(|e| Failure::io("write", &self.path, &e))?;
        }
        Ok(())
    }
}
