//! `cargo xtask test`: build everything, then test everything.

use crate::{build, shell};

/// The variable by which the tests of the whole learn where the executable is.
const EXECUTABLE: &str = "DYAD_EXECUTABLE";

pub(crate) fn run(args: &[String]) -> Result<(), String> {
    let executable = build::workspace(&profile(args))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_build_takes_the_profile_of_the_tests() {
        let args = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        assert_eq!(profile(&args(&["-p", "x", "--release"])), ["--release"]);
        assert_eq!(profile(&args(&["--profile", "bench", "name"])), ["--profile", "bench"]);
        assert!(profile(&args(&["--", "--release"])).is_empty());
    }
}
