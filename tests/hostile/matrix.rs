//! Everything at once, as a network would meet it: one run with every hostile plugin and two healthy ones.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use dyad_tests::{Dyad, Results, StudyFolder};

use crate::isolation::is_complete;
use crate::libraries;

/// As in the hostile library: it must appear nowhere.
const SECRET: &str = "Jane-Roe-born-1987-03-14";
/// Stands in a file that a plugin is told to read.
const PLANTED: &str = "planted-9f86d081884c7d65";
/// Two analyses that have done nothing wrong.
const HEALTHY: [&str; 2] = ["early-peak", "clinical-change"];

/// Modes of the Rust library with the status each must end in.
const RUST: &[(&str, &str)] = &[
    ("behaves", "ok"),
    ("starts-threads", "ok"),
    ("logs", "ok"),
    ("floods-stderr", "ok"),
    ("reads-file", "failed"),
    ("lists-folder", "failed"),
    ("writes-file", "failed"),
    ("constructor-reads", "failed"),
    ("constructor-socket", "policy_violation"),
    ("tcp", "policy_violation"),
    ("udp", "policy_violation"),
    ("unix-socket", "policy_violation"),
    ("execs", "policy_violation"),
    ("spawns", "policy_violation"),
    ("forks", "policy_violation"),
    ("ptraces", "policy_violation"),
    ("reads-host-memory", "policy_violation"),
    ("io-uring", "policy_violation"),
    ("signals-host", "failed"),
    ("raises-limits", "failed"),
    ("asks-for-more", "failed"),
    ("writes-input", "crashed"),
    ("segfaults", "crashed"),
    ("divides-by-zero", "crashed"),
    ("aborts", "crashed"),
    ("overflows-stack", "crashed"),
    ("exits-without-result", "crashed"),
    ("exits-oddly", "crashed"),
    ("sleeps", "timed_out"),
    ("loops", "timed_out"),
    ("loops-in-threads", "timed_out"),
    ("describes-forever", "timed_out"),
    ("eats-memory", "out_of_memory"),
    ("panics", "panicked"),
    ("panics-as-place", "panicked"),
    ("fails", "failed"),
    ("odd-code", "failed"),
    ("emits-nothing", "failed"),
    ("emits-twice", "failed"),
    ("emits-half", "failed"),
    ("emits-no-text", "failed"),
    ("emits-list", "failed"),
    ("emits-unknown-field", "failed"),
    ("emits-nan", "failed"),
    ("emits-infinity", "failed"),
    ("emits-undeclared", "failed"),
    ("emits-persons", "failed"),
    ("emits-deep", "failed"),
    ("emits-17-mb", "failed"),
    ("emits-10-gb", "failed"),
    ("emits-megabytes-of-text", "failed"),
];

/// Ways to compile the C source, with the status each must end in.
const C: &[(&str, &[&str], &str)] = &[
    ("behaves", &[], "ok"),
    ("wrong-magic", &["MAGIC0='X'"], "abi_mismatch"),
    ("wrong-major", &["MAJOR=2"], "abi_mismatch"),
    ("newer-minor", &["MINOR=99"], "abi_mismatch"),
    ("short", &["SIZE=64"], "abi_mismatch"),
    ("no-run", &["RUN=NULL"], "abi_mismatch"),
    ("no-symbol", &["SYMBOL=dyad_plugin_v0"], "not_loadable"),
    ("other-id", &["TOLD=\"early-peak\""], "not_loadable"),
    ("unresolved", &["MISSING"], "not_loadable"),
    ("reads", &["READS"], "failed"),
    (
        "nan",
        &["FINDINGS=\"{\\\"estimates\\\":[{\\\"id\\\":\\\"declared\\\",\\\"estimate\\\":NaN}]}\""],
        "failed",
    ),
    ("forks", &["FORKS"], "policy_violation"),
    ("segfaults", &["SEGFAULTS"], "crashed"),
    ("exits", &["EXITS"], "crashed"),
];

const BROKEN: &[&str] = &[
    "broken-empty",
    "broken-header",
    "broken-half",
    "broken-tail",
    "broken-noise",
    "broken-noise-behind-header",
    "broken-script",
];

