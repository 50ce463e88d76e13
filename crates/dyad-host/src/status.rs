//! From how a process ended to a status.

use dyad_model::Status;

use crate::system::How;

/// How a worker ended without a reply that counts. `stderr` is only searched for what runtimes print when memory is short.
pub(crate) fn of_end(how: How, stderr: &[u8], wall_s: u64) -> (Status, String) {
    match how {
        How::TimedOut => (Status::TimedOut, format!("it was not done after {wall_s} s")),
        How::Signalled(signal) => of_signal(signal, stderr),
        How::Exited(0) => {
            (Status::Crashed, "no commit: it ended before its result was complete".to_owned())
        }
        How::Exited(code) => (Status::Crashed, format!("exit code {code}")),
    }
}

/// How a script ended with an exit code other than 0: its interpreter lives on where a library would have crashed.
pub(crate) fn of_script(code: i32, stderr: &[u8]) -> (Status, String) {
    if allocation_failed(stderr) {
        return (Status::OutOfMemory, "its memory limit was reached".to_owned());
    }
    // A shell's way to say that a child was ended by a signal is no way of ours to find out which.
    (Status::Failed, format!("its script ended with exit code {code}"))
}

#[cfg(unix)]
fn of_signal(signal: i32, stderr: &[u8]) -> (Status, String) {
    match signal {
        libc::SIGXCPU => (Status::TimedOut, "its CPU time was used up".to_owned()),
        libc::SIGSYS => {
            (Status::PolicyViolation, "it made a system call the sandbox forbids".to_owned())
        }
        libc::SIGABRT if allocation_failed(stderr) => {
            (Status::OutOfMemory, "its memory limit was reached".to_owned())
        }
        libc::SIGKILL => {
            (Status::OutOfMemory, "the system killed it, as it does for memory".to_owned())
        }
        libc::SIGXFSZ => (Status::Failed, "it wrote more than its limit".to_owned()),
        _ => (Status::Crashed, format!("ended by signal {signal} ({})", signal_name(signal))),
    }
}

#[cfg(not(unix))]
fn of_signal(signal: i32, _: &[u8]) -> (Status, String) {
    (Status::Crashed, format!("ended by signal {signal}"))
}

/// What the runtimes of Rust, C++, Python and R print when memory is short.
fn allocation_failed(stderr: &[u8]) -> bool {
    const WORDS: [&str; 4] =
        ["memory allocation of", "std::bad_alloc", "MemoryError", "cannot allocate vector of size"];
    let text = String::from_utf8_lossy(stderr);
    WORDS.iter().any(|words| text.contains(words))
}

#[cfg(unix)]
fn signal_name(signal: i32) -> &'static str {
    match signal {
        libc::SIGSEGV => "segmentation fault",
        libc::SIGBUS => "bus error",
        libc::SIGABRT => "abort",
        libc::SIGILL => "illegal instruction",
        libc::SIGFPE => "arithmetic error",
        libc::SIGTERM => "termination",
        _ => "other",
    }
}
