//! What may be linked: the licences and bans of deny.toml, checked on every machine and not only where `cargo deny` is.

use std::collections::BTreeSet;

use toml::Table;

use super::Workspace;
use crate::shell;

pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>, String> {
    let policy = workspace.document("deny.toml")?;
    let policy: Table = policy.parse().map_err(|e| format!("deny.toml: {e}"))?;
    // The default members with all they link and all that builds it, test dependencies left out.
    let linked = shell::output(&mut shell::cargo(&[
        "tree",
        "--locked",
        "--edges=normal,build",
        "--target=x86_64-unknown-linux-gnu",
        "--prefix=none",
        "--no-dedupe",
        "--format={p}\t{l}",
    ]))?;
    Ok(problems(&policy, &linked))
}

/// What is wrong with a list of packages, one `name version<tab>licence` a line.
fn problems(policy: &Table, linked: &str) -> Vec<String> {
    let allowed = words(&policy["licenses"]["allow"], |word| word.as_str());
    let banned = words(&policy["bans"]["deny"], |entry| {
        let only_twice = entry.get("deny-multiple-versions").is_some();
        entry.get("crate").and_then(toml::Value::as_str).filter(|_| !only_twice)
    });
    let mut problems = BTreeSet::new();
    for (package, licence) in linked.lines().filter_map(|line| line.split_once('\t')) {
        let name = package.split(' ').next().unwrap_or(package);
        if banned.contains(name) {
            problems.insert(format!("{name} is banned by deny.toml"));
        }
        if !is_allowed(licence, &allowed) {
            problems.insert(format!("{name} has the licence `{licence}`: not in deny.toml"));
        }
    }
    problems.into_iter().collect()
}

/// Whether one choice of a licence expression is allowed: `A OR B`, the older `A/B`, `(A OR B) AND C`.
fn is_allowed(licence: &str, allowed: &BTreeSet<&str>) -> bool {
    let all = |choice: &str| {
        choice.split(" AND ").all(|part| allowed.contains(part.trim_matches(['(', ')', ' '])))
    };
    let every_group =
        |expression: &str| expression.split(") AND ").all(|group| group.split(" OR ").any(all));
    every_group(&licence.replace('/', " OR "))
}

fn words<'a>(
    value: &'a toml::Value,
    word: impl Fn(&'a toml::Value) -> Option<&'a str>,
) -> BTreeSet<&'a str> {
    value.as_array().into_iter().flatten().filter_map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licence_expressions_are_read() {
        let allowed = BTreeSet::from(["MIT", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"]);
        for licence in [
            "MIT",
            "GPL-3.0 OR MIT",
            "MIT/Apache-2.0",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
        ] {
            assert!(is_allowed(licence, &allowed), "{licence}");
        }
        for licence in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND GPL-3.0"] {
            assert!(!is_allowed(licence, &allowed), "{licence}");
        }
    }

    #[test]
    fn a_ban_and_a_licence_are_each_a_problem() {
        let policy: Table = "licenses.allow = ['MIT']\n\
            bans.deny = [{ crate = 'net' }, { crate = 'twice', deny-multiple-versions = true }]"
            .parse()
            .unwrap();
        let linked =
            "dyad v0.1.0 (a/b)\tMIT\nnet v1.0.0\tMIT\n\ntwice v1.0.0\tMIT\nfoe v2.0.0\tGPL-3.0\n";
        let found = problems(&policy, linked);
        let expected =
            ["foe has the licence `GPL-3.0`: not in deny.toml", "net is banned by deny.toml"];
        assert_eq!(found, expected);
    }
}
