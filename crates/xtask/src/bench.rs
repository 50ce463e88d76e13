//! `cargo xtask bench`: build for speed, then measure.
//!
//! `--peers` measures whole runs against R and Python (`crates/dyad-bench/peers`), `--write` puts the tables into the README of
//! `dyad-bench`. Without it the micro benchmarks of the statistics run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{build, shell};

const README: &str = "crates/dyad-bench/README.md";
const BEGIN: &str = "<!-- begin: cargo xtask bench --peers --write -->";
const END: &str = "<!-- end -->";
/// What the Python peers import.
const PACKAGES: [&str; 5] = ["polars", "statsmodels", "pingouin", "matplotlib", "pyarrow"];

pub(crate) fn run(args: &[String]) -> Result<(), String> {
    let (mut peers, mut write, mut passed) = (false, false, Vec::new());
    for word in args {
        match word.as_str() {
            "--peers" => peers = true,
            "--write" => write = true,
            _ => passed.push(word.as_str()),
        }
    }
    if (write || !passed.is_empty()) && !peers {
        return Err("usage: cargo xtask bench [--peers [--write] [--limit SECONDS] [--only dyad,polars,R,python]]".to_owned());
    }
    if !peers {
        return shell::run(&mut shell::cargo(&[
            "bench",
            "-p",
            "dyad-bench",
            "--bench",
            "statistics",
        ]));
    }
    let dyad = build::workspace(&["--release"])?;
    if !shell::is_installed("Rscript") {
        println!(
            "R is not installed: `cargo xtask golden --install` and the packages data.table and ggplot2"
        );
    }
    let python = python()?;
    let text = shell::output(
        Command::new(dyad.with_file_name("peers")).arg(&dyad).arg(python).args(&passed),
    )?;
    println!("{text}");
    if write { insert(&text, &passed) } else { Ok(()) }
}

/// A Python with the packages of the peers, in an environment of its own below the user's cache.
fn python() -> Result<PathBuf, String> {
    let home = std::env::var_os("HOME").ok_or("HOME is not set")?;
    let venv = Path::new(&home).join(".cache/dyad-bench-venv");
    let python = venv.join("bin/python");
    if !python.is_file() {
        shell::run(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    }
    let imports = format!("import {}", PACKAGES.join(", "));
    let found = Command::new(&python).args(["-c", &imports]).output();
    if !found.is_ok_and(|found| found.status.success()) {
        shell::run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES))?;
    }
    Ok(python)
}

/// Replaces what stands between the marks of the README.
fn insert(text: &str, passed: &[&str]) -> Result<(), String> {
    let path = shell::root().join(README);
    let old = fs::read_to_string(&path).map_err(|e| format!("cannot read {README}: {e}"))?;
    let new = between(&old, &format!("{}\n\n{}", machine(passed)?, text.trim()))?;
    fs::write(&path, new).map_err(|e| format!("cannot write {README}: {e}"))?;
    println!("{README} is written");
    Ok(())
}

fn between(old: &str, text: &str) -> Result<String, String> {
    let (before, rest) =
        old.split_once(BEGIN).ok_or_else(|| format!("{README} lacks `{BEGIN}`"))?;
    let (_, after) = rest.split_once(END).ok_or_else(|| format!("{README} lacks `{END}`"))?;
    Ok(format!("{before}{BEGIN}\n{text}\n{END}{after}"))
}

/// Machine, date and command, in a sentence.
fn machine(passed: &[&str]) -> Result<String, String> {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let date = shell::output(&mut shell::command("date", &["-u", "+%Y-%m-%d"]))?;
    let commit = shell::output(&mut shell::command("git", &["rev-parse", "--short", "HEAD"]))?;
    Ok(format!(
        "`cargo xtask bench --peers --write {}`: {}, {cores} cores, {}, at {}. Times are the median of several runs for dyad and polars, of one for R and Python.",
        passed.join(" "),
        model.map_or("unknown processor", |(_, model)| model),
        date.trim(),
        commit.trim()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let old = format!("# Title\n{BEGIN}\nold\n{END}\nrest\n");
        let new = between(&old, "new").unwrap();
        assert_eq!(new, format!("# Title\n{BEGIN}\nnew\n{END}\nrest\n"));
        assert_eq!(between(&new, "new").unwrap(), new);
        assert!(between("# Title", "new").is_err());
    }
}
