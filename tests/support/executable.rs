//! The built executable and the plugin libraries beside it.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX, EXE_SUFFIX};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::{fail, plugin_ids, root};

const REMEDY: &str = "run `cargo xtask test`: it builds the executable and every plugin beside it, which \
                      `cargo test` alone does not";

/// The `dyad` executable under test.
#[derive(Clone, Debug)]
pub struct Dyad {
    executable: PathBuf,
}

/// What a run of the executable left: its exit code and what it printed.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The exit code; −1 if a signal ended it.
    pub code: i32,
    /// What it printed.
    pub stdout: String,
    /// Its messages.
    pub stderr: String,
}

impl Dyad {
    /// The executable of this build, with every plugin of the workspace beside it.
    ///
    /// # Panics
    /// If the executable or a plugin library is missing; the message says how to build them.
    #[must_use]
    pub fn built() -> Self {
        let executable =
            env::var_os("DYAD_EXECUTABLE").map_or_else(beside_this_test, PathBuf::from);
        assert!(executable.is_file(), "no executable {}; {REMEDY}", executable.display());
        let dyad = Self { executable };
        for id in plugin_ids() {
            let library = dyad.library(&id);
            assert!(library.is_file(), "no plugin library {}; {REMEDY}", library.display());
        }
        dyad
    }

    /// A copy of the executable with the libraries of these plugins, in a folder of its own.
    ///
    /// # Panics
    /// If a file cannot be copied.
    #[must_use]
    pub fn copy_to<'a>(&self, folder: &Path, plugins: impl IntoIterator<Item = &'a str>) -> Self {
        let copy = |from: &Path| {
            let to = folder.join(from.file_name().expect("an executable has a name"));
            // A link is as good as a copy, and a debug build is large.
            if fs::hard_link(from, &to).is_err() {
                fs::copy(from, &to).unwrap_or_else(|e| fail(from, &e));
            }
            to
        };
        let executable = copy(&self.executable);
        for id in plugins {
            copy(&self.library(id));
        }
        Self { executable }
    }

    /// Its path.
    #[must_use]
    pub fn executable(&self) -> &Path {
        &self.executable
    }

    /// Where the library of a plugin is looked for.
    #[must_use]
    pub fn library(&self, id: &str) -> PathBuf {
        let name = format!("{DLL_PREFIX}dyad_plugin_{}{DLL_SUFFIX}", id.replace('-', "_"));
        self.executable.with_file_name(name)
    }

    /// Runs it in the root of the workspace.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn run(&self, args: &[&str]) -> Ended {
        self.run_with(args, &[])
    }

    /// Runs it with further environment variables.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn run_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Ended {
        let output = Command::new(&self.executable)
            .args(args)
            .current_dir(root())
            .env_remove("DYAD_PLUGIN_PATH")
            .env_remove("RAYON_NUM_THREADS")
            // Nothing is taken from an earlier run, unless a test names a cache.
            .env("DYAD_CACHE", "")
            .env("NO_COLOR", "1")
            .envs(variables.iter().copied())
            .output()
            .unwrap_or_else(|e| fail(&self.executable, &e));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ended {
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// `dyad run STUDY --out OUT`.
    ///
    /// # Panics
    /// If it cannot be started, or a path is not UTF-8.
    #[must_use]
    pub fn analyse(&self, study: &Path, out: &Path) -> Ended {
        self.analyse_with(study, out, &[])
    }

    /// `dyad run STUDY --out OUT` with further arguments. The data of the tests are public: plugins are confined as far as
    /// the machine can, so that a number does not depend on its kernel.
    ///
    /// # Panics
    /// If it cannot be started, or a path is not UTF-8.
    #[must_use]
    pub fn analyse_with(&self, study: &Path, out: &Path, args: &[&str]) -> Ended {
        self.analyse_under("best-effort", study, out, args)
    }

    /// `dyad run STUDY --out OUT --sandbox MODE` with further arguments.
    ///
    /// # Panics
    /// If it cannot be started, or a path is not UTF-8.
    #[must_use]
    pub fn analyse_under(&self, sandbox: &str, study: &Path, out: &Path, args: &[&str]) -> Ended {
        let own = ["run", text_of(study), "--out", text_of(out), "--sandbox", sandbox];
        self.run(&[&own[..], args].concat())
    }
}

/// A path as an argument.
fn text_of(path: &Path) -> &str {
    path.to_str().expect("paths of tests are UTF-8")
}

/// Where the executable lies if the tests were started by hand: two folders above the test's own executable.
fn beside_this_test() -> PathBuf {
    let test = env::current_exe().expect("a test knows its own executable");
    let folder = test.ancestors().nth(2).expect("a test lies in a folder of the target folder");
    folder.join(format!("dyad{EXE_SUFFIX}"))
}
