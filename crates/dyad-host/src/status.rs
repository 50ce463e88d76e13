//! From how a process ended to a status.

use dyad_model::Status;

/// How a worker ended without a reply that counts.
pub(crate) fn of_end(wait_status: i32, stderr: &[u8]) -> (Status, String) {
    if libc::WIFSIGNALED(wait_status) {
        let signal = libc::WTERMSIG(wait_status);
        return match signal {
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
            _ => (Status::Crashed, format!("ended by signal {signal} ({})", signal_name(signal))),
        };
    }
    match libc::WEXITSTATUS(wait_status) {
        0 => (Status::Crashed, "no commit: it ended before its result was complete".to_owned()),
        code => (Status::Crashed, format!("exit code {code}")),
    }
}

/// What the Rust and C++ runtimes print before they abort for want of memory.
fn allocation_failed(stderr: &[u8]) -> bool {
    let text = String::from_utf8_lossy(stderr);
    text.contains("memory allocation of") || text.contains("std::bad_alloc")
}

fn signal_name(signal: i32) -> &'static str {
    match signal {
        libc::SIGSEGV => "segmentation fault",
        libc::SIGBUS => "bus error",
        libc::SIGABRT => "abort",
        libc::SIGILL => "illegal instruction",
        libc::SIGFPE => "arithmetic error",
        libc::SIGXFSZ => "file size limit",
        libc::SIGTERM => "termination",
        _ => "other",
    }
}
