//! Landlock: no file, no TCP, no signal to others.

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

use super::filter;
use super::process;
use crate::job::{SandboxMode, ScriptJob};
use crate::system::Support;

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
pub(crate) fn confine(
    mode: SandboxMode,
    script: Option<&ScriptJob>,
) -> Result<Vec<String>, String> {
    let mut enforced =
        vec!["own process".to_owned(), "limits of time, memory and output".to_owned()];
    if mode == SandboxMode::Off {
        return Ok(enforced);
    }
    process::drop_capabilities().map_err(|e| format!("capabilities stay: {e}"))?;
    process::no_new_privileges().map_err(|e| format!("privileges can be gained: {e}"))?;
    enforced.push("no capabilities, no new privileges".to_owned());
    match landlock(script) {
        Ok(words) => enforced.push(words),
        Err(why) if mode == SandboxMode::Required => return Err(why),
        Err(_) => {}
    }
    match filter::install(script.is_some()) {
        Ok(words) => enforced.push(words),
        Err(why) if mode == SandboxMode::Required => return Err(why),
        Err(_) => {}
    }
    Ok(enforced)
}

/// Landlock: nothing below any folder, no port. A script may read what its interpreter is made of and write its own folder.
fn landlock(script: Option<&ScriptJob>) -> Result<String, String> {
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
    let allow = |created: RulesetCreated| -> Result<RulesetCreated, RulesetError> {
        let Some(script) = script else { return Ok(created) };
        let reads = path_beneath_rules(&script.readable, AccessFs::from_read(ABI::V4));
        let all = AccessFs::from_all(ABI::V4);
        let writes = path_beneath_rules([&script.folder], all);
        let devices = path_beneath_rules(["/dev/null", "/dev/zero", "/dev/urandom"], all);
        created.add_rules(reads)?.add_rules(writes)?.add_rules(devices)
    };
    let status = build()
        .and_then(allow)
        .and_then(RulesetCreated::restrict_self)
        .map_err(|e| format!("Landlock: {e}"))?;
    let files = if script.is_some() { "only the interpreter's files" } else { "no files" };
    match status.ruleset {
        RulesetStatus::FullyEnforced => {
            Ok(format!("Landlock: {files}, no TCP, no signals to others"))
        }
        RulesetStatus::PartiallyEnforced => Ok(format!("Landlock: {files}, no TCP")),
        RulesetStatus::NotEnforced => Err("Landlock is not enforced on this machine".to_owned()),
    }
}
