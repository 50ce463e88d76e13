//! What the host tells a worker: one JSON document.

use std::path::PathBuf;

use dyad_model::Limits;
use serde::{Deserialize, Serialize};

/// First argument of a worker. Nobody types it.
pub(crate) const WORKER_ARGUMENT: &str = "--dyad-plugin-worker";
/// First argument of a worker that finds its job in a folder, which is the second.
pub(crate) const WORKER_FILES_ARGUMENT: &str = "--dyad-plugin-worker-files";

/// How far a plugin must be confined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SandboxMode {
    /// Fully, or it does not run.
    Required,
    /// As far as the machine can; what was enforced is recorded.
    BestEffort,
    /// A process of its own and limits only: for simulated data.
    Off,
}

/// What to do with the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Task {
    /// `describe` alone.
    Describe,
    /// `create` alone: checks the settings without data.
    Check,
    /// `create`, `run`, `destroy`.
    Run,
}

/// A table handed over.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct JobTable {
    pub(crate) name: String,
    /// A path that opens it inside the worker.
    pub(crate) place: String,
    pub(crate) bytes: usize,
}

/// How a script is started: the worker confines itself, then becomes its interpreter.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ScriptJob {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    pub(crate) variables: Vec<(String, String)>,
    /// Folders and files the interpreter is made of: it may read and execute them.
    pub(crate) readable: Vec<PathBuf>,
    /// Its private folder: the only one it may write to, and where it starts.
    pub(crate) folder: PathBuf,
}

/// One worker's work.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    pub(crate) task: Task,
    /// The id the library must have; `None` while it is not known yet.
    pub(crate) id: Option<String>,
    pub(crate) sandbox: SandboxMode,
    pub(crate) limits: Limits,
    pub(crate) reply_bytes: usize,
    /// A path that opens the library inside the worker.
    pub(crate) library: String,
    pub(crate) tables: Vec<JobTable>,
    /// The request as the plugin gets it.
    pub(crate) request: String,
    pub(crate) script: Option<ScriptJob>,
    /// Whether the plugin's own words are handed back, for its author.
    pub(crate) debug: bool,
    /// Whether the plugin is asked to stop.
    pub(crate) cancelled: bool,
}
