//! The interpreters of script plugins: where they are, what they are made of, how they are started.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

/// A language whose scripts can be plugins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Language {
    R,
    Python,
}

/// An interpreter of this machine.
#[derive(Clone, Debug)]
pub(crate) struct Interpreter {
    /// Its real binary, not a wrapper.
    pub(crate) program: PathBuf,
    /// Name and version, for `run.json`.
    pub(crate) version: String,
    pub(crate) variables: Vec<(String, String)>,
    /// What it is made of.
    pub(crate) readable: Vec<PathBuf>,
}

/// What every interpreter on Linux needs: shared libraries and the loader's cache.
const SYSTEM: [&str; 6] =
    ["/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d"];

impl Language {
    /// What its scripts may include: reads the request, writes the findings.
    pub(crate) fn helper(self) -> (&'static str, &'static str) {
        match self {
            Self::R => ("dyad.R", include_str!("../../dyad-plugin/scripts/dyad.R")),
            Self::Python => ("dyad.py", include_str!("../../dyad-plugin/scripts/dyad.py")),
        }
    }

    /// How a script is started. Nothing of a user's own set-up is read.
    pub(crate) fn arguments(self, entry: &str) -> Vec<String> {
        let words: &[&str] = match self {
            Self::R => &["--vanilla", "--no-echo", "--file"],
            Self::Python => &["-E", "-s", "-B"],
        };
        let mut words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        match (self, words.last_mut()) {
            (Self::R, Some(file)) => *file = format!("--file={entry}"),
            _ => words.push(entry.to_owned()),
        }
        words
    }

    /// Looks for the interpreter.
    ///
    /// # Errors
    /// What is missing, in words.
    pub(crate) fn find(self) -> Result<Interpreter, String> {
        let found = match self {
            Self::R => r(),
            Self::Python => python(),
        };
        let name = match self {
            Self::R => "R",
            Self::Python => "Python 3",
        };
        found.ok_or_else(|| format!("its interpreter, {name}, is not on this machine"))
    }
}

/// `R` on the path is a shell script; it says where the rest is.
fn r() -> Option<Interpreter> {
    let home = PathBuf::from(first_line(Command::new("R").arg("RHOME"))?);
    let program = home.join("bin/exec/R");
    let described = fs::read_to_string(home.join("library/base/DESCRIPTION")).ok()?;
    let version = described.lines().find_map(|line| line.strip_prefix("Version: "))?;
    let text = home.to_str()?.to_owned();
    let mut variables = vec![("R_HOME".to_owned(), text.clone())];
    // Where a distribution puts what is not below R's own folder.
    for (name, folder) in
        [("R_SHARE_DIR", "share"), ("R_INCLUDE_DIR", "include"), ("R_DOC_DIR", "doc")]
    {
        let shared = Path::new("/usr/share/R").join(folder);
        let folder = if shared.is_dir() { shared } else { home.join(folder) };
        variables.push((name.to_owned(), folder.to_string_lossy().into_owned()));
    }
    variables.push(("LD_LIBRARY_PATH".to_owned(), format!("{text}/lib")));
    let readable = existing(SYSTEM.iter().map(PathBuf::from).chain([home, "/etc/R".into()]));
    program.is_file().then(|| Interpreter {
        program,
        version: format!("R {version}"),
        variables,
        readable,
    })
}

/// `python3` on the path may be a wrapper; it says itself what it is.
fn python() -> Option<Interpreter> {
    const ASK: &str = "import sys; print(sys.executable, sys.prefix, sys.base_prefix, \
                       '.'.join(map(str, sys.version_info[:3])), sep='|')";
    let line = first_line(Command::new("python3").args(["-I", "-c", ASK]))?;
    let parts: Vec<&str> = line.split('|').collect();
    let &[program, prefix, base, version] = parts.as_slice() else { return None };
    let program = PathBuf::from(program);
    let real = fs::canonicalize(&program).ok()?;
    let own = [PathBuf::from(prefix), PathBuf::from(base), program.clone(), real];
    let readable = existing(SYSTEM.iter().map(PathBuf::from).chain(own));
    Some(Interpreter {
        program,
        version: format!("Python {version}"),
        variables: Vec::new(),
        readable,
    })
}

/// A rule for what is not there would be an error.
fn existing(paths: impl Iterator<Item = PathBuf>) -> Vec<PathBuf> {
    paths.filter(|path| path.exists()).collect()
}

fn first_line(command: &mut Command) -> Option<String> {
    env::var_os("PATH")?;
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    text.lines().next().map(|line| line.trim().to_owned())
}
