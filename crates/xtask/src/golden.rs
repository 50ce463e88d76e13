//! `cargo xtask golden`: make every golden value again with R, and say whether one moved.
//!
//! Every `.R` file below `tests/golden` makes values when run without arguments from the root of the workspace; a file whose
//! name starts with `_` is a part of others.

use std::path::{Path, PathBuf};

use crate::shell;

/// Debian's names of R and of every package the scripts use.
const DEBIAN: [&str; 15] = [
    "r-base-core",
    "r-recommended",
    "r-cran-lme4",
    "r-cran-lmertest",
    "r-cran-pbkrtest",
    "r-cran-metafor",
    "r-cran-metadat",
    "r-cran-psych",
    "r-cran-survival",
    "r-cran-clubsandwich",
    "r-cran-sandwich",
    "r-cran-nlme",
    "r-cran-boot",
    "r-cran-lavaan",
    "r-cran-jsonlite",
];

/// What the scripts write. Scripts, tests and prose may differ from the last commit while one works on them.
const WRITTEN: [&str; 5] =
    ["tests/golden", "datasets/practice-network", ":!*.R", ":!*.rs", ":!*.md"];

pub(crate) fn run(args: &[String]) -> Result<(), String> {
    match args {
        [] => {}
        [flag] if flag == "--install" => install()?,
        _ => return Err("usage: cargo xtask golden [--install]".to_owned()),
    }
    if !shell::is_installed("Rscript") {
        return Err(
            "R is not installed; `cargo xtask golden --install` installs it by apt".to_owned()
        );
    }
    let root = shell::root();
    let scripts = scripts(&root.join("tests/golden"))?;
    for script in &scripts {
        let script = script.strip_prefix(&root).unwrap_or(script);
        shell::run(shell::command("Rscript", &["--vanilla"]).arg(script))?;
    }
    let mut diff = vec!["status", "--porcelain", "--"];
    diff.extend(WRITTEN);
    let changed = shell::output(&mut shell::command("git", &diff))?;
    if changed.is_empty() {
        println!("{} scripts run; no golden value moved", scripts.len());
        return Ok(());
    }
    let mut diff = vec!["--no-pager", "diff", "--stat", "--"];
    diff.extend(WRITTEN);
    shell::run(&mut shell::command("git", &diff))?;
    Err(format!(
        "golden values differ from the last commit:\n{changed}\
         hint: if the change is meant, commit it and say which number moved, by how much and why"
    ))
}

/// Installs R and the packages by apt, as root or through sudo.
fn install() -> Result<(), String> {
    let is_root = shell::output(&mut shell::command("id", &["-u"]))?.trim() == "0";
    let apt = |args: &[&str]| {
        let mut command = if is_root {
            shell::command("apt-get", &[])
        } else {
            shell::command("sudo", &["apt-get"])
        };
        command.args(args).env("DEBIAN_FRONTEND", "noninteractive");
        shell::run(&mut command)
    };
    apt(&["update"])?;
    let mut install = vec!["install", "--yes", "--no-install-recommends"];
    install.extend(DEBIAN);
    apt(&install)
}

/// Every script below a folder, in the order of the paths.
fn scripts(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let unreadable = |e| format!("cannot read {}: {e}", folder.display());
    let mut found = Vec::new();
    for entry in folder.read_dir().map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            found.extend(scripts(&path)?);
        } else if path.extension().is_some_and(|e| e == "R") && !name.starts_with('_') {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn scripts_are_found_in_every_folder_and_parts_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("stats")).unwrap();
        for name in ["b.R", "a.R", "stats/c.R", "_part.R", "notes.md"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let found = scripts(folder.path()).unwrap();
        let names: Vec<_> = found.iter().map(|p| p.strip_prefix(folder.path()).unwrap()).collect();
        assert_eq!(names, [Path::new("a.R"), Path::new("b.R"), Path::new("stats/c.R")]);
    }
}
