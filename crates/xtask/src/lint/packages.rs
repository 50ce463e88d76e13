//! Every package is one of the house: it takes the workspace's lints, and a plugin is a library that forbids unsafe code.

use toml::Table;

use super::Workspace;

pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>, String> {
    let mut problems = Vec::new();
    for path in workspace.files(|path| path.ends_with("/Cargo.toml")) {
        let manifest = workspace.document(path)?;
        let manifest: Table = manifest.parse().map_err(|e| format!("{path}: {e}"))?;
        // A workspace of its own (the fuzz targets, which another compiler builds) has nothing to inherit.
        if manifest.contains_key("workspace") {
            continue;
        }
        if value(&manifest, &["lints", "workspace"]).and_then(toml::Value::as_bool) != Some(true) {
            problems.push(format!("{path} does not say `[lints] workspace = true`"));
        }
        let Some(id) = plugin_id(path) else { continue };
        let name = value(&manifest, &["package", "name"]).and_then(toml::Value::as_str);
        if name != Some(format!("dyad-plugin-{id}").as_str()) {
            problems.push(format!("{path}: the package must be named `dyad-plugin-{id}`"));
        }
        let kinds = value(&manifest, &["lib", "crate-type"]).and_then(toml::Value::as_array);
        if kinds.is_none_or(|kinds| kinds.len() != 1 || kinds[0].as_str() != Some("cdylib")) {
            problems.push(format!("{path}: `[lib] crate-type` must be [\"cdylib\"] alone"));
        }
        let source = path.replace("Cargo.toml", "src/lib.rs");
        if !workspace.document(&source)?.contains("#![forbid(unsafe_code)]") {
            problems.push(format!("{source} does not say `#![forbid(unsafe_code)]`"));
        }
    }
    Ok(problems)
}

/// The id of the plugin whose manifest this is.
fn plugin_id(path: &str) -> Option<&str> {
    let id = path.strip_prefix("plugins/")?.strip_suffix("/Cargo.toml")?;
    (!id.contains('/')).then_some(id)
}

fn value<'a>(table: &'a Table, keys: &[&str]) -> Option<&'a toml::Value> {
    let (last, tables) = keys.split_last()?;
    tables.iter().try_fold(table, |table, key| table.get(*key)?.as_table())?.get(*last)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "lints.workspace = true\nlib.crate-type = ['cdylib']\n\
                            [package]\nname = 'dyad-plugin-a-b'\n";

    fn problems(manifest: &str, source: &str) -> usize {
        let (_folder, workspace) = Workspace::of(&[
            ("plugins/a-b/Cargo.toml", manifest),
            ("plugins/a-b/src/lib.rs", source),
        ]);
        check(&workspace).unwrap().len()
    }

    #[test]
    fn a_plugin_of_the_house_passes() {
        assert_eq!(problems(MANIFEST, "#![forbid(unsafe_code)]\n"), 0);
    }

    #[test]
    fn a_workspace_of_its_own_has_nothing_to_inherit() {
        let (_folder, workspace) = Workspace::of(&[("fuzz/Cargo.toml", "[workspace]\n")]);
        assert!(check(&workspace).unwrap().is_empty());
    }

    #[test]
    fn each_rule_is_checked() {
        let safe = "#![forbid(unsafe_code)]\n";
        assert_eq!(problems(MANIFEST, "//! No promise.\n"), 1);
        assert_eq!(problems(&MANIFEST.replace("true", "false"), safe), 1);
        assert_eq!(problems(&MANIFEST.replace("'cdylib'", "'cdylib', 'rlib'"), safe), 1);
        assert_eq!(problems(&MANIFEST.replace("a-b", "a"), safe), 1);
    }
}
