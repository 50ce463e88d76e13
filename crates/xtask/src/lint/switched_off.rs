//! A test that does not run is not a test.

use super::{Workspace, has_extension};

/// The attribute, kept in two parts so that this file passes.
const ATTRIBUTE: [&str; 2] = ["#[", "ignore"];

pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>, String> {
    let attribute = ATTRIBUTE.concat();
    let mut problems = Vec::new();
    for path in workspace.files(|path| has_extension(path, &["rs"])) {
        for (number, line) in workspace.document(path)?.lines().enumerate() {
            if line.trim_start().starts_with(&attribute) {
                problems.push(format!("{path}:{}: a test is switched off", number + 1));
            }
        }
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_is_switched_off_is_found() {
        let off = format!("#[test]\n{} = \"slow\"]\nfn f() {{}}\n", ATTRIBUTE.concat());
        let (_folder, workspace) = Workspace::of(&[("a.rs", &off), ("b.rs", "#[test]\n")]);
        assert_eq!(check(&workspace).unwrap(), ["a.rs:2: a test is switched off"]);
    }
}
