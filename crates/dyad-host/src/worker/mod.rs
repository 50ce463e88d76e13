//! The worker: the executable started by itself, with one job.
//!
//! The order of the steps matters. Landlock binds the calling thread only, so everything up to the filters happens while the
//! process has one thread; the library is loaded last of all, so that even its constructors run inside the sandbox.

mod calls;
mod library;
mod tables;

use std::fs::File;
use std::io::Read;
use std::os::fd::{FromRawFd, OwnedFd};

use dyad_model::Status;

use crate::job::{FIRST_TABLE_FD, JOB_FD, Job, LIBRARY_FD, REPLY_FD, WORKER_ARGUMENT};
use crate::linux::memory::Map;
use crate::linux::{confine, process};
use crate::reply::{self, Envelope};

/// What a plugin's call came to: a status with a reason that quotes no data, and what the plugin emitted.
pub(crate) struct Called {
    pub(crate) status: Status,
    pub(crate) reason: Option<String>,
    pub(crate) output: Vec<u8>,
}

impl Called {
    pub(crate) fn failed(status: Status, reason: impl Into<String>) -> Self {
        Self { status, reason: Some(reason.into()), output: Vec::new() }
    }
}

/// Does a worker's job and ends the process, if this process is a worker; otherwise returns.
///
/// Must be the first statement of `main`: the sandbox binds the thread that asks for it, so no other may exist yet.
pub fn run_if_worker() {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_none_or(|first| first != WORKER_ARGUMENT) {
        return;
    }
    // An error here leaves no commit: the host reports that the worker ended without a result.
    drop(work());
    process::exit_now();
}

fn work() -> std::io::Result<()> {
    process::bind_to_parent()?;
    let mut text = String::new();
    descriptor(JOB_FD).read_to_string(&mut text)?;
    let job: Job = serde_json::from_str(&text)?;
    let tables = i32::try_from(job.tables.len()).map_err(std::io::Error::other)?;
    process::close_from(FIRST_TABLE_FD + tables)?;
    process::set_limits(&job.limits)?;

    let mut maps = Vec::new();
    for (fd, table) in (FIRST_TABLE_FD..).zip(&job.tables) {
        maps.push((table.name.clone(), Map::read_only(&descriptor(fd), table.bytes)?));
    }
    let mut memory = Map::shared(&descriptor(REPLY_FD), job.reply_bytes)?;

    library::preload();
    let (enforced, called) = match confine::confine(job.sandbox) {
        Err(why) => {
            (Vec::new(), Called::failed(Status::Failed, format!("it was not started: {why}")))
        }
        Ok(enforced) => (enforced, library::call(LIBRARY_FD, &job, maps)),
    };
    let envelope = Envelope { status: called.status, reason: called.reason, enforced };
    if !reply::commit(memory.bytes_mut(), &envelope, &called.output) {
        let reason = Some(format!("its findings are larger than {} MB", job.limits.output_mb));
        reply::commit(
            memory.bytes_mut(),
            &Envelope { status: Status::Failed, reason, ..envelope },
            &[],
        );
    }
    Ok(())
}

/// Takes over a descriptor the host passed.
fn descriptor(fd: i32) -> File {
    // SAFETY: the host passes these descriptors to the worker, and each is taken over once.
    #[expect(unsafe_code, reason = "takes over a descriptor")]
    File::from(unsafe { OwnedFd::from_raw_fd(fd) })
}
