//! The worker: the executable started by itself, with one job.
//!
//! The order of the steps matters. Landlock binds the calling thread only, so everything up to the filters happens while the
//! process has one thread; the library is loaded last of all, so that even its constructors run inside the sandbox.

mod calls;
mod library;
mod script;
pub(crate) mod tables;

use std::path::Path;

use dyad_model::Status;

use crate::job::{WORKER_ARGUMENT, WORKER_FILES_ARGUMENT};
use crate::reply::Envelope;
use crate::system::Inside;

/// What a plugin's call came to: a status with a reason that quotes no data, and what the plugin emitted.
pub(crate) struct Called {
    pub(crate) status: Status,
    pub(crate) reason: Option<String>,
    pub(crate) output: Vec<u8>,
    pub(crate) said: String,
}

impl Called {
    pub(crate) fn ok(output: Vec<u8>) -> Self {
        Self { status: Status::Ok, reason: None, output, said: String::new() }
    }

    pub(crate) fn failed(status: Status, reason: impl Into<String>) -> Self {
        Self { status, reason: Some(reason.into()), output: Vec::new(), said: String::new() }
    }
}

/// Does a worker's job and ends the process, if this process is a worker; otherwise returns.
///
/// Must be the first statement of `main`: the sandbox binds the thread that asks for it, so no other may exist yet.
pub fn run_if_worker() {
    let mut arguments = std::env::args_os().skip(1);
    let first = arguments.next();
    #[cfg(target_os = "linux")]
    if first.as_ref().is_some_and(|first| first == WORKER_ARGUMENT) {
        // An error leaves no commit: the host reports that the worker ended without a result.
        drop(crate::linux::inside::receive().map(work));
        exit_now(0);
    }
    #[cfg(not(target_os = "linux"))]
    debug_assert_ne!(first.as_deref(), Some(std::ffi::OsStr::new(WORKER_ARGUMENT)));
    if first.is_some_and(|first| first == WORKER_FILES_ARGUMENT)
        && let Some(folder) = arguments.next()
    {
        drop(crate::portable::receive(Path::new(&folder)).map(work));
        exit_now(0);
    }
}

fn work(mut inside: Inside) {
    if inside.job.script.is_some() {
        script::work(inside);
        return;
    }
    library::preload();
    let (enforced, called) = match inside.confine() {
        Err(why) => {
            (Vec::new(), Called::failed(Status::Failed, format!("it was not started: {why}")))
        }
        Ok(enforced) => (enforced, library::call(&inside.library, &inside.job, &inside.tables)),
    };
    let envelope =
        Envelope { status: called.status, reason: called.reason, enforced, said: called.said };
    if !inside.commit(&envelope, &called.output) {
        let reason =
            Some(format!("its findings are larger than {} MB", inside.job.limits.output_mb));
        inside.commit(&Envelope { status: Status::Failed, reason, ..envelope }, &[]);
    }
}

/// Ends the process at once: libraries that are loaded are never unloaded.
fn exit_now(code: i32) -> ! {
    #[cfg(target_os = "linux")]
    crate::linux::inside::exit_now(code);
    #[cfg(not(target_os = "linux"))]
    {
        #[expect(clippy::exit, reason = "a worker has nothing else to do")]
        std::process::exit(code)
    }
}
