//! The fallback for systems without memory files, Landlock or seccomp: read-only temporary files, a child process, a wait with a
//! deadline. It isolates crashes and time, not access; `required` refuses it.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use arrow_buffer::{Buffer, MutableBuffer};

use crate::job::{Job, WORKER_FILES_ARGUMENT};
use crate::reply;
use crate::supervise::drain;
use crate::system::{Ended, Hold, How, Inside, Launch, Sealed, Sink, System, place};

const JOB: &str = "job.json";
const REPLY: &str = "reply";
/// First and longest pause between two looks at a worker.
const PAUSES: [Duration; 2] = [Duration::from_micros(500), Duration::from_millis(20)];

/// A read-only file that only its owner can open.
pub(crate) fn sealed(fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<Sealed> {
    let mut file = tempfile::Builder::new().prefix("dyad-").tempfile()?;
    fill(file.as_file_mut())?;
    file.flush()?;
    let metadata = file.as_file().metadata()?;
    let mut permissions = metadata.permissions();
    permissions.set_readonly(true);
    file.as_file().set_permissions(permissions)?;
    let bytes = usize::try_from(metadata.len()).map_err(io::Error::other)?;
    Ok(Sealed { bytes, hold: Hold::File(file.into_temp_path()) })
}

/// How long the rest of a worker's stderr is waited for after its end.
const LINGERING: Duration = Duration::from_secs(1);

/// Starts a worker with its job in a private folder.
pub(crate) fn launch(launch: &Launch) -> io::Result<Ended> {
    let folder = tempfile::Builder::new().prefix("dyad-").tempdir()?;
    let mut job = launch.job.clone();
    job.library = place(0, launch.library)?;
    for (at, (table, sealed)) in job.tables.iter_mut().zip(&launch.tables).enumerate() {
        table.place = place(at, sealed)?;
    }
    fs::write(folder.path().join(JOB), serde_json::to_vec(&job)?)?;
    let mut child = Command::new(launch.worker)
        .arg(WORKER_FILES_ARGUMENT)
        .arg(folder.path())
        .env_clear()
        .envs(kept())
        .envs(launch.variables.iter().map(|(name, value)| (*name, value.as_str())))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let (stderr, most) = (child.stderr.take(), launch.stderr);
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || drop(tell.send(stderr.map_or_else(Vec::new, |s| drain(s, most)))));
    let how = wait(&mut child, launch.wall)?;
    // A child of its own may hold the pipe open for longer than anybody waits.
    let stderr = told.recv_timeout(LINGERING).unwrap_or_default();
    let reply = read(&folder.path().join(REPLY), launch.job.reply_bytes);
    Ok(Ended { how, cpu_s: 0.0, peak_kb: 0, reply, stderr })
}

/// What a process needs to start at all on some systems; nothing that names a person.
fn kept() -> Vec<(&'static str, std::ffi::OsString)> {
    let names = ["SystemRoot", "SystemDrive", "windir"];
    names.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))).collect()
}

/// Looks at a child until it has ended or its time is over; kills it then.
fn wait(child: &mut Child, wall: Duration) -> io::Result<How> {
    let started = Instant::now();
    let [mut pause, longest] = PAUSES;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(how(status));
        }
        if started.elapsed() >= wall {
            child.kill()?;
            child.wait()?;
            return Ok(How::TimedOut);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(longest);
    }
}

fn how(status: ExitStatus) -> How {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return How::Signalled(signal);
    }
    How::Exited(status.code().unwrap_or(-1))
}

/// A reply, if one was committed and is no larger than allowed.
fn read(path: &Path, most: usize) -> Option<reply::Reply> {
    let mut bytes = Vec::new();
    let most = u64::try_from(most).ok()?;
    File::open(path).ok()?.take(most).read_to_end(&mut bytes).ok()?;
    reply::read(&bytes)
}

/// The worker's side: reads job and tables from its folder.
pub(crate) fn receive(folder: &Path) -> io::Result<Inside> {
    let job: Job = serde_json::from_slice(&fs::read(folder.join(JOB))?)?;
    let mut tables = Vec::new();
    for table in &job.tables {
        tables.push((table.name.clone(), aligned(Path::new(&table.place), table.bytes)?));
    }
    let (library, reply) = (job.library.clone().into(), Sink::File(folder.join(REPLY)));
    Ok(Inside { system: System::Portable, job, tables, library, reply })
}

/// A file in memory that is aligned as Arrow wants it.
pub(crate) fn aligned(path: &Path, bytes: usize) -> io::Result<Buffer> {
    let mut memory = MutableBuffer::from_len_zeroed(bytes);
    File::open(path)?.read_exact(memory.as_slice_mut())?;
    Ok(memory.into())
}
