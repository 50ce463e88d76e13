//! One analysis in four languages: the worked examples give the same estimates, and what `dyad plugins new` writes passes
//! `dyad plugins check`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use dyad_tests::{Dyad, Ended, Results, StudyFolder, root};
use serde_json::Value;

/// The language of each example, with what has to be on the machine.
const SCRIPTS: [(&str, &str); 2] = [("r", "R"), ("python", "python3")];

/// Whether an interpreter is there. What is not tested is said loudly; CI has both.
fn is_there(program: &str) -> bool {
    let answers = Command::new(program).arg("--version").output().is_ok_and(|o| o.status.success());
    #[expect(clippy::print_stderr, reason = "a test that is left out says so")]
    if !answers {
        eprintln!("NOT TESTED: {program} is not on this machine, its plugins are not run");
    }
    answers
}

fn succeeds(ended: &Ended, what: &str) {
    assert_eq!(ended.code, 0, "{what}: {}{}", ended.stdout, ended.stderr);
}

fn text(path: &Path) -> &str {
    path.to_str().expect("paths of tests are UTF-8")
}

/// A copy of an example: building it leaves files behind.
fn copied(name: &str, to: &Path) -> PathBuf {
    let target = to.join(name);
    fs::create_dir_all(&target).expect("a temporary folder can be written");
    for entry in fs::read_dir(root().join("plugins/examples").join(name)).expect("an example") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            let file = path.file_name().expect("a file has a name");
            fs::copy(&path, target.join(file)).expect("a file can be copied");
        }
    }
    target
}

#[test]
fn the_examples_give_the_same_estimates_in_every_language() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let dyad = Dyad::built();
    let plugins = folder.path().join("plugins");
    let mut ids = vec!["attendance".to_owned(), "attendance-c".to_owned()];

    let c = copied("attendance-c", folder.path());
    let header = root().join("crates/dyad-plugin/include/dyad_plugin.h");
    fs::copy(header, c.join("dyad_plugin.h")).expect("the header");
    succeeds(&dyad.run(&["plugins", "check", text(&c)]), "the example in C");
    let rust = dyad.executable().with_file_name("libattendance_example.so");
    assert!(rust.is_file(), "`cargo xtask test` builds the example in Rust");
    let mut sources = vec![rust, c.join("plugin.so")];
    for (language, program) in SCRIPTS {
        if is_there(program) {
            let id = format!("attendance-{language}");
            sources.push(root().join("plugins/examples").join(&id));
            ids.push(id);
        }
    }
    for source in &sources {
        let added = dyad.run(&["plugins", "add", text(source), "--to", text(&plugins), "--yes"]);
        succeeds(&added, text(source));
    }

    let study = StudyFolder::practice_network();
    let out = study.out();
    let path = study.write();
    let mut arguments = vec!["run", text(&path), "--out", text(&out), "--sandbox", "best-effort"];
    arguments.extend(ids.iter().flat_map(|id| ["--only", id.as_str()]));
    let ended = dyad.run_with(&arguments, &[("DYAD_PLUGIN_PATH", text(&plugins))]);
    succeeds(&ended, "a run of the examples");

    let results = Results::read(&out);
    for id in &ids {
        assert_eq!(results.status(id), Some("ok"), "{id}: {}", ended.stdout);
    }
    let of = |id: &str, estimate: &str| results.estimates[&format!("{id}/{estimate}")].clone();
    for estimate in ["sessions/mean", "alliance_client/mean", "alliance_therapist/mean"] {
        let rust = of("attendance", estimate);
        for id in &ids[1..] {
            let other = of(id, estimate);
            for field in ["estimate", "se"] {
                let number = |v: &Value| v[field].as_f64().expect("a good study has a number");
                let (a, b) = (number(&rust), number(&other));
                assert!((a - b).abs() <= 1e-12 * a.abs(), "{id}/{estimate} {field}: {b}, Rust {a}");
            }
            assert_eq!(rust["n"]["clients"], other["n"]["clients"], "{id}/{estimate}");
        }
    }
}

/// How many processes run `entry`.
fn interpreters_of(entry: &str) -> usize {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter(|process| {
            let line = fs::read_to_string(process.path().join("cmdline")).unwrap_or_default();
            line.split('\0').any(|argument| argument.ends_with(entry))
        })
        .count()
}

