//! `cargo xtask test`: build everything, then test everything.
//!
//! `cargo test` alone leaves no plugin library beside the executable (they stay in `deps/` under an internal name), so the
//! tests of the whole would find none, or an old one. Building first puts them there; `--all-targets` makes the build and
//! the tests share one set of features, so nothing is compiled twice.

use serde_json::Value;

use crate::shell;

/// The variable by which the tests of the whole learn where the executable is.
const EXECUTABLE: &str = "DYAD_EXECUTABLE";

pub(crate) fn run(args: &[String]) -> Result<(), String> {
    let mut build = vec!["build", "--workspace", "--all-targets"];
    build.extend(profile(args));
    println!("$ cargo {}", build.join(" "));
    let messages =
        shell::output(shell::cargo(&build).arg("--message-format=json-render-diagnostics"))?;
    let executable = executable(&messages).ok_or("the build made no executable named `dyad`")?;

    let mut test = vec!["test", "--workspace"];
    test.extend(args.iter().map(String::as_str));
    shell::run(shell::cargo(&test).env(EXECUTABLE, executable))
}

/// The arguments that choose a profile: the build must use the one of the tests.
fn profile(args: &[String]) -> Vec<&str> {
    let mut chosen = Vec::new();
    let mut words = args.iter().map(String::as_str).take_while(|word| *word != "--");
    while let Some(word) = words.next() {
        match word {
            "--release" | "-r" => chosen.push(word),
            "--profile" => {
                chosen.push(word);
                chosen.extend(words.next());
            }
            _ if word.starts_with("--profile=") => chosen.push(word),
            _ => {}
        }
    }
    chosen
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

    #[test]
    fn the_build_takes_the_profile_of_the_tests() {
        let args = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        assert_eq!(profile(&args(&["-p", "x", "--release"])), ["--release"]);
        assert_eq!(profile(&args(&["--profile", "bench", "name"])), ["--profile", "bench"]);
        assert!(profile(&args(&["--", "--release"])).is_empty());
    }
}
