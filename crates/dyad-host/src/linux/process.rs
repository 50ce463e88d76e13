//! What a worker gives up before it loads anything, and how the host waits for it.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::Duration;

use dyad_model::Limits;

use crate::system::How;

/// Dies with the parent, leaves no core file, cannot be traced by others.
pub(crate) fn bind_to_parent() -> io::Result<()> {
    prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL as libc::c_ulong)?;
    prctl(libc::PR_SET_DUMPABLE, 0)?;
    limit(libc::RLIMIT_CORE, 0, 0)
}

/// Closes every descriptor from `first` on.
pub(crate) fn close_from(first: i32) -> io::Result<()> {
    // SAFETY: closes descriptors that this process does not use; no owner of them exists yet.
    #[expect(unsafe_code, reason = "system call")]
    let done = unsafe { libc::syscall(libc::SYS_close_range, first, libc::c_uint::MAX, 0) };
    check(i32::try_from(done).unwrap_or(-1))
}

/// CPU time, memory, files: what the manifest asks for and the host allows.
///
/// A library writes no file at all; a script writes its findings.
pub(crate) fn set_limits(limits: &Limits, script: bool) -> io::Result<()> {
    let memory = limits.memory_mb.saturating_mul(1 << 20);
    limit(libc::RLIMIT_CPU, limits.cpu_s, limits.cpu_s + 1)?;
    // DATA is the limit a plugin feels; AS is generous, because allocators reserve address space they never use.
    limit(libc::RLIMIT_DATA, memory, memory)?;
    let space = memory.saturating_mul(4).saturating_add(8 << 30);
    limit(libc::RLIMIT_AS, space, space)?;
    let (files, written) =
        if script { (256, limits.output_mb.saturating_mul(1 << 20)) } else { (32, 0) };
    limit(libc::RLIMIT_NOFILE, files, files)?;
    limit(libc::RLIMIT_FSIZE, written, written)
}

/// Gives up every capability, for a worker that was started by root.
pub(crate) fn drop_capabilities() -> io::Result<()> {
    #[repr(C)]
    struct Header {
        version: u32,
        pid: i32,
    }
    // Version 3 of the interface: two words each of effective, permitted and inheritable capabilities, all empty.
    let header = Header { version: 0x2008_0522, pid: 0 };
    let none = [[0_u32; 3]; 2];
    // SAFETY: both structs have the layout of the kernel's header and data and outlive the call.
    #[expect(unsafe_code, reason = "system call")]
    let done = unsafe { libc::syscall(libc::SYS_capset, &raw const header, none.as_ptr()) };
    check(i32::try_from(done).unwrap_or(-1))
}

/// From now on no program that is started can gain a privilege.
pub(crate) fn no_new_privileges() -> io::Result<()> {
    prctl(libc::PR_SET_NO_NEW_PRIVS, 1)
}

/// Ends the process at once, without destructors: libraries that are loaded are never unloaded.
pub(crate) fn exit_now(code: i32) -> ! {
    // SAFETY: ends the process.
    #[expect(unsafe_code, reason = "system call")]
    unsafe {
        libc::_exit(code)
    }
}

fn prctl(option: i32, value: libc::c_ulong) -> io::Result<()> {
    // SAFETY: options that take one integer.
    #[expect(unsafe_code, reason = "system call")]
    check(unsafe { libc::prctl(option, value, 0, 0, 0) })
}

fn limit(resource: libc::__rlimit_resource_t, soft: u64, hard: u64) -> io::Result<()> {
    let limit = libc::rlimit { rlim_cur: soft, rlim_max: hard };
    // SAFETY: the struct outlives the call.
    #[expect(unsafe_code, reason = "system call")]
    check(unsafe { libc::setrlimit(resource, &raw const limit) })
}

fn check(done: i32) -> io::Result<()> {
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// How a worker ended, and what it used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    pub(crate) how: How,
    pub(crate) cpu_s: f64,
    pub(crate) peak_kb: u64,
}

/// Makes this process the head of a group of its own, so that its children can be ended with it.
pub(crate) fn lead_group() -> io::Result<()> {
    // SAFETY: no memory is involved.
    #[expect(unsafe_code, reason = "system call")]
    check(unsafe { libc::setpgid(0, 0) })
}

/// Ends what is left of a group. Its head must not have been reaped, so that the number still names it.
fn end_group(head: libc::pid_t) {
    // SAFETY: no memory is involved.
    #[expect(unsafe_code, reason = "system call")]
    unsafe {
        libc::kill(-head, libc::SIGKILL);
    }
}

/// Waits for a child until the deadline, then kills it; reaps it in any case. `group`: whatever it started ends with it.
pub(crate) fn wait(child: u32, deadline: Duration, group: bool) -> io::Result<End> {
    let pid = libc::pid_t::try_from(child).map_err(io::Error::other)?;
    // SAFETY: the child has not been reaped, so its number still names it.
    #[expect(unsafe_code, reason = "system call")]
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the descriptor was just made and belongs to nobody else.
    #[expect(unsafe_code, reason = "takes over a descriptor")]
    let handle = unsafe { OwnedFd::from_raw_fd(i32::try_from(fd).map_err(io::Error::other)?) };
    let mut ended = libc::pollfd { fd: handle.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    let millis = i32::try_from(deadline.as_millis()).unwrap_or(i32::MAX);
    // SAFETY: one valid struct.
    #[expect(unsafe_code, reason = "system call")]
    let ready = unsafe { libc::poll(&raw mut ended, 1, millis) };
    let timed_out = ready == 0;
    if ready <= 0 {
        // SAFETY: the descriptor names this child and no other.
        #[expect(unsafe_code, reason = "system call")]
        unsafe {
            libc::syscall(libc::SYS_pidfd_send_signal, handle.as_raw_fd(), libc::SIGKILL, 0, 0);
        }
    }
    if group {
        end_group(pid);
    }
    let mut wait_status = 0;
    // SAFETY: an all-zero rusage is valid; wait4 fills both.
    #[expect(unsafe_code, reason = "system call")]
    let (done, usage) = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        (libc::wait4(pid, &raw mut wait_status, 0, &raw mut usage), usage)
    };
    check(done)?;
    let seconds = |t: libc::timeval| t.tv_sec as f64 + t.tv_usec as f64 / 1e6;
    let how = if timed_out {
        How::TimedOut
    } else if libc::WIFSIGNALED(wait_status) {
        How::Signalled(libc::WTERMSIG(wait_status))
    } else {
        How::Exited(libc::WEXITSTATUS(wait_status))
    };
    Ok(End {
        how,
        cpu_s: seconds(usage.ru_utime) + seconds(usage.ru_stime),
        peak_kb: u64::try_from(usage.ru_maxrss).unwrap_or(0),
    })
}
