//! The whole of `results.json`, and of `run.json`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Caseloads, Findings, Flow, Measure, Note, Table};

/// How an analysis ended.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Delivered and accepted.
    Ok,
    /// It said so itself, or its findings were refused.
    Failed,
    /// It panicked.
    Panicked,
    /// Its process ended by a signal or without committing a result.
    Crashed,
    /// It used up its time.
    TimedOut,
    /// It used up its memory.
    OutOfMemory,
    /// It tried something the sandbox forbids.
    PolicyViolation,
    /// There is no such library, or it does not load.
    NotLoadable,
    /// It speaks another version of the plugin interface.
    AbiMismatch,
    /// Its bytes are not those of the lock file.
    HashMismatch,
    /// Switched off, or the study lacks what it needs.
    Skipped,
}

impl Status {
    /// The word in `results.json`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Panicked => "panicked",
            Self::Crashed => "crashed",
            Self::TimedOut => "timed_out",
            Self::OutOfMemory => "out_of_memory",
            Self::PolicyViolation => "policy_violation",
            Self::NotLoadable => "not_loadable",
            Self::AbiMismatch => "abi_mismatch",
            Self::HashMismatch => "hash_mismatch",
            Self::Skipped => "skipped",
        }
    }

    /// Whether the run counts as done: `ok` or `skipped`.
    #[must_use]
    pub fn is_fine(self) -> bool {
        matches!(self, Self::Ok | Self::Skipped)
    }
}

/// One analysis of a run: how it ended, and what it found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Analysis {
    /// The plugin's id.
    pub plugin: String,
    /// Its version; empty if it never said.
    pub version: String,
    /// SHA-256 of the library that was loaded, in hexadecimal; empty if there was none.
    pub sha256: String,
    /// What it answers; empty if it never said.
    #[serde(default)]
    pub title: String,
    /// How it ended.
    pub status: Status,
    /// The finer cause of a status other than `ok`, in words that quote no data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it found.
    #[serde(flatten)]
    pub findings: Findings,
}

/// The study as the results name it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StudyHeader {
    /// The title of the study file.
    pub title: String,
    /// Every random draw descends from it.
    pub seed: u64,
    /// The measures, in the order of the study file.
    #[serde(default)]
    pub measures: Vec<Measure>,
    /// The largest caseloads: disclosure control needs them, and lets none of them out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caseloads: Option<Caseloads>,
    /// Full names of the estimates the study file declares primary.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub primary: Vec<String>,
}

/// The whole of `results.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Results {
    /// Version of this shape.
    pub schema_version: u32,
    /// The study.
    pub study: StudyHeader,
    /// What became of the rows.
    pub flow: Flow,
    /// What ingest wants a reader to know.
    #[serde(default)]
    pub notes: Vec<Note>,
    /// What the data are like: codebook, data quality, missing values, internal consistency.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
    /// The analyses, in the order of their ids.
    pub analyses: Vec<Analysis>,
}

impl Results {
    /// The version written by this program.
    pub const SCHEMA_VERSION: u32 = 1;
}

/// The whole of `run.json`: what a reader needs to run the same again. The only file with a clock in it.
///
/// Its parts are plain JSON, because each comes from another room: `inputs` from ingest, `plugins` from the host, `timings`
/// from all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Provenance {
    /// Version of dyad.
    pub version: String,
    /// Commit it was built from, if known.
    pub commit: Option<String>,
    /// The command line.
    pub command: Vec<String>,
    /// The study file, verbatim.
    pub study_file: String,
    /// The study's seed.
    pub seed: u64,
    /// Start of the run, seconds since 1970.
    pub started_unix: u64,
    /// Operating system, architecture, cores.
    pub machine: String,
    /// How far plugins had to be confined.
    #[serde(default)]
    pub sandbox: String,
    /// Input files: name, SHA-256, rows.
    pub inputs: Vec<Map<String, Value>>,
    /// Findings of the identifier check that the study file took responsibility for: rule, file, column, reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Map<String, Value>>,
    /// Plugins: id, version, SHA-256, status, what the sandbox enforced, wall and CPU seconds, peak memory.
    pub plugins: Vec<Map<String, Value>>,
    /// Wall seconds per stage, in order.
    pub timings: Vec<(String, f64)>,
    /// Highest resident memory of this process up to the end of each stage, in MiB; plugins are processes of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub memory: Vec<(String, f64)>,
}
