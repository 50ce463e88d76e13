//! The worker's side, while the process has one thread: it gives up what it does not need and maps what it was given.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{FromRawFd, OwnedFd};
use std::sync::Arc;

use arrow_buffer::Buffer;

use super::launch::{FIRST_TABLE_FD, JOB_FD, LIBRARY_FD, REPLY_FD, path_of};
use super::memory::Map;
use super::process;
pub(crate) use super::process::lead_group;
use crate::job::Job;
use crate::system::{Inside, Sink, System};

/// Steps 1 to 5 of a worker: bound to the parent, nothing open, limits set, tables mapped.
pub(crate) fn receive() -> io::Result<Inside> {
    process::bind_to_parent()?;
    let mut text = String::new();
    descriptor(JOB_FD).read_to_string(&mut text)?;
    let job: Job = serde_json::from_str(&text)?;
    let tables = i32::try_from(job.tables.len()).map_err(io::Error::other)?;
    process::close_from(FIRST_TABLE_FD + tables)?;
    process::set_limits(&job.limits, job.script.is_some())?;

    let mut maps = Vec::new();
    // A script opens its tables by their paths instead.
    let mapped = if job.script.is_some() { &[][..] } else { &job.tables[..] };
    for (fd, table) in (FIRST_TABLE_FD..).zip(mapped) {
        let map = Map::read_only(&descriptor(fd), table.bytes)?;
        maps.push((table.name.clone(), buffer(map)));
    }
    let reply = Sink::Memory(Map::shared(&descriptor(REPLY_FD), job.reply_bytes)?);
    Ok(Inside {
        system: System::Native,
        job,
        tables: maps,
        library: path_of(LIBRARY_FD).into(),
        reply,
    })
}

/// A map as Arrow's memory: no byte is copied.
pub(crate) fn buffer(map: Map) -> Buffer {
    let (start, bytes) = (map.start(), map.bytes().len());
    // SAFETY: the map stays as long as the buffer's owner does, is never written and holds `bytes` bytes.
    #[expect(unsafe_code, reason = "a buffer over the map instead of a copy of it")]
    unsafe {
        Buffer::from_custom_allocation(start, bytes, Arc::new(map))
    }
}

/// Takes over a descriptor the host passed.
fn descriptor(fd: i32) -> File {
    // SAFETY: the host passes these descriptors to the worker, and each is taken over once.
    #[expect(unsafe_code, reason = "takes over a descriptor")]
    File::from(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// What a plugin's own dependencies may be: loaded before the sandbox closes, because nothing can be opened later.
pub(crate) const PRELOADED: &[&str] =
    &["libm.so.6", "libgcc_s.so.1", "libpthread.so.0", "libdl.so.2", "librt.so.1"];

/// Ends the process at once, without destructors: libraries that are loaded are never unloaded.
pub(crate) fn exit_now(code: i32) -> ! {
    process::exit_now(code)
}
