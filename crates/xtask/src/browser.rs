//! `cargo xtask browser`: look at the demo's report, at one of real data, and at a comparison, as a reader's browser does.
//!
//! No message on the console, no request, nothing wider than the window at three widths in light and dark, no violation found by
//! axe-core, nothing cut on paper. Needs Chromium, Node and pdftotext from the system's packages and axe-core from the npm registry;
//! what is not there is said, and the task fails: it never passes without having looked.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{build, shell};

/// Debian's names of what the check needs.
const DEBIAN: [&str; 4] = ["chromium", "nodejs", "npm", "poppler-utils"];
/// The one package from the npm registry.
const AXE: &str = "axe-core@4.14.1";
const CHECK: &str = "tests/browser/check.mjs";

pub(crate) fn run(args: &[String]) -> Result<(), String> {
    match args {
        [] => {}
        [flag] if flag == "--install" => install()?,
        _ => return Err("usage: cargo xtask browser [--install]".to_owned()),
    }
    let chromium = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|program| shell::is_installed(program))
        .ok_or_else(|| missing("Chromium"))?;
    if !shell::is_installed("node") {
        return Err(missing("Node"));
    }
    // pdftotext knows -v and no --version.
    if Command::new("pdftotext").arg("-v").output().is_err() {
        return Err(missing("pdftotext"));
    }
    let dyad = build::workspace(&[])?;
    let folder = dyad.with_file_name("browser");
    let axe = axe(&folder)?;
    let pages = pages(&dyad, &folder)?;
    let mut check = shell::command("node", &[CHECK, chromium]);
    shell::run(check.arg(axe).arg(&folder).args(pages))
}

fn missing(what: &str) -> String {
    format!(
        "{what} is not installed, so nothing was looked at; `cargo xtask browser --install` installs it by apt"
    )
}

fn install() -> Result<(), String> {
    shell::run(&mut shell::command("apt-get", &["update", "--quiet=2"]))?;
    let mut install = vec!["install", "--yes", "--quiet=2", "--no-install-recommends"];
    // What is there stays as it is: Node may come from elsewhere than Debian, and then its npm does too.
    let there = |package: &str| match package {
        "nodejs" => shell::is_installed("node"),
        other => shell::is_installed(other),
    };
    install.extend(DEBIAN.into_iter().filter(|package| !there(package)));
    shell::run(&mut shell::command("apt-get", &install))
}

/// axe-core in one file, fetched once.
fn axe(folder: &Path) -> Result<PathBuf, String> {
    let file = folder.join("node_modules/axe-core/axe.min.js");
    let wanted = AXE.rsplit('@').next().unwrap_or("");
    let version = fs::read_to_string(folder.join("node_modules/axe-core/package.json"));
    let there = version.is_ok_and(|text| {
        serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|p| p["version"] == wanted)
    });
    if !(there && file.is_file()) {
        fs::create_dir_all(folder)
            .map_err(|e| format!("cannot create {}: {e}", folder.display()))?;
        let quiet =
            ["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"];
        shell::run(shell::command("npm", &quiet).arg(folder).arg(AXE))
            .map_err(|e| format!("{e}; without {AXE} nothing was looked at"))?;
    }
    Ok(file)
}

/// Real data, most of whose analyses are refused or switched off: other pages than the demo's.
const REAL: &str = "datasets/suddengains/study.toml";

/// Writes what is looked at: the demo with every picture, real data, and the demo beside itself.
fn pages(dyad: &Path, folder: &Path) -> Result<Vec<PathBuf>, String> {
    let [demo, real, beside] = ["demo", "real", "comparison"].map(|name| folder.join(name));
    shell::run(Command::new(dyad).args(["demo", "--force", "--png", "--pdf", "--out"]).arg(&demo))?;
    let mut run = Command::new(dyad);
    run.args(["run", REAL, "--sandbox", "best-effort", "--force", "--png", "--out"]).arg(&real);
    shell::run(&mut run)?;
    let mut compare = Command::new(dyad);
    compare.arg("compare").arg(&demo).arg(&demo).args(["--force", "--out"]).arg(&beside);
    shell::run(&mut compare)?;
    Ok(vec![demo.join("report.html"), real.join("report.html"), beside.join("compare.html")])
}
