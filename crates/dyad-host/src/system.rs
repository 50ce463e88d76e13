//! What the host needs of an operating system, and nothing else of it: bytes nobody can change, a process that ends in time, and
//! a way to confine it. Two answers: [`linux`](crate::linux) with memory files, Landlock and seccomp; [`portable`](crate::portable)
//! with read-only temporary files and a child process, for every other system.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use arrow_buffer::Buffer;

use crate::job::{Job, SandboxMode};
#[cfg(target_os = "linux")]
use crate::linux;
use crate::portable;
use crate::reply::{Envelope, Reply};

/// Which of the two answers is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum System {
    /// The best this machine has.
    #[default]
    Native,
    /// What every system has: for systems other than Linux, and for tests of that path.
    Portable,
}

/// What this machine offers to confine a plugin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Support {
    /// Landlock with files and TCP (interface 4 or newer).
    pub landlock: bool,
    /// seccomp filters for this architecture.
    pub seccomp: bool,
}

impl Support {
    /// Whether `required` can be met.
    #[must_use]
    pub fn is_complete(self) -> bool {
        self.landlock && self.seccomp
    }

    /// What is missing, in words.
    #[must_use]
    pub fn missing(self) -> String {
        let mut missing = Vec::new();
        if !self.landlock {
            missing.push("Landlock with interface 4 or newer (Linux 6.7, with landlock among the active security modules)");
        }
        if !self.seccomp {
            missing.push("seccomp filters");
        }
        missing.join(" and ")
    }
}

impl System {
    /// What confines a plugin here. Asks the kernel; changes nothing.
    #[must_use]
    pub fn support(self) -> Support {
        match self {
            #[cfg(target_os = "linux")]
            Self::Native => linux::confine::support(),
            _ => Support { landlock: false, seccomp: false },
        }
    }
}

/// Bytes that nobody changes from now on: what was hashed is what is loaded.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) bytes: usize,
    pub(crate) hold: Hold,
}

/// Where sealed bytes lie.
#[derive(Debug)]
pub(crate) enum Hold {
    /// In a sealed memory file.
    #[cfg(target_os = "linux")]
    Memory(File),
    /// In a read-only file of this process that goes when it is dropped.
    File(tempfile::TempPath),
}

impl Sealed {
    /// Seals bytes.
    pub(crate) fn of(system: System, bytes: &[u8]) -> io::Result<Self> {
        Self::write(system, |file| file.write_all(bytes))
    }

    /// Seals what `fill` writes.
    pub(crate) fn write(
        system: System,
        fill: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> io::Result<Self> {
        match system {
            #[cfg(target_os = "linux")]
            System::Native => linux::memory::sealed(c"dyad", fill),
            _ => portable::sealed(fill),
        }
    }
}

impl Sealed {
    /// The bytes as Arrow's memory, aligned as Arrow wants it.
    pub(crate) fn buffer(&self) -> io::Result<Buffer> {
        match &self.hold {
            #[cfg(target_os = "linux")]
            Hold::Memory(file) => {
                Ok(linux::inside::buffer(linux::memory::Map::read_only(file, self.bytes)?))
            }
            Hold::File(path) => portable::aligned(path, self.bytes),
        }
    }
}

/// A path that opens, inside a worker, its table at this position.
pub(crate) fn place(position: usize, table: &Sealed) -> io::Result<String> {
    match &table.hold {
        #[cfg(target_os = "linux")]
        Hold::Memory(_) => Ok(linux::launch::table_path(position)),
        Hold::File(path) => {
            path.to_str().map(str::to_owned).ok_or_else(|| io::Error::other("a path is no text"))
        }
    }
}

/// One worker's start.
pub(crate) struct Launch<'a> {
    pub(crate) worker: &'a Path,
    pub(crate) job: &'a Job,
    pub(crate) library: &'a Sealed,
    pub(crate) tables: Vec<&'a Sealed>,
    pub(crate) variables: Vec<(&'static str, String)>,
    pub(crate) wall: Duration,
    /// How much of its stderr is kept.
    pub(crate) stderr: usize,
}

/// How a process came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// By itself, with this code.
    Exited(i32),
    /// By this signal.
    Signalled(i32),
    /// It was killed at its deadline.
    TimedOut,
}

/// What a worker left.
pub(crate) struct Ended {
    pub(crate) how: How,
    pub(crate) cpu_s: f64,
    pub(crate) peak_kb: u64,
    pub(crate) reply: Option<Reply>,
    pub(crate) stderr: Vec<u8>,
}

/// Starts a worker, waits until it ends or its time is over, and reads what it committed.
pub(crate) fn launch(system: System, launch: &Launch) -> io::Result<Ended> {
    match system {
        #[cfg(target_os = "linux")]
        System::Native => linux::launch::launch(launch),
        _ => portable::launch(launch),
    }
}

/// What a worker was given, seen from inside.
pub(crate) struct Inside {
    pub(crate) system: System,
    pub(crate) job: Job,
    pub(crate) tables: Vec<(String, Buffer)>,
    pub(crate) library: PathBuf,
    pub(crate) reply: Sink,
}

/// Where a worker commits its reply.
pub(crate) enum Sink {
    /// Into memory shared with the host.
    #[cfg(target_os = "linux")]
    Memory(linux::memory::Map),
    /// Into a file.
    File(PathBuf),
}

impl Inside {
    /// Confines this process for good and says with what.
    ///
    /// # Errors
    /// Under `required`, what could not be enforced.
    pub(crate) fn confine(&self) -> Result<Vec<String>, String> {
        match self.system {
            #[cfg(target_os = "linux")]
            System::Native => linux::confine::confine(self.job.sandbox, self.job.script.as_ref()),
            _ if self.job.sandbox == SandboxMode::Required => {
                Err("plugins cannot be confined on this system".to_owned())
            }
            _ => Ok(vec!["own process".to_owned(), "limits of time and output".to_owned()]),
        }
    }

    /// Commits a reply. `false`: it does not fit.
    pub(crate) fn commit(&mut self, envelope: &Envelope, output: &[u8]) -> bool {
        match &mut self.reply {
            #[cfg(target_os = "linux")]
            Sink::Memory(map) => crate::reply::commit(map.bytes_mut(), envelope, output),
            Sink::File(path) => {
                let mut memory =
                    vec![0; self.job.reply_bytes.min(output.len() + crate::reply::size_for(0))];
                crate::reply::commit(&mut memory, envelope, output)
                    && std::fs::write(path, memory).is_ok()
            }
        }
    }
}
