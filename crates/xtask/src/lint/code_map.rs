//! A page that lists most of the crates is worse than none: ARCHITECTURE.md lists all.

use super::Workspace;

pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>, String> {
    let map = workspace.document("ARCHITECTURE.md")?;
    let packages = workspace.files(|path| path.ends_with("/Cargo.toml"));
    Ok(packages
        .filter_map(|path| path.strip_suffix("/Cargo.toml"))
        .filter(|folder| !map.contains(&format!("`{folder}`")))
        .map(|folder| format!("ARCHITECTURE.md does not name `{folder}`"))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unnamed_package_is_found() {
        let (_folder, workspace) = Workspace::of(&[
            ("ARCHITECTURE.md", "`crates/a` is one room"),
            ("crates/a/Cargo.toml", ""),
            ("plugins/b/Cargo.toml", ""),
        ]);
        assert_eq!(check(&workspace).unwrap(), ["ARCHITECTURE.md does not name `plugins/b`"]);
    }
}
