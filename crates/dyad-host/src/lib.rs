//! Finds, pins, runs and supervises analysis plugins.
//!
//! The host never loads a library. A worker, which is the executable starting itself, gives up its privileges, loads one
//! library, runs one analysis, commits one result and ends; whatever a plugin does is the status of that plugin.
//!
//! ```text
//! Catalogue::discover ── bytes, SHA-256, sealed memory file ── worker: describe ──► manifests
//! run ── one sealed memory file per projection ── worker: create → run ──► findings, validated
//! ```

mod catalogue;
mod job;
mod linux;
mod multiplicity;
mod projection;
mod reply;
mod run;
mod settings;
mod status;
mod supervise;
mod validate;
mod worker;

pub use catalogue::{Catalogue, Found, HostError, LIBRARY_PREFIX, library_name};
pub use job::SandboxMode;
pub use linux::Support;
pub use multiplicity::adjust;
pub use run::{Options, Outcome, Request, run};
pub use worker::run_if_worker;

/// What this machine offers to confine a plugin with.
#[must_use]
pub fn sandbox_support() -> Support {
    linux::support()
}
