//! A citation that is not in the bibliography is not a citation.

use std::collections::BTreeSet;

use toml::Table;

use super::{Workspace, has_extension};

const BIBLIOGRAPHY: &str = "crates/dyad-report/references.bib";

pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>, String> {
    let bibliography = workspace.document(BIBLIOGRAPHY)?;
    let known: BTreeSet<&str> = bibliography.lines().filter_map(entry).collect();
    let mut problems = Vec::new();
    let cites = |path: &str| {
        (has_extension(path, &["rs"]) || path.ends_with("/words.toml"))
            && (path.starts_with("crates/") || path.starts_with("plugins/"))
    };
    // The examples of this rule, and of the report that reads citations, are none themselves.
    let example = |path: &&str| {
        ["crates/xtask/", "crates/dyad-report/src/"].iter().any(|own| path.starts_with(own))
    };
    for path in workspace.files(cites).filter(|path| !example(path)) {
        for (number, line) in workspace.document(path)?.lines().enumerate() {
            for key in keys(line).filter(|key| !known.contains(key)) {
                problems.push(format!("{path}:{}: `{key}` is not in {BIBLIOGRAPHY}", number + 1));
            }
        }
    }
    let explains = |path: &str| {
        path.starts_with("plugins/")
            && (path.ends_with("/explain.toml") || path.ends_with("/words.toml"))
    };
    for path in workspace.files(explains) {
        let text = workspace.document(path)?;
        let explained: Table = text.parse().map_err(|e| format!("{path}: {e}"))?;
        for key in sources(&explained).filter(|key| !known.contains(key)) {
            problems.push(format!("{path}: `{key}` is not in {BIBLIOGRAPHY}"));
        }
    }
    Ok(problems)
}

/// The keys of every `source` list of an explain.toml, whose estimates are a list, or of a words.toml, where each has a name.
fn sources(explained: &Table) -> impl Iterator<Item = &str> {
    let estimates = explained.get("estimate");
    let listed = estimates.and_then(toml::Value::as_array).into_iter().flatten();
    let named = estimates.and_then(toml::Value::as_table).into_iter().flat_map(Table::values);
    let lists = listed.chain(named).filter_map(|e| e.get("source")?.as_array());
    lists.flatten().filter_map(toml::Value::as_str)
}

/// The key of `@article{key,`.
fn entry(line: &str) -> Option<&str> {
    let (_, rest) = line.strip_prefix('@')?.split_once('{')?;
    Some(rest.trim_end_matches(',').trim())
}

/// The keys a line cites: `[@key]`, `[@key; @key]`, `.source("key")`, `.cites("key")`.
fn keys(line: &str) -> impl Iterator<Item = &str> {
    let in_brackets =
        line.split("[@").skip(1).filter_map(|rest| rest.split_once(']')).flat_map(|(inside, _)| {
            inside.split(';').map(|key| key.trim().trim_start_matches('@'))
        });
    let in_calls = [".source(\"", ".cites(\""]
        .into_iter()
        .flat_map(|call| line.split(call).skip(1))
        .filter_map(|rest| rest.split_once('"').map(|(key, _)| key));
    in_brackets.chain(in_calls)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_citing_is_read() {
        let line =
            r#"// [@bates2015; @satterthwaite1946] and x.source("fisher1921").cites("zou2007")"#;
        let found: Vec<_> = keys(line).collect();
        assert_eq!(found, ["bates2015", "satterthwaite1946", "fisher1921", "zou2007"]);
    }

    #[test]
    fn an_unknown_key_is_found() {
        let (_folder, workspace) = Workspace::of(&[
            (BIBLIOGRAPHY, "@article{bates2015,\n  title = {x}\n}\n"),
            ("crates/a/src/lib.rs", "//! [@bates2015]\n//! [@bates2051]\n"),
            ("plugins/b/explain.toml", "[[estimate]]\nsource = ['bates2015', 'nobody']\n"),
            (
                "plugins/b/words.toml",
                "[estimate.'a/A']\nsource = ['no_one']\n[text]\nt = '[@none]'\n",
            ),
        ]);
        let problems = check(&workspace).unwrap();
        assert_eq!(problems.len(), 4);
        assert!(problems[1].starts_with("plugins/b/words.toml:4: `none`"));
        assert!(problems[2].starts_with("plugins/b/explain.toml: `nobody`"));
        assert!(problems[3].starts_with("plugins/b/words.toml: `no_one`"));
        assert!(problems[0].starts_with("crates/a/src/lib.rs:2: `bates2051`"));
    }
}
