//! One worker from start to end: what it is given, how long it may take, what came of it.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{ChildStderr, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use command_fds::{CommandFdExt, FdMapping};
use dyad_model::{Limits, Status};

use crate::job::{
    FIRST_TABLE_FD, JOB_FD, Job, JobTable, LIBRARY_FD, REPLY_FD, SandboxMode, Task, WORKER_ARGUMENT,
};
use crate::linux::memory::{self, Map};
use crate::linux::process;
use crate::projection::Projection;
use crate::{reply, status};

/// How much of a worker's stderr is looked at. It may quote data: it is searched for two phrases and thrown away.
const STDERR_KEPT: usize = 8 << 10;

/// One worker's work, as the host sees it.
pub(crate) struct Assignment<'a> {
    pub(crate) worker: &'a Path,
    pub(crate) library: &'a File,
    pub(crate) task: Task,
    pub(crate) id: &'a str,
    pub(crate) sandbox: SandboxMode,
    pub(crate) limits: Limits,
    pub(crate) tables: &'a [Arc<Projection>],
    pub(crate) request: String,
}

/// What came of it.
pub(crate) struct Done {
    pub(crate) status: Status,
    pub(crate) reason: Option<String>,
    pub(crate) output: Vec<u8>,
    pub(crate) enforced: Vec<String>,
    pub(crate) wall_s: f64,
    pub(crate) cpu_s: f64,
    pub(crate) peak_kb: u64,
}

/// Does the work in a process of its own. Whatever happens there comes back as a status.
pub(crate) fn work(assignment: &Assignment) -> Done {
    let started = Instant::now();
    let mut done = attempt(assignment).unwrap_or_else(|error| Done {
        status: Status::Failed,
        reason: Some(format!("the worker could not be started: {error}")),
        output: Vec::new(),
        enforced: Vec::new(),
        wall_s: 0.0,
        cpu_s: 0.0,
        peak_kb: 0,
    });
    done.wall_s = started.elapsed().as_secs_f64();
    done
}

fn attempt(assignment: &Assignment) -> io::Result<Done> {
    let limits = assignment.limits;
    let reply_bytes =
        reply::size_for(usize::try_from(limits.output_mb << 20).map_err(io::Error::other)?);
    let job = Job {
        task: assignment.task,
        id: Some(assignment.id.to_owned()),
        sandbox: assignment.sandbox,
        limits,
        reply_bytes,
        tables: assignment
            .tables
            .iter()
            .map(|t| JobTable { name: t.name.to_owned(), bytes: t.bytes })
            .collect(),
        request: assignment.request.clone(),
    };
    let mut job_file = memory::sealed(c"job", &serde_json::to_vec(&job)?)?;
    io::Seek::rewind(&mut job_file)?;
    let reply_file = memory::create(c"reply")?;
    memory::fix_size(&reply_file, reply_bytes)?;

    let mut command = Command::new(assignment.worker);
    command
        .arg(WORKER_ARGUMENT)
        .env_clear()
        .env("RAYON_NUM_THREADS", limits.threads.to_string())
        .env("OMP_NUM_THREADS", limits.threads.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command.fd_mappings(mappings(&job_file, &reply_file, assignment)?).map_err(io::Error::other)?;
    let mut child = command.spawn()?;
    // The command holds the parent's copies of the descriptors.
    drop(command);
    let stderr = child.stderr.take();
    let reader = std::thread::spawn(move || stderr.map_or_else(Vec::new, drain));
    let ended = process::wait(child.id(), Duration::from_secs(limits.wall_s));
    let stderr = reader.join().unwrap_or_default();
    let end = ended?;

    let done = |status, reason, output, enforced| Done {
        status,
        reason,
        output,
        enforced,
        wall_s: 0.0,
        cpu_s: end.cpu_s,
        peak_kb: end.peak_kb,
    };
    if end.timed_out {
        let reason = format!("it was not done after {} s", limits.wall_s);
        return Ok(done(Status::TimedOut, Some(reason), Vec::new(), Vec::new()));
    }
    let memory = Map::shared(&reply_file, reply_bytes)?;
    let clean = libc::WIFEXITED(end.wait_status) && libc::WEXITSTATUS(end.wait_status) == 0;
    let Some(reply) = reply::read(memory.bytes()).filter(|_| clean) else {
        let (status, reason) = status::of_end(end.wait_status, &stderr);
        return Ok(done(status, Some(reason), Vec::new(), Vec::new()));
    };
    Ok(done(reply.envelope.status, reply.envelope.reason, reply.output, reply.envelope.enforced))
}

/// Which descriptor becomes which number in the worker.
fn mappings(job: &File, reply: &File, assignment: &Assignment) -> io::Result<Vec<FdMapping>> {
    let mapped = |file: &File, child_fd| -> io::Result<FdMapping> {
        Ok(FdMapping { parent_fd: OwnedFd::from(file.try_clone()?), child_fd })
    };
    let mut mappings = vec![
        mapped(job, JOB_FD)?,
        mapped(assignment.library, LIBRARY_FD)?,
        mapped(reply, REPLY_FD)?,
    ];
    for (table, fd) in assignment.tables.iter().zip(FIRST_TABLE_FD..) {
        mappings.push(mapped(&table.file, fd)?);
    }
    Ok(mappings)
}

/// Reads to the end, so that a worker that floods the pipe is not held up by it, and keeps the beginning.
fn drain(mut stderr: ChildStderr) -> Vec<u8> {
    let (mut kept, mut buffer) = (Vec::new(), [0; 4096]);
    while let Ok(n) = stderr.read(&mut buffer) {
        if n == 0 {
            break;
        }
        let room = STDERR_KEPT - kept.len();
        kept.extend_from_slice(&buffer[..n.min(room)]);
    }
    kept
}
