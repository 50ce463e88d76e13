//! `dyad plugins check`: builds a plugin if it is given as source, and tests it as its author.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dyad_host::{Catalogue, SCRIPT_MANIFEST};
use serde_json::json;

use super::run::place;
use crate::args::{Format, Sandbox};
use crate::failure::Failure;
use crate::terminal::Terminal;

/// Exit code 0: nothing was found; 1: something was.
pub(crate) fn check(path: Option<&Path>, terminal: &Terminal) -> Result<u8, Failure> {
    let plugin = match path {
        Some(path) if path.is_file() => path.to_path_buf(),
        Some(path) => built(path, terminal)?,
        None => built(&only_project(Path::new("."))?, terminal)?,
    };
    let catalogue =
        Catalogue::single(&plugin, &place(Sandbox::BestEffort)?).map_err(Failure::from)?;
    let findings = dyad_host::check(&catalogue);
    let problems = findings.iter().filter(|f| f.problem.is_some()).count();
    match terminal.format {
        Format::Json => {
            let findings: Vec<_> =
                findings.iter().map(|f| json!({ "what": f.what, "problem": f.problem })).collect();
            terminal.result(&format!(
                "{:#}",
                json!({ "schema_version": 1, "plugin": catalogue.plugins[0].id, "findings": findings })
            ));
        }
        Format::Text => {
            for finding in &findings {
                let (mark, why) = match &finding.problem {
                    None => ("ok  ", String::new()),
                    Some(why) => ("FAIL", format!(": {why}")),
                };
                terminal.result(&format!("{mark}  {}{why}", finding.what));
            }
            let id = &catalogue.plugins[0].id;
            terminal.message(&match problems {
                0 => format!(
                    "{id} does what a plugin owes; `dyad plugins add {}` allows it",
                    plugin.display()
                ),
                n => format!("{id} fails {n} of {} checks", findings.len()),
            });
        }
    }
    Ok(u8::from(problems > 0))
}

/// What a folder with a plugin's source holds.
enum Project {
    Script,
    Rust,
    C(PathBuf),
}

fn project(folder: &Path) -> Option<Project> {
    if folder.join(SCRIPT_MANIFEST).is_file() {
        return Some(Project::Script);
    }
    if folder.join("Cargo.toml").is_file() {
        return Some(Project::Rust);
    }
    let source = folder.join("plugin.c");
    source.is_file().then_some(Project::C(source))
}

/// The plugin of this folder, or of the one folder in it that holds one.
fn only_project(here: &Path) -> Result<PathBuf, Failure> {
    if project(here).is_some() {
        return Ok(here.to_path_buf());
    }
    let entries = fs::read_dir(here).map_err(|e| Failure::io("read", here, &e))?;
    let folders = entries.flatten().map(|e| e.path()).filter(|p| project(p).is_some());
    match folders.collect::<Vec<_>>().as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Failure::usage("there is no plugin here").hint(
            "`dyad plugins new NAME --lang rust` writes one; a library is given by its path",
        )),
        many => Err(Failure::usage(format!("there are {} plugins here", many.len()))
            .hint("name one: dyad plugins check FOLDER")),
    }
}

/// The library or script of a folder, built by the tools of its language.
fn built(folder: &Path, terminal: &Terminal) -> Result<PathBuf, Failure> {
    match project(folder) {
        None => Err(Failure::usage(format!("{} holds no plugin", folder.display()))
            .hint("a plugin has a Cargo.toml, a plugin.c or a plugin.toml")),
        Some(Project::Script) => Ok(folder.to_path_buf()),
        Some(Project::Rust) => cargo(folder, terminal),
        Some(Project::C(source)) => {
            let library = folder.join(format!("plugin{}", std::env::consts::DLL_SUFFIX));
            let mut cc = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()));
            cc.args(["-std=c11", "-O2", "-Wall", "-Wextra", "-shared", "-fPIC", "-o"]);
            cc.arg(&library).arg(&source).arg("-I").arg(folder).arg("-lm");
            done(&mut cc, terminal)?;
            Ok(library)
        }
    }
}

/// Builds with cargo and asks it where the library is.
fn cargo(folder: &Path, terminal: &Terminal) -> Result<PathBuf, Failure> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--release", "--message-format=json-render-diagnostics"]);
    cargo.current_dir(folder);
    let messages = done(&mut cargo, terminal)?;
    let mut libraries = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|m| m["reason"] == "compiler-artifact" && m["target"]["kind"][0] == "cdylib")
        .filter_map(|m| m["filenames"][0].as_str().map(PathBuf::from));
    libraries.next_back().ok_or_else(|| {
        Failure::usage("cargo built no library")
            .hint("Cargo.toml needs [lib] crate-type = [\"cdylib\"]")
    })
}

/// Runs a tool; what it prints is shown if it fails.
fn done(command: &mut Command, terminal: &Terminal) -> Result<String, Failure> {
    let tool = command.get_program().to_string_lossy().into_owned();
    terminal.message(&format!("building with {tool}"));
    let output = command.output().map_err(|e| Failure::io("start", Path::new(&tool), &e))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(Failure::usage(format!("{tool} could not build the plugin:\n{said}")))
}
