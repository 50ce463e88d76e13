//! Building the executable with every plugin beside it.
//!
//! `cargo test` and `cargo run -p …` leave plugin libraries in `deps/` under an internal name; only a build of the workspace
//! puts them where the host looks. `--all-targets` makes this build and the tests share one set of features, so that nothing
//! is compiled twice.

use std::path::PathBuf;

use serde_json::Value;

use crate::shell;

/// Builds the workspace in a profile and returns the path of the `dyad` executable.
pub(crate) fn workspace(profile: &[&str]) -> Result<PathBuf, String> {
    let mut build = vec!["build", "--workspace", "--all-targets"];
    build.extend(profile);
    println!("$ cargo {}", build.join(" "));
    let messages =
        shell::output(shell::cargo(&build).arg("--message-format=json-render-diagnostics"))?;
    let executable = executable(&messages).ok_or("the build made no executable named `dyad`")?;
    Ok(PathBuf::from(executable))
}

/// The path of the `dyad` executable in cargo's messages.
fn executable(messages: &str) -> Option<String> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|m| m["reason"] == "compiler-artifact" && m["profile"]["test"] == false)
        .filter(|m| m["target"]["name"] == "dyad" && m["target"]["kind"][0] == "bin")
        .find_map(|m| m["executable"].as_str().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_the_binary_and_not_its_test_harness() {
        let artifact = |test: bool, path: &str| {
            format!(
                r#"{{"reason":"compiler-artifact","target":{{"name":"dyad","kind":["bin"]}},"profile":{{"test":{test}}},"executable":"{path}"}}"#
            )
        };
        let messages = format!("{}\n{}\n", artifact(true, "harness"), artifact(false, "binary"));
        assert_eq!(executable(&messages).as_deref(), Some("binary"));
        assert_eq!(executable("{\"reason\":\"build-finished\"}"), None);
    }
}
