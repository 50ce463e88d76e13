//! `cargo xtask lint`: rules of the house that no compiler checks. They read structure, not wording.

mod citations;
mod code_map;
mod datasets;
mod dependencies;
mod length;
mod machine;
mod packages;
mod plugin_size;
mod switched_off;

use std::fs;
use std::path::{Path, PathBuf};

use crate::shell;

/// The workspace as the rules see it: its files, tracked or about to be, by path from the root.
pub(crate) struct Workspace {
    root: PathBuf,
    files: Vec<String>,
}

impl Workspace {
    fn here() -> Result<Self, String> {
        let mut list =
            shell::command("git", &["ls-files", "--cached", "--others", "--exclude-standard"]);
        let root = shell::root();
        let mut files: Vec<String> = shell::output(&mut list)?.lines().map(str::to_owned).collect();
        files.retain(|path| root.join(path).is_file());
        files.sort();
        files.dedup();
        Ok(Self { root, files })
    }

    /// The files for which a question is answered with yes.
    fn files(&self, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str).filter(move |path| wanted(path))
    }

    fn bytes(&self, path: &str) -> Result<Vec<u8>, String> {
        fs::read(self.root.join(path)).map_err(|e| format!("cannot read {path}: {e}"))
    }

    /// The text of a file; `None` if it is not text.
    fn text(&self, path: &str) -> Result<Option<String>, String> {
        Ok(String::from_utf8(self.bytes(path)?).ok())
    }

    /// The text of a file that must exist.
    fn document(&self, path: &str) -> Result<String, String> {
        self.text(path)?.ok_or_else(|| format!("{path} is not UTF-8"))
    }
}

/// Whether a path ends in one of the extensions.
fn has_extension(path: &str, extensions: &[&str]) -> bool {
    Path::new(path).extension().is_some_and(|e| extensions.iter().any(|x| e == *x))
}

/// A rule: what it says, and what it finds wrong. An `Err` is a rule that could not be checked.
type Rule = (&'static str, fn(&Workspace) -> Result<Vec<String>, String>);

const RULES: [Rule; 9] = [
    ("no source file is longer than 600 lines", length::check),
    ("every dataset has its files, and the files are those of SOURCE.md", datasets::check),
    ("ARCHITECTURE.md names every crate and plugin", code_map::check),
    ("every citation is in references.bib", citations::check),
    ("what is linked has an allowed licence and is not banned", dependencies::check),
    ("every package takes the lints; a plugin is a cdylib without unsafe code", packages::check),
    ("a plugin's source has at most 300 lines of code", plugin_size::check),
    ("no test is switched off", switched_off::check),
    ("no path of one machine is written down", machine::check),
];

pub(crate) fn run(args: &[String]) -> Result<(), String> {
    if !args.is_empty() {
        return Err("usage: cargo xtask lint".to_owned());
    }
    let workspace = Workspace::here()?;
    let mut broken = 0;
    for (rule, check) in RULES {
        let problems = check(&workspace).unwrap_or_else(|reason| vec![reason]);
        println!("{} {rule}", if problems.is_empty() { "ok    " } else { "broken" });
        for problem in &problems {
            println!("         {problem}");
        }
        broken += usize::from(!problems.is_empty());
    }
    if broken == 0 { Ok(()) } else { Err(format!("{broken} of {} rules are broken", RULES.len())) }
}

#[cfg(test)]
impl Workspace {
    /// A workspace made of texts, in a temporary folder.
    fn of(files: &[(&str, &str)]) -> (tempfile::TempDir, Self) {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let files = files.iter().map(|(path, _)| (*path).to_owned()).collect();
        let root = folder.path().to_owned();
        (folder, Self { root, files })
    }
}
