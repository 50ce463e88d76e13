//! A plugin reads like the method: settings, selection, calls, findings. What is longer holds what the kit or the statistics should.

use std::collections::BTreeMap;

use super::{Workspace, has_extension};

/// Lines of code, without blank lines and comments; tests of a plugin stand beside its sources, not in them.
const MOST: usize = 300;

/// The name of the plugin whose source a file is.
fn plugin(path: &str) -> Option<&str> {
    let (name, file) = path.strip_prefix("plugins/")?.split_once("/src/")?;
    has_extension(file, &["rs"]).then_some(name)
}

fn is_code(line: &&str) -> bool {
    let line = line.trim_start();
    !line.is_empty() && !line.starts_with("//")
}

pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>, String> {
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    for path in workspace.files(|path| plugin(path).is_some()) {
        let code = workspace.document(path)?.lines().filter(is_code).count();
        *lines.entry(plugin(path).unwrap_or(path)).or_default() += code;
    }
    let long = lines.into_iter().filter(|(_, lines)| *lines > MOST);
    let said = long.map(|(name, lines)| {
        format!(
            "plugins/{name} has {lines} lines of code, more than {MOST}: a statistic belongs in crates/dyad-stats, a design, a figure or how \
             a result is reported in crates/dyad-plugin"
        )
    });
    Ok(said.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_counted_over_all_files_of_a_plugin() {
        let (half, comments) = ("x();\n".repeat(150), "// why\n\n".repeat(400));
        let more = format!("{half}{comments}y();\n");
        let (_folder, workspace) = Workspace::of(&[
            ("plugins/fits/src/lib.rs", &half),
            ("plugins/fits/src/words.rs", &half),
            ("plugins/long/src/lib.rs", &half),
            ("plugins/long/src/words.rs", &more),
            ("plugins/long/words.toml", &more),
            ("crates/kit/src/lib.rs", &more.repeat(3)),
        ]);
        let problems = check(&workspace).unwrap();
        assert_eq!(problems.len(), 1);
        assert!(problems[0].starts_with("plugins/long has 301 lines of code"), "{problems:?}");
    }
}
