//! A dataset explains itself: origin, licence, codebook, a study file to run, and the checksums of its data.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::{Workspace, has_extension};

const FILES: [&str; 3] = ["SOURCE.md", "codebook.csv", "study.toml"];
const SECTIONS: [&str; 4] =
    ["**Origin.**", "**Licence.**", "**Attribution line**", "| file | what | sha256 |"];

pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>, String> {
    let names: BTreeSet<&str> = workspace
        .files(|path| path.starts_with("datasets/"))
        .filter_map(|path| path.split('/').nth(1))
        .collect();
    let mut problems = Vec::new();
    for name in names {
        problems.extend(dataset(workspace, &format!("datasets/{name}"))?);
    }
    Ok(problems)
}

fn dataset(workspace: &Workspace, folder: &str) -> Result<Vec<String>, String> {
    let own: BTreeSet<&str> = workspace
        .files(|path| path.starts_with(&format!("{folder}/")))
        .map(|path| &path[folder.len() + 1..])
        .collect();
    let mut problems: Vec<String> = FILES
        .iter()
        .filter(|file| !own.contains(**file))
        .map(|file| format!("{folder}/{file} is missing"))
        .collect();
    if !own.contains("SOURCE.md") {
        return Ok(problems);
    }
    let source = workspace.document(&format!("{folder}/SOURCE.md"))?;
    for section in SECTIONS.iter().filter(|section| !source.contains(**section)) {
        problems.push(format!("{folder}/SOURCE.md has no {section}"));
    }
    let licence_is_our_own = source.contains("**Licence.** MIT OR Apache-2.0");
    if !licence_is_our_own && !own.contains("LICENSE") {
        problems.push(format!("{folder}/LICENSE is missing: the text of the licence of the data"));
    }
    let mut listed = BTreeSet::new();
    for (file, checksum) in checksums(&source) {
        listed.insert(file);
        if !own.contains(file) {
            problems.push(format!("{folder}/SOURCE.md lists {file}, which is not there"));
        } else if !checksum.is_empty() {
            let found = hex(&Sha256::digest(workspace.bytes(&format!("{folder}/{file}"))?));
            if found != checksum {
                problems.push(format!("{folder}/{file} is not the file of SOURCE.md: {found}"));
            }
        } else if has_extension(file, &["csv"]) && file != "codebook.csv" {
            problems.push(format!("{folder}/SOURCE.md gives no sha256 for {file}"));
        }
    }
    for file in own.iter().filter(|file| **file != "SOURCE.md" && !listed.contains(**file)) {
        problems.push(format!("{folder}/SOURCE.md does not list {file}"));
    }
    Ok(problems)
}

/// The rows `| file | what | sha256 |` of the first table; the checksum is empty if none is given.
fn checksums(source: &str) -> impl Iterator<Item = (&str, &str)> {
    source
        .lines()
        .skip_while(|line| !line.starts_with("| file | what | sha256 |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .filter_map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            Some((*cells.first()?, cells.last()?.trim_matches('`')))
        })
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let written = write!(text, "{byte:02x}");
        debug_assert!(written.is_ok(), "writing into a string does not fail");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "**Origin.** x\n**Licence.** MIT OR Apache-2.0\n**Attribution line** x\n\n\
        | file | what | sha256 |\n|---|---|---|\n\
        | data.csv | rows | `b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c` |\n\
        | codebook.csv | columns |  |\n| study.toml | mapping |  |\n";

    fn problems(data: &str, source: &str) -> Vec<String> {
        let (_folder, workspace) = Workspace::of(&[
            ("datasets/a/SOURCE.md", source),
            ("datasets/a/codebook.csv", ""),
            ("datasets/a/study.toml", ""),
            ("datasets/a/data.csv", data),
        ]);
        check(&workspace).unwrap()
    }

    #[test]
    fn a_complete_dataset_passes() {
        assert!(problems("foo\n", SOURCE).is_empty());
    }

    #[test]
    fn a_changed_byte_is_found() {
        assert_eq!(problems("fob\n", SOURCE).len(), 1);
    }

    #[test]
    fn an_unlisted_file_and_a_foreign_licence_without_text_are_found() {
        assert_eq!(problems("foo\n", &SOURCE.replace("codebook.csv", "other.csv")).len(), 2);
        let foreign = SOURCE.replace("MIT OR Apache-2.0", "MIT");
        assert!(problems("foo\n", &foreign)[0].contains("LICENSE is missing"));
    }
}
