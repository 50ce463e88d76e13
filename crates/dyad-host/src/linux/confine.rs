//! Landlock: no file, no TCP, no signal to others.

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr,
    RulesetCreated, RulesetError, RulesetStatus, Scope,
};

use super::filter;
use super::process;
use crate::job::SandboxMode;

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

/// Asks the kernel; changes nothing.
#[must_use]
pub(crate) fn support() -> Support {
    const VERSION: libc::c_uint = 1;
    // SAFETY: with this flag the call only returns the version.
    #[expect(unsafe_code, reason = "system call")]
    let version = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<libc::c_void>(),
            0_usize,
            VERSION,
        )
    };
    // SAFETY: asks whether the action exists; the value outlives the call.
    #[expect(unsafe_code, reason = "system call")]
    let seccomp = unsafe {
        let action: u32 = libc::SECCOMP_RET_KILL_PROCESS;
        libc::syscall(libc::SYS_seccomp, libc::SECCOMP_GET_ACTION_AVAIL, 0, &raw const action)
    };
    Support { landlock: version >= 4, seccomp: seccomp == 0 && filter::KNOWN_ARCHITECTURE }
}

/// Confines this thread, and every thread it will start, for good. Returns what is enforced, in words.
///
/// # Errors
/// Under `required`, what could not be enforced.
pub(crate) fn confine(mode: SandboxMode) -> Result<Vec<String>, String> {
    let mut enforced =
        vec!["own process".to_owned(), "limits of time, memory and output".to_owned()];
    if mode == SandboxMode::Off {
        return Ok(enforced);
    }
    process::drop_capabilities().map_err(|e| format!("capabilities stay: {e}"))?;
    process::no_new_privileges().map_err(|e| format!("privileges can be gained: {e}"))?;
    enforced.push("no capabilities, no new privileges".to_owned());
    match landlock() {
        Ok(words) => enforced.push(words),
        Err(why) if mode == SandboxMode::Required => return Err(why),
        Err(_) => {}
    }
    match filter::install() {
        Ok(()) => {
            enforced.push("seccomp: no sockets, no processes, no tracing, allow-list".to_owned());
        }
        Err(why) if mode == SandboxMode::Required => return Err(why),
        Err(_) => {}
    }
    Ok(enforced)
}

/// Landlock with no rules: nothing below any folder, no port.
fn landlock() -> Result<String, String> {
    let build = || -> Result<RulesetCreated, RulesetError> {
        // Files and TCP must hold (interface 4); signals and abstract sockets (6) where the kernel knows them.
        Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_all(ABI::V4))?
            .handle_access(AccessNet::from_all(ABI::V4))?
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(ABI::V6))?
            .scope(Scope::from_all(ABI::V6))?
            .create()
    };
    let status =
        build().and_then(RulesetCreated::restrict_self).map_err(|e| format!("Landlock: {e}"))?;
    match status.ruleset {
        RulesetStatus::FullyEnforced => {
            Ok("Landlock: no files, no TCP, no signals to others".to_owned())
        }
        RulesetStatus::PartiallyEnforced => Ok("Landlock: no files, no TCP".to_owned()),
        RulesetStatus::NotEnforced => Err("Landlock is not enforced on this machine".to_owned()),
    }
}
