//! A clone stands alone: no file leads to a folder of the machine it was written on.

use super::Workspace;

/// Beginnings of paths that exist on one machine only, kept apart from their slashes so that this file passes.
const FOLDERS: [&str; 4] = ["home", "root", "work", "Users"];

pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>, String> {
    let mut problems = Vec::new();
    for path in workspace.files(|path| !path.starts_with(".git/")) {
        let Some(text) = workspace.text(path)? else { continue };
        for (number, line) in text.lines().enumerate() {
            if leads_home(line) {
                problems.push(format!("{path}:{}: a path of one machine", number + 1));
            }
        }
    }
    Ok(problems)
}

/// Whether a line holds an absolute path below one of the folders.
fn leads_home(line: &str) -> bool {
    FOLDERS.iter().any(|folder| {
        let path = format!("/{folder}/");
        line.match_indices(&path).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            // After a word or a dot it is the middle of a relative path or of an address.
            !before.is_some_and(|c| c.is_alphanumeric() || "._-/}$*~".contains(c))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_paths_are_found_and_relative_ones_are_not() {
        let absolute = format!("read \"/{}/me/data.csv\"", FOLDERS[0]);
        assert!(leads_home(&absolute));
        for folder in FOLDERS {
            assert!(!leads_home(&format!("https://example.org/{folder}/index.html")));
            assert!(!leads_home(&format!("a/{folder}/b")));
        }
    }
}
