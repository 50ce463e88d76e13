//! `cargo xtask acro`: ask PyPI's `acro` again for its decisions, and say whether one moved.

use std::path::PathBuf;
use std::process::Command;

use crate::shell;

/// The program, pinned: its decisions are compared to the letter.
const ACRO: &str = "acro==1.0.2";
const SCRIPT: &str = "tests/acro/decisions.py";
const WRITTEN: &str = "tests/acro/decisions.json";

pub(crate) fn run(args: &[String]) -> Result<(), String> {
    let own = shell::root().join("target/acro");
    let python = own.join("bin/python");
    match args {
        [] => {}
        [flag] if flag == "--install" => {
            shell::run(shell::command("python3", &["-m", "venv"]).arg(&own))?;
            shell::run(Command::new(&python).args(["-m", "pip", "install", "--quiet", ACRO]))?;
        }
        _ => return Err("usage: cargo xtask acro [--install]".to_owned()),
    }
    let python = [python, PathBuf::from("python3")].into_iter().find(has_acro);
    let Some(python) = python else {
        return Err(format!(
            "no Python with {ACRO} is here, so nothing was compared; `cargo xtask acro --install` makes one in target/acro"
        ));
    };
    let before =
        std::fs::read(shell::root().join(WRITTEN)).map_err(|e| format!("{WRITTEN}: {e}"))?;
    shell::run(Command::new(python).arg(SCRIPT).current_dir(shell::root()))?;
    let after =
        std::fs::read(shell::root().join(WRITTEN)).map_err(|e| format!("{WRITTEN}: {e}"))?;
    if before == after {
        println!("acro decides as before: {WRITTEN}");
        return Ok(());
    }
    Err(format!("acro decides otherwise than {WRITTEN} said; it is rewritten: look at what moved"))
}

/// Whether this Python has the pinned version.
fn has_acro(python: &PathBuf) -> bool {
    let version = "import importlib.metadata as m; print('acro==' + m.version('acro'))";
    Command::new(python)
        .args(["-c", version])
        .output()
        .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == ACRO)
}
