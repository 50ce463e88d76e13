//! seccomp: stacked filters, of which the kernel takes the strictest answer. For a library four:
//!
//! 1. kill at what no analysis ever needs: sockets, programs, processes, tracing;
//! 2. `clone3` does not exist, so that the C library falls back to `clone`, whose flags can be seen;
//! 3. kill at `clone` of anything but a thread;
//! 4. an allow-list; everything else is refused with EPERM.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Whether the lists below were written for this architecture.
pub(crate) const KNOWN_ARCHITECTURE: bool =
    cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));

#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: TargetArch = TargetArch::aarch64;
#[cfg(not(target_arch = "aarch64"))]
const ARCHITECTURE: TargetArch = TargetArch::x86_64;

/// Installs the filters of a library or of a script for good; says in words what they do.
pub(crate) fn install(script: bool) -> Result<String, String> {
    if !KNOWN_ARCHITECTURE {
        return Err("seccomp: no list for this architecture".to_owned());
    }
    let mut filters = if script { for_script()? } else { for_library()? };
    // The last one installed is asked first, but the strictest answer counts, so the order does not matter.
    for (rules, otherwise, matched) in filters.drain(..) {
        let filter = SeccompFilter::new(rules, otherwise, matched, ARCHITECTURE).map_err(text)?;
        let program: BpfProgram = filter.try_into().map_err(text)?;
        seccompiler::apply_filter(&program).map_err(text)?;
    }
    Ok(if script {
        "seccomp: no sockets, no tracing; children stay inside".to_owned()
    } else {
        "seccomp: no sockets, no processes, no tracing, allow-list".to_owned()
    })
}

/// Rules, what happens to all other calls, and what happens to these.
type Filter = (Rules, SeccompAction, SeccompAction);

fn errno(code: i32) -> SeccompAction {
    SeccompAction::Errno(code.unsigned_abs())
}

fn plain<'a>(calls: impl IntoIterator<Item = &'a i64>) -> Rules {
    calls.into_iter().map(|&call| (call, Vec::new())).collect()
}

/// The four filters of a library.
fn for_library() -> Result<Vec<Filter>, String> {
    let thread = u64::from(libc::CLONE_THREAD.unsigned_abs());
    let no_thread = rule(vec![condition(0, SeccompCmpOp::MaskedEq(thread), 0)?])?;
    let process = Rules::from([(libc::SYS_clone, vec![no_thread])]);
    let kill = SeccompAction::KillProcess;
    Ok(vec![
        (plain(FORBIDDEN.iter().chain(PROCESSES)), SeccompAction::Allow, kill.clone()),
        (plain(&[libc::SYS_clone3]), SeccompAction::Allow, errno(libc::ENOSYS)),
        (process, SeccompAction::Allow, kill),
        (allowed()?, errno(libc::EPERM), SeccompAction::Allow),
    ])
}

/// The filters of a script: its interpreter needs more calls than a list could name, and may start children, which inherit all of
/// this. A local socket is refused instead of punished, because the C library tries one when it looks up a user.
fn for_script() -> Result<Vec<Filter>, String> {
    let local = u64::from(libc::AF_UNIX.unsigned_abs());
    let remote = rule(vec![condition(0, SeccompCmpOp::Ne, local)?])?;
    let near = rule(vec![condition(0, SeccompCmpOp::Eq, local)?])?;
    let forbidden = FORBIDDEN.iter().filter(|call| **call != libc::SYS_socket);
    let mut killed = plain(forbidden);
    killed.insert(libc::SYS_socket, vec![remote]);
    let refused = Rules::from([(libc::SYS_socket, vec![near])]);
    let groups = plain(&[libc::SYS_setsid, libc::SYS_setpgid]);
    Ok(vec![
        (killed, SeccompAction::Allow, SeccompAction::KillProcess),
        (refused, SeccompAction::Allow, errno(libc::EPERM)),
        (groups, SeccompAction::Allow, errno(libc::EPERM)),
    ])
}

fn text(error: impl std::fmt::Display) -> String {
    format!("seccomp: {error}")
}

fn condition(argument: u8, op: SeccompCmpOp, value: u64) -> Result<SeccompCondition, String> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Qword, op, value).map_err(text)
}

fn rule(conditions: Vec<SeccompCondition>) -> Result<SeccompRule, String> {
    SeccompRule::new(conditions).map_err(text)
}

/// What no analysis ever needs: an attempt is a policy violation.
const FORBIDDEN: &[i64] = &[
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_bpf,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_userfaultfd,
    libc::SYS_perf_event_open,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_open_by_handle_at,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
];

/// Starting a program or a process.
const PROCESSES: &[i64] = &[
    libc::SYS_execve,
    libc::SYS_execveat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_fork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_vfork,
];

/// What computing, allocating, starting a thread and loading the library need.
const NEEDED: &[i64] = &[
    libc::SYS_read,
    libc::SYS_pread64,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_openat,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_lseek,
    libc::SYS_fcntl,
    libc::SYS_readlinkat,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_membarrier,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_clone,
    // Left to the second filter: of two filters that refuse, the one installed last would choose the error, and the C library
    // falls back to `clone` at ENOSYS alone.
    libc::SYS_clone3,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_set_robust_list,
    libc::SYS_get_robust_list,
    libc::SYS_rseq,
    libc::SYS_set_tid_address,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_getrandom,
    libc::SYS_getrusage,
    libc::SYS_getrlimit,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_open,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_stat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_readlink,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_time,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_arch_prctl,
];

/// The allow-list, with the calls whose arguments matter.
fn allowed() -> Result<Rules, String> {
    /// Names a mapping, as allocators do; the number is the same on every architecture.
    const PR_SET_VMA: u64 = 0x5356_4d41;
    let mut rules: Rules = NEEDED.iter().map(|&call| (call, Vec::new())).collect();
    // Limits may be read, not set.
    rules.insert(libc::SYS_prlimit64, vec![rule(vec![condition(2, SeccompCmpOp::Eq, 0)?])?]);
    // Threads may be named.
    let names = [
        u64::from(libc::PR_SET_NAME.unsigned_abs()),
        u64::from(libc::PR_GET_NAME.unsigned_abs()),
        PR_SET_VMA,
    ];
    let named = names.iter().map(|&option| rule(vec![condition(0, SeccompCmpOp::Eq, option)?]));
    rules.insert(libc::SYS_prctl, named.collect::<Result<_, _>>()?);
    // A process may signal itself: that is how it aborts.
    let myself = vec![condition(0, SeccompCmpOp::Eq, u64::from(std::process::id()))?];
    rules.insert(libc::SYS_tgkill, vec![rule(myself)?]);
    Ok(rules)
}
