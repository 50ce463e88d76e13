//! One worker from start to end: what it is given, how long it may take, what came of it.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dyad_model::{Limits, Status};

use crate::catalogue::Code;
use crate::job::{Job, JobTable, SandboxMode, Task};
use crate::projection::Projection;
use crate::script;
use crate::system::{How, Launch, System, launch};
use crate::{reply, status};

/// How much of a worker's stderr is looked at. It may quote data: it is searched for a few phrases and thrown away, unless a
/// person asked for it.
const STDERR_KEPT: usize = 8 << 10;

/// One worker's work, as the host sees it.
pub(crate) struct Assignment<'a> {
    pub(crate) system: System,
    pub(crate) worker: &'a Path,
    pub(crate) code: &'a Code,
    pub(crate) task: Task,
    pub(crate) id: Option<&'a str>,
    pub(crate) sandbox: SandboxMode,
    pub(crate) limits: Limits,
    pub(crate) tables: &'a [Arc<Projection>],
    pub(crate) request: String,
    /// Whether the plugin's own words are wanted, for its author.
    pub(crate) debug: bool,
    /// Whether the host answers every `progress` by asking to stop.
    pub(crate) cancelled: bool,
}

/// What came of it.
#[derive(Default)]
pub(crate) struct Done {
    pub(crate) status: Option<Status>,
    pub(crate) reason: Option<String>,
    pub(crate) output: Vec<u8>,
    pub(crate) enforced: Vec<String>,
    pub(crate) wall_s: f64,
    pub(crate) cpu_s: f64,
    pub(crate) peak_kb: u64,
    /// What it printed and said, if that was asked for. It may quote data.
    pub(crate) said: Vec<u8>,
}

impl Done {
    /// How it ended.
    pub(crate) fn status(&self) -> Status {
        self.status.unwrap_or(Status::Failed)
    }
}

/// Does the work in a process of its own. Whatever happens there comes back as a status.
pub(crate) fn work(assignment: &Assignment) -> Done {
    let started = Instant::now();
    let mut done = attempt(assignment).unwrap_or_else(|error| Done {
        status: Some(Status::Failed),
        reason: Some(format!("the worker could not be started: {error}")),
        ..Done::default()
    });
    done.wall_s = started.elapsed().as_secs_f64();
    done
}

fn attempt(assignment: &Assignment) -> io::Result<Done> {
    let (limits, system) = (assignment.limits, assignment.system);
    let output_bytes = usize::try_from(limits.output_mb << 20).map_err(io::Error::other)?;
    let sealed = assignment.tables.iter().map(|t| t.sealed()).collect::<io::Result<Vec<_>>>()?;
    let tables = assignment.tables.iter().zip(&sealed).map(|(table, sealed)| JobTable {
        name: table.name.to_owned(),
        place: String::new(),
        bytes: sealed.bytes,
    });
    let scratch = match assignment.code {
        Code::Library(_) => None,
        Code::Script(script) => {
            Some(script::prepare(script, &assignment.request, assignment.tables, &sealed)?)
        }
    };
    let library = match assignment.code {
        Code::Library(library) => library,
        Code::Script(script) => &script.source,
    };
    let job = Job {
        task: assignment.task,
        id: assignment.id.map(str::to_owned),
        sandbox: assignment.sandbox,
        limits,
        reply_bytes: reply::size_for(output_bytes),
        library: String::new(),
        tables: tables.collect(),
        request: assignment.request.clone(),
        script: scratch.as_ref().map(|(_, job)| job.clone()),
        debug: assignment.debug,
        cancelled: assignment.cancelled,
    };
    let threads = limits.threads.to_string();
    let ended = launch(
        system,
        &Launch {
            worker: assignment.worker,
            job: &job,
            library,
            tables: sealed.iter().map(AsRef::as_ref).collect(),
            variables: vec![("RAYON_NUM_THREADS", threads.clone()), ("OMP_NUM_THREADS", threads)],
            wall: Duration::from_secs(limits.wall_s),
            stderr: if assignment.debug { 1 << 20 } else { STDERR_KEPT },
        },
    )?;
    let mut done = Done { cpu_s: ended.cpu_s, peak_kb: ended.peak_kb, ..Done::default() };
    if assignment.debug {
        done.said.clone_from(&ended.stderr);
    }
    let reply = ended.reply;
    if let Some(reply) = &reply {
        done.enforced.clone_from(&reply.envelope.enforced);
    }
    let (status, reason) = match (ended.how, reply, &scratch) {
        // Before it became its interpreter, a script's worker committed what confines it.
        (How::Exited(0), Some(reply), Some((folder, _))) if reply.envelope.status == Status::Ok => {
            match script::findings(folder.path(), output_bytes) {
                Ok(output) => {
                    done.output = output;
                    (Status::Ok, None)
                }
                Err(reason) => (Status::Failed, Some(reason)),
            }
        }
        (How::Exited(code), Some(reply), Some(_))
            if code != 0 && reply.envelope.status == Status::Ok =>
        {
            let (status, reason) = status::of_script(code, &ended.stderr);
            (status, Some(reason))
        }
        (How::Exited(0), Some(reply), _) => {
            done.output = reply.output;
            done.said.extend(reply.envelope.said.as_bytes());
            (reply.envelope.status, reply.envelope.reason)
        }
        (how, _, _) => {
            let (status, reason) = status::of_end(how, &ended.stderr, limits.wall_s);
            (status, Some(reason))
        }
    };
    done.status = Some(status);
    done.reason = reason;
    Ok(done)
}

/// Reads to the end, so that a worker that floods the pipe is not held up by it, and keeps the beginning.
pub(crate) fn drain(mut stderr: impl Read, most: usize) -> Vec<u8> {
    let (mut kept, mut buffer) = (Vec::new(), [0; 4096]);
    while let Ok(n) = stderr.read(&mut buffer) {
        if n == 0 {
            break;
        }
        let room = most - kept.len();
        kept.extend_from_slice(&buffer[..n.min(room)]);
    }
    kept
}
