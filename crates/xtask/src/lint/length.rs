//! One subject, one file: what is longer than 600 lines has two.

use super::{Workspace, has_extension};

const LONGEST: usize = 600;

/// Source code in any language; data and prose may be long.
fn is_source(path: &str) -> bool {
    has_extension(path, &["rs", "R", "py", "sh", "c", "h", "html", "css"])
        && !path.starts_with("reports/")
}

pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>, String> {
    let mut problems = Vec::new();
    for path in workspace.files(is_source) {
        let lines = workspace.document(path)?.lines().count();
        if lines > LONGEST {
            problems.push(format!("{path} has {lines} lines; split it by subject"));
        }
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_file_is_600_lines() {
        let (fits, long) = ("//\n".repeat(600), "//\n".repeat(601));
        let (_folder, workspace) =
            Workspace::of(&[("a.rs", &fits), ("b.rs", &long), ("data.csv", &long)]);
        let problems = check(&workspace).unwrap();
        assert_eq!(problems, ["b.rs has 601 lines; split it by subject"]);
    }
}
