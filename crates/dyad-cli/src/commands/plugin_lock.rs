//! `dyad plugins add` and `dyad plugins remove`: what may be loaded from a folder of other people's plugins.

use std::fs;
use std::io::{self, BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use dyad_host::{Catalogue, Found, LOCK_NAME, Lock, Locked, SCRIPT_MANIFEST, library_name};
use dyad_model::Manifest;
use serde_json::json;

use super::run::place;
use crate::args::{Format, Sandbox};
use crate::failure::Failure;
use crate::terminal::Terminal;

/// Shows what a plugin asks for and, if the user agrees, copies it and writes the lock.
pub(crate) fn add(
    path: &Path,
    to: Option<&Path>,
    yes: bool,
    terminal: &Terminal,
) -> Result<u8, Failure> {
    let folder = folder(to, "--to")?;
    // What it says of itself is its own code's word: it runs confined, as in a run.
    let catalogue = Catalogue::single(path, &place(Sandbox::BestEffort)?).map_err(Failure::from)?;
    let Some(plugin) = catalogue.plugins.first() else {
        return Err(Failure::usage("there is no plugin"));
    };
    let manifest = match &plugin.manifest {
        Ok(manifest) => manifest,
        Err((status, why)) => {
            let what = format!("{} cannot be used: {}: {why}", path.display(), status.as_str());
            return Err(Failure::coded("plugins", what)
                .hint("`dyad plugins check` tells its author what is wrong"));
        }
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if manifest.id.is_empty() || !manifest.id.chars().all(plain) {
        return Err(Failure::coded("plugins", "its id must be lower case words joined by `-`"));
    }
    let failed = |e: io::Error| Failure::io("use the folder", &folder, &e);
    fs::create_dir_all(&folder).map_err(failed)?;
    let mut lock = Lock::read(&folder).map_err(failed)?.unwrap_or_default();
    terminal.message(&described(plugin, manifest, &lock));
    if !yes && !agreed()? {
        return Err(Failure::usage(format!("{} was not added", manifest.id)));
    }
    let name = copy(plugin, &manifest.id, &folder)?;
    lock.insert(Locked::of(manifest, name.clone(), plugin.sha256.clone(), plugin.is_script()));
    lock.write(&folder).map_err(failed)?;
    match terminal.format {
        Format::Json => terminal.result(&format!(
            "{:#}",
            json!({ "schema_version": 1, "added": manifest.id, "file": folder.join(name),
                    "sha256": plugin.sha256 })
        )),
        Format::Text => {
            terminal.result(&format!("added {} to {}", manifest.id, folder.display()));
            if to.is_some() {
                terminal
                    .message(&format!("next: DYAD_PLUGIN_PATH={} dyad run …", folder.display()));
            }
        }
    }
    Ok(0)
}

/// Takes a plugin out of a folder and of its lock.
pub(crate) fn remove(id: &str, from: Option<&Path>, terminal: &Terminal) -> Result<u8, Failure> {
    let folder = folder(from, "--from")?;
    let failed = |e: io::Error| Failure::io("use the folder", &folder, &e);
    let mut lock = Lock::read(&folder).map_err(failed)?.unwrap_or_default();
    let Some(locked) = lock.remove(id) else {
        let what = format!("{} of {} names no `{id}`", LOCK_NAME, folder.display());
        return Err(Failure::coded("unknown_plugin", what));
    };
    // The lock first: a plugin without its file is an error, a file without its lock is not loaded.
    lock.write(&folder).map_err(failed)?;
    let file = folder.join(&locked.file);
    let is_inside = Path::new(&locked.file).components().count() == 1;
    if is_inside && file.join(SCRIPT_MANIFEST).is_file() {
        fs::remove_dir_all(&file).map_err(|e| Failure::io("remove", &file, &e))?;
    } else if is_inside && file.is_file() {
        fs::remove_file(&file).map_err(|e| Failure::io("remove", &file, &e))?;
    }
    terminal.result(&format!("removed {id} from {}", folder.display()));
    Ok(0)
}

/// The folder named, or the first of `DYAD_PLUGIN_PATH`.
fn folder(named: Option<&Path>, option: &str) -> Result<PathBuf, Failure> {
    let path = std::env::var_os("DYAD_PLUGIN_PATH").unwrap_or_default();
    let first = std::env::split_paths(&path).find(|p| !p.as_os_str().is_empty());
    named.map(Path::to_path_buf).or(first).ok_or_else(|| {
        Failure::usage("there is no folder for plugins of others").hint(format!(
            "name one with {option}, or set DYAD_PLUGIN_PATH, which `dyad run` searches"
        ))
    })
}

/// What the user decides about.
fn described(plugin: &Found, manifest: &Manifest, lock: &Lock) -> String {
    let mut lines = vec![
        format!("{} {}: {}", manifest.id, manifest.version, manifest.title),
        format!("sha256   {}", plugin.sha256),
    ];
    if let Some(interpreter) = &plugin.interpreter {
        lines.push(format!("script   run by {interpreter}"));
    }
    for (table, columns) in &manifest.reads {
        lines.push(format!("reads    {table}: {}", columns.join(", ")));
    }
    let limits = manifest.limits;
    lines.push(format!(
        "limits   {} s, {} s CPU, {} MB memory, {} MB of findings, threads: {}",
        limits.wall_s, limits.cpu_s, limits.memory_mb, limits.output_mb, limits.threads
    ));
    if let Some(before) = lock.plugins.iter().find(|p| p.id == manifest.id) {
        lines.push(format!("replaces {} with sha256 {}", before.version, before.sha256));
        for (table, columns) in &manifest.reads {
            let had = before.reads.get(table).cloned().unwrap_or_default();
            let new: Vec<&str> =
                columns.iter().filter(|c| !had.contains(c)).map(String::as_str).collect();
            if !new.is_empty() {
                lines.push(format!("new      {table}: {}", new.join(", ")));
            }
        }
    }
    lines.join("\n")
}

/// Asks. Without a person at the terminal nothing is agreed to.
fn agreed() -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::usage("nobody can be asked: this is no terminal")
            .hint("--yes agrees to what was shown"));
    }
    anstream::eprint!("let it read these columns and run? [y/N] ");
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    read.map_err(|e| Failure::io("read", Path::new("the answer"), &e))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// Copies the plugin into the folder under the name it is looked for.
fn copy(plugin: &Found, id: &str, folder: &Path) -> Result<String, Failure> {
    let name = if plugin.is_script() { id.to_owned() } else { library_name(id) };
    let target = folder.join(&name);
    let failed = |e: io::Error| Failure::io("copy to", &target, &e);
    if plugin.is_script() {
        fs::create_dir_all(&target).map_err(failed)?;
        for (name, bytes) in plugin.script_files() {
            fs::write(target.join(name), bytes).map_err(failed)?;
        }
    } else if !same(&plugin.path, &target) {
        fs::copy(&plugin.path, &target).map_err(failed)?;
    }
    Ok(name)
}

fn same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}