#[test]
fn a_script_is_confined_and_what_it_says_stays_inside() {
    if !is_there("python3") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let dyad = Dyad::built();
    let plugins = folder.path().join("plugins");
    // A name no other script on this machine bears: those that run beside this test are not taken
    // for one that stayed behind.
    let entry = format!("misbehaves-{}.py", std::process::id());
    let planted = folder.path().join("planted.txt");
    fs::write(&planted, "planted").expect("a temporary folder can be written");
    let deeds = [
        ("reads-file", format!("open({planted:?}).read()"), "failed"),
        ("lists-home", "import os; os.listdir('/root')".to_owned(), "failed"),
        ("writes-file", format!("open({planted:?}, 'w')"), "failed"),
        ("socket", "import socket; socket.socket()".to_owned(), "policy_violation"),
        ("raises", "raise ValueError('Jane-Roe')".to_owned(), "failed"),
        ("links", format!("import os; os.symlink({planted:?}, 'findings.json')"), "failed"),
        ("nothing", "pass".to_owned(), "failed"),
        ("sleeps", "import time; time.sleep(3600)".to_owned(), "timed_out"),
        (
            "child-stays",
            "import os, time\nif os.fork() == 0:\n    time.sleep(3600)\nimport dyad\ndyad.findings()".to_owned(),
            "ok",
        ),
        ("memory", "x = bytearray(1 << 30)".to_owned(), "out_of_memory"),
    ];
    for (name, deed, _) in &deeds {
        let source = folder.path().join(name);
        fs::create_dir_all(&source).expect("a temporary folder can be written");
        let manifest = format!(
            "kind = 'script'\ninterpreter = 'python'\nentry = '{entry}'\nid = '{name}'\nversion = '1'\n\
             title = 'It misbehaves'\nreads = {{ sessions = ['client'] }}\n\
             limits = {{ wall_s = 5, memory_mb = 256 }}\n"
        );
        fs::write(source.join("plugin.toml"), manifest).expect("a file can be written");
        fs::write(source.join(&entry), deed).expect("a file can be written");
        let added = dyad.run(&["plugins", "add", text(&source), "--to", text(&plugins), "--yes"]);
        succeeds(&added, name);
    }
    let study = StudyFolder::practice_network();
    let out = study.out();
    let path = study.write();
    let ended = dyad.run_with(
        &["run", text(&path), "--out", text(&out), "--sandbox", "required"],
        &[("DYAD_PLUGIN_PATH", text(&plugins))],
    );
    if ended.code == 2 && ended.stderr.contains("cannot be confined") {
        return;
    }
    let results = Results::read(&out);
    let wrong: Vec<String> = deeds
        .iter()
        .filter(|(name, _, status)| results.status(name) != Some(status))
        .map(|(name, _, status)| format!("{name}: {:?}, not {status}", results.status(name)))
        .collect();
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), ended.stdout);
    assert_eq!(fs::read_to_string(&planted).expect("it stays"), "planted");
    for kept in [&ended.stdout, &ended.stderr, &results.document.to_string()] {
        assert!(!kept.contains("Jane-Roe"), "what a script said got out");
    }
    let run = fs::read_to_string(out.join("run.json")).expect("a run.json");
    assert!(run.contains("Python 3"), "the interpreter's version is not recorded");
    // The kernel takes down what was killed on its own time; it has been told by now.
    let patience = Instant::now() + Duration::from_secs(10);
    while interpreters_of(&entry) > 0 && Instant::now() < patience {
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(interpreters_of(&entry), 0, "an interpreter stayed behind");
}

#[test]
fn what_new_writes_passes_its_check_in_an_empty_folder() {
    let dyad = Dyad::built();
    let languages = [("rust", "rustc"), ("c", "cc"), ("r", "R"), ("python", "python3")];
    for (language, program) in languages {
        if !is_there(program) {
            continue;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("new-plugin");
        let command = |arguments: &[&str]| {
            let output = Command::new(dyad.executable())
                .args(arguments)
                .current_dir(folder.path())
                .env("CARGO_TARGET_DIR", &target)
                .env("CARGO_NET_OFFLINE", "true")
                .env("CARGO", env!("CARGO"))
                // The kit's dependencies are built already in this profile.
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
                .output()
                .expect("it can be started");
            let said = String::from_utf8_lossy(&output.stdout).into_owned()
                + &String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{language}: {said}");
            said
        };
        let kit = root();
        let mut new = vec!["plugins", "new", "demo", "--lang", language];
        if language == "rust" {
            new.extend(["--kit", text(&kit)]);
        }
        command(&new);
        let said = command(&["plugins", "check"]);
        assert!(said.contains("ok    delivers on a good study"), "{language}: {said}");
        assert!(!said.contains("FAIL"), "{language}: {said}");
    }
}
