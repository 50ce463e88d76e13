//! Finds, pins, runs and supervises analysis plugins.
//!
//! The host never loads a library. A worker, which is the executable starting itself, gives up its privileges, loads one
//! library, runs one analysis, commits one result and ends; whatever a plugin does is the status of that plugin.
//!
//! ```text
//! Catalogue::discover ── bytes, SHA-256, sealed memory file ── worker: describe ──► manifests
//! run ── one sealed memory file per projection ── worker: create → run ──► findings, validated
//! ```

mod cache;
mod catalogue;
mod check;
mod elf;
mod interpreter;
mod job;
#[cfg(target_os = "linux")]
mod linux;
mod lock;
mod multiplicity;
mod outcome;
mod portable;
mod projection;
mod reply;
mod run;
mod script;
mod settings;
mod status;
mod supervise;
mod system;
mod validate;
mod worker;

pub use cache::{Cache, run_key};
pub use catalogue::{Catalogue, Found, HostError, LIBRARY_PREFIX, Place, library_name};
pub use check::{Finding, check};
pub use job::SandboxMode;
pub use lock::{LOCK_NAME, Lock, Locked};
pub use multiplicity::adjust;
pub use outcome::Outcome;
pub use run::{Options, Request, run};
pub use script::SCRIPT_MANIFEST;
pub use system::{Support, System};
pub use worker::run_if_worker;

/// What this machine offers to confine a plugin with.
#[must_use]
pub fn sandbox_support() -> Support {
    System::Native.support()
}
