//! What the host tells a worker: one JSON document in a sealed memory file.

use dyad_model::Limits;
use serde::{Deserialize, Serialize};

/// First argument of a worker. Nobody types it.
pub(crate) const WORKER_ARGUMENT: &str = "--dyad-plugin-worker";
/// Descriptor of the job.
pub(crate) const JOB_FD: i32 = 3;
/// Descriptor of the library.
pub(crate) const LIBRARY_FD: i32 = 4;
/// Descriptor of the reply.
pub(crate) const REPLY_FD: i32 = 5;
/// Descriptor of the first table; the others follow.
pub(crate) const FIRST_TABLE_FD: i32 = 6;

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

/// A table handed over: its descriptor is [`FIRST_TABLE_FD`] plus its position.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct JobTable {
    pub(crate) name: String,
    pub(crate) bytes: usize,
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
    pub(crate) tables: Vec<JobTable>,
    /// The request as the plugin gets it.
    pub(crate) request: String,
}
