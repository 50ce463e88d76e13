//! `cargo xtask example-report`: write the demo's report again and compare it with the one in the repository.
//!
//! Compared is what data, settings and seed decide: results, tables and figures. The report and `run.json` quote the clock
//! and the machine, and the hash of a plugin is that of one compiler on one machine; they are written, not compared.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::{build, shell};

const EXAMPLE: &str = "reports/example";
/// What is compared, by path in the output folder.
const COMPARED: [&str; 3] = ["results.json", "tables", "figures"];

pub(crate) fn run(args: &[String]) -> Result<(), String> {
    let write = match args {
        [] => false,
        [flag] if flag == "--write" => true,
        _ => return Err("usage: cargo xtask example-report [--write]".to_owned()),
    };
    let dyad = build::workspace(&[])?;
    let example = shell::root().join(EXAMPLE);
    let fresh = dyad.with_file_name("example-report");
    shell::run(Command::new(dyad).args(["demo", "--force", "--no-cache", "--out"]).arg(&fresh))?;
    if write {
        copy(&fresh, &example)?;
        println!("{EXAMPLE} is written");
        return Ok(());
    }
    let differences = differences(&read(&example)?, &read(&fresh)?);
    if differences.is_empty() {
        println!("{EXAMPLE} is what this program writes");
        return Ok(());
    }
    Err(format!(
        "{EXAMPLE} is not what this program writes:\n  {}\n\
         hint: `cargo xtask example-report --write` replaces it; look at what moved before you commit",
        differences.join("\n  ")
    ))
}

/// The compared files of a report, by path.
type Files = BTreeMap<String, Vec<u8>>;

fn read(report: &Path) -> Result<Files, String> {
    let mut files = Files::new();
    for part in COMPARED {
        read_into(report, part, &mut files)?;
    }
    Ok(files)
}

fn read_into(report: &Path, name: &str, files: &mut Files) -> Result<(), String> {
    let path = report.join(name);
    let unreadable = |e| format!("cannot read {}: {e}", path.display());
    if path.is_dir() {
        for entry in path.read_dir().map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?.file_name();
            read_into(report, &format!("{name}/{}", entry.to_string_lossy()), files)?;
        }
    } else {
        files.insert(name.to_owned(), fs::read(&path).map_err(unreadable)?);
    }
    Ok(())
}

/// Copies a whole report over the files of another; what only the other has is left alone (a picture for the README).
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |e| format!("cannot copy {} to {}: {e}", from.display(), to.display());
    if !from.is_dir() {
        return fs::copy(from, to).map(drop).map_err(failed);
    }
    fs::create_dir_all(to).map_err(failed)?;
    for entry in from.read_dir().map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        copy(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}

fn differences(old: &Files, new: &Files) -> Vec<String> {
    let gone = old.keys().filter(|name| !new.contains_key(*name));
    let mut found: Vec<String> = gone.map(|name| format!("{name} is no longer written")).collect();
    for (name, bytes) in new {
        match old.get(name) {
            None => found.push(format!("{name} is new")),
            Some(before) if same(name, before, bytes) => {}
            Some(_) => found.push(format!("{name} differs")),
        }
    }
    found
}

fn same(name: &str, a: &[u8], b: &[u8]) -> bool {
    let parsed = |bytes| serde_json::from_slice::<Value>(bytes).ok().map(without_hashes);
    if name == "results.json" { parsed(a).is_some() && parsed(a) == parsed(b) } else { a == b }
}

/// Results without the hashes of the plugins.
fn without_hashes(mut results: Value) -> Value {
    for analysis in results["analyses"].as_array_mut().into_iter().flatten() {
        if let Some(fields) = analysis.as_object_mut() {
            fields.remove("sha256");
        }
    }
    results
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> Files {
        list.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn hashes_may_differ_and_numbers_may_not() {
        let results = |hash: &str, number: f64| {
            format!(r#"{{"analyses": [{{"sha256": "{hash}", "estimate": {number}}}]}}"#)
        };
        let old = files(&[("results.json", &results("a", 0.1)), ("tables/a.csv", "1")]);
        let rebuilt = files(&[("results.json", &results("b", 0.1)), ("tables/a.csv", "1")]);
        assert!(differences(&old, &rebuilt).is_empty());
        let moved = files(&[("results.json", &results("b", 0.2)), ("figures/b.svg", "")]);
        let expected =
            ["tables/a.csv is no longer written", "figures/b.svg is new", "results.json differs"];
        assert_eq!(differences(&old, &moved), expected);
    }
}
