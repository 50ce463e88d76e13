//! The host's side: a worker with its job, library, reply and tables as descriptors, and nothing else.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};

use command_fds::{CommandFdExt, FdMapping};

use super::memory::{self, Map};
use super::process;
use crate::job::WORKER_ARGUMENT;
use crate::reply;
use crate::supervise::drain;
use crate::system::{Ended, Hold, Launch, Sealed};

/// Descriptor of the job.
pub(super) const JOB_FD: i32 = 3;
/// Descriptor of the library.
pub(super) const LIBRARY_FD: i32 = 4;
/// Descriptor of the reply.
pub(super) const REPLY_FD: i32 = 5;
/// Descriptor of the first table; the others follow.
pub(super) const FIRST_TABLE_FD: i32 = 6;

/// A path that opens what is behind a descriptor, without a file system.
pub(super) fn path_of(fd: i32) -> String {
    format!("/proc/self/fd/{fd}")
}

/// A path that opens the table at this position.
pub(crate) fn table_path(position: usize) -> String {
    path_of(FIRST_TABLE_FD.saturating_add(i32::try_from(position).unwrap_or(i32::MAX)))
}

/// Starts a worker and waits for it with a deadline.
pub(crate) fn launch(launch: &Launch) -> io::Result<Ended> {
    let mut job = launch.job.clone();
    job.library = path_of(LIBRARY_FD);
    for (position, table) in job.tables.iter_mut().enumerate() {
        table.place = table_path(position);
    }
    let text = serde_json::to_vec(&job)?;
    let job_file = memory::sealed(c"job", |file| io::Write::write_all(file, &text))?;
    let reply_file = memory::create(c"reply")?;
    memory::fix_size(&reply_file, job.reply_bytes)?;

    let mut command = Command::new(launch.worker);
    command
        .arg(WORKER_ARGUMENT)
        .env_clear()
        .envs(launch.variables.iter().map(|(name, value)| (*name, value.as_str())))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let sealed = [&job_file, launch.library].into_iter().map(file);
    let tables = launch.tables.iter().map(|table| file(table));
    let mut mappings = Vec::new();
    let numbers = [JOB_FD, LIBRARY_FD].into_iter().chain(FIRST_TABLE_FD..);
    for (file, child_fd) in sealed.chain(tables).zip(numbers) {
        mappings.push(FdMapping { parent_fd: OwnedFd::from(file?.try_clone()?), child_fd });
    }
    let parent_fd = OwnedFd::from(reply_file.try_clone()?);
    mappings.push(FdMapping { parent_fd, child_fd: REPLY_FD });
    command.fd_mappings(mappings).map_err(io::Error::other)?;
    let mut child = command.spawn()?;
    // The command holds the parent's copies of the descriptors.
    drop(command);
    let (stderr, most) = (child.stderr.take(), launch.stderr);
    let reader = std::thread::spawn(move || stderr.map_or_else(Vec::new, |s| drain(s, most)));
    let end = process::wait(child.id(), launch.wall, job.script.is_some());
    let stderr = reader.join().unwrap_or_default();
    let end = end?;
    let reply = reply::read(Map::shared(&reply_file, job.reply_bytes)?.bytes());
    Ok(Ended { how: end.how, cpu_s: end.cpu_s, peak_kb: end.peak_kb, reply, stderr })
}

fn file(sealed: &Sealed) -> io::Result<&File> {
    match &sealed.hold {
        Hold::Memory(file) => Ok(file),
        Hold::File(_) => Err(io::Error::other("sealed as a file, wanted in memory")),
    }
}