#[test]
fn every_deed_ends_in_its_own_status_and_the_others_deliver() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let built = Dyad::built();
    let dyad = built.copy_to(folder.path(), HEALTHY);
    let mut expected = BTreeMap::new();
    for (mode, status) in RUST {
        libraries::rust(&dyad, &built, mode);
        expected.insert(format!("hostile-{mode}"), *status);
    }
    for (name, defines, status) in C {
        libraries::c(&dyad, name, defines);
        expected.insert(format!("c-{name}"), *status);
    }
    libraries::broken(&dyad, &dyad.library("hostile-behaves"));
    expected.extend(BROKEN.iter().map(|id| ((*id).to_owned(), "not_loadable")));
    expected.extend(HEALTHY.map(|id| (id.to_owned(), "ok")));

    let planted = folder.path().join("planted.txt");
    fs::write(&planted, PLANTED).expect("a temporary folder can be written");
    let written = folder.path().join("written.txt");
    let mut network = StudyFolder::practice_network();
    for id in ["rupture-repair", "therapist-burnout", "alliance-outcome"] {
        let table = format!("[analyses.{id}]");
        network = network.study(&table, &format!("{table}\nenabled = false"));
    }
    for (mode, path) in [("reads-file", &planted), ("writes-file", &written)] {
        network = network.appended(&format!("[analyses.hostile-{mode}]\npath = {path:?}\n"));
    }
    let out = network.out();
    let sandbox = if is_complete() { "required" } else { "best-effort" };
    let ended = dyad.analyse_under(sandbox, &network.write(), &out, &["-v"]);
    assert!(out.join("results.json").is_file(), "exit code {}: {}", ended.code, ended.stderr);
    assert_eq!(ended.code, 1, "{}", ended.stderr);

    let results = Results::read(&out);
    let mut wrong = Vec::new();
    for (id, expected) in &expected {
        let found = results.status(id);
        if found != Some(expected) {
            wrong.push(format!("{id}: {found:?}, not {expected}"));
        }
    }
    // A kernel that cannot confine is said loudly, and judged by the deeds that need no sandbox.
    if !is_complete() {
        #[expect(clippy::print_stderr, reason = "what is not tested is said loudly")]
        {
            eprintln!(
                "NOT CONFINED: this kernel lacks Landlock or seccomp; what they stop is not judged"
            );
        }
        wrong.retain(|w| !["failed", "policy_violation"].iter().any(|s| w.ends_with(s)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for id in HEALTHY {
        let prefix = format!("{id}/");
        assert!(results.estimates.keys().any(|name| name.starts_with(&prefix)), "{id} is empty");
    }
    assert!(!written.exists(), "a plugin wrote a file");

    let reversed: String = SECRET.chars().rev().collect();
    for secret in [SECRET, PLANTED, &reversed] {
        assert!(!ended.stdout.contains(secret), "stdout holds {secret}");
        assert!(!ended.stderr.contains(secret), "stderr holds {secret}");
        assert_nowhere(&out, secret);
    }
    assert_eq!(workers_of(dyad.executable()), Vec::<u32>::new(), "a process stayed behind");
    assert_eq!(network.left_behind(), ["out"]);
}

/// No file below the folder holds the text.
fn assert_nowhere(folder: &Path, text: &str) {
    for entry in fs::read_dir(folder).expect("an output folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            assert_nowhere(&path, text);
            continue;
        }
        let bytes = fs::read(&path).expect("a file of the output");
        let holds = bytes.windows(text.len()).any(|w| w == text.as_bytes());
        assert!(!holds, "{} holds {text}", path.display());
    }
}

/// The processes that run this executable, or were forked from one that does.
fn workers_of(executable: &Path) -> Vec<u32> {
    let executable = executable.canonicalize().expect("it exists");
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|e| e.file_name().to_str()?.parse::<u32>().ok());
    numbers
        .filter(|n| fs::read_link(format!("/proc/{n}/exe")).is_ok_and(|exe| exe == executable))
        .collect()
}
