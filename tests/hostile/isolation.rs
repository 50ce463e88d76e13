//! Proof of isolation: where the kernel offers Landlock and seccomp, a run that does not enforce both fails these tests.

use dyad_tests::{Dyad, StudyFolder};
use serde_json::Value;

/// Whether this kernel has what `required` needs; asked of the kernel, not of dyad.
pub(crate) fn is_complete() -> bool {
    const VERSION: libc::c_uint = 1;
    const KILL_PROCESS: u32 = 0x8000_0000;
    const ACTION_AVAILABLE: libc::c_uint = 2;
    // SAFETY: both calls only ask what there is; the value outlives the call.
    #[expect(unsafe_code, reason = "system calls")]
    unsafe {
        let landlock =
            libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<u8>(), 0, VERSION);
        let action = KILL_PROCESS;
        let seccomp = libc::syscall(libc::SYS_seccomp, ACTION_AVAILABLE, 0, &raw const action);
        landlock >= 4 && seccomp == 0
    }
}

#[test]
fn what_the_kernel_offers_is_enforced() {
    for mode in ["required", "best-effort"] {
        let study = StudyFolder::practice_network();
        let out = study.out();
        let ended = Dyad::built().analyse_under(mode, &study.write(), &out, &[]);
        if !is_complete() && mode == "required" {
            assert_eq!(ended.code, 2, "{}", ended.stderr);
            assert!(ended.stderr.contains("--sandbox best-effort"), "{}", ended.stderr);
            continue;
        }
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        let text = std::fs::read_to_string(out.join("run.json")).expect("a run.json");
        let run: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(run["sandbox"], mode);
        let report = std::fs::read_to_string(out.join("report.html")).expect("a report");
        for plugin in run["plugins"].as_array().expect("a list") {
            let enforced = plugin["enforced"].to_string();
            for word in ["Landlock: no files, no TCP", "seccomp: no sockets"] {
                assert!(!is_complete() || enforced.contains(word), "{}: {enforced}", plugin["id"]);
            }
        }
        assert!(!is_complete() || report.contains("Landlock"), "the report does not say it");
    }
}
