//! How long does the report take to write beside the analysis it reports, and how large is it for a million sessions?
//!
//! usage: `report DYAD [SESSIONS]`
//!
//! DYAD is the release executable. Written, without pictures, is the demo's report: results, page, Markdown, tables, figures. The
//! analyses beside it compute everything: nothing is taken from an earlier run. The size that is held to a limit is the page's,
//! which is what one mails; what lies beside it is printed too.
#![expect(clippy::print_stdout, reason = "a benchmark talks to a terminal")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use dyad_report::Options;

const TIMES: usize = 31;
/// Runs of the demo whose analyses are timed.
const RUNS: usize = 7;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let dyad = PathBuf::from(words.next().ok_or("usage: report DYAD [SESSIONS]")?);
    let sessions: u64 = words.next().map_or(Ok(1_000_000), |n| n.parse())?;
    let folder = std::env::temp_dir().join(format!("dyad-bench-report-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let done = time(&dyad, &folder).and_then(|()| size(&dyad, sessions, &folder));
    fs::remove_dir_all(&folder)?;
    done
}

/// Median milliseconds of writing the demo's report, beside the time of its analyses.
fn time(dyad: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    let demo = folder.join("demo");
    let mut analyses = Vec::new();
    for _ in 0..RUNS {
        let demo_run = ["demo", "--quiet", "--no-cache", "--force", "--out"];
        run(Command::new(dyad).args(demo_run).arg(&demo))?;
        let timings = dyad_report::read(&demo)?.provenance.timings;
        let stage = timings.iter().find(|(stage, _)| *stage == "analyse");
        analyses.push(1000.0 * stage.ok_or("run.json times no stage `analyse`")?.1);
    }
    let analysis = median(&mut analyses);
    let saved = dyad_report::read(&demo)?;
    let options = Options { profile: saved.profile, ..Options::default() };
    let mut milliseconds = Vec::new();
    for turn in 0..=TIMES {
        let out = folder.join(format!("turn-{turn}"));
        fs::create_dir(&out)?;
        let start = Instant::now();
        dyad_report::write(&saved.results, &saved.provenance, &options, &out)?;
        milliseconds.push(1000.0 * start.elapsed().as_secs_f64());
        fs::remove_dir_all(&out)?;
    }
    // The first fills caches.
    milliseconds.remove(0);
    let report = median(&mut milliseconds);
    println!(
        "demo: report {report:.1} ms, median of {TIMES} (target: at most 150); analyses {analysis:.1} ms, median of {RUNS} \
         without cache; ratio {:.2}",
        report / analysis
    );
    Ok(())
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Bytes of a report on so many simulated sessions.
fn size(dyad: &Path, sessions: u64, folder: &Path) -> Result<(), Box<dyn Error>> {
    let (study, out) = (folder.join("simulated"), folder.join("large"));
    let mut simulate = Command::new(dyad);
    simulate.args(["simulate", "--data", "parquet", "--sessions", &sessions.to_string(), "--out"]);
    run(simulate.arg(&study))?;
    run(Command::new(dyad)
        .args(["run", "--quiet", "--sandbox", "best-effort", "--out"])
        .arg(&out)
        .arg(study.join("study.toml")))?;
    let mut all = 0;
    for name in ["report.html", "results.json", "report.md", "release.json", "tables", "figures"] {
        let bytes = bytes(&out.join(name))?;
        all += bytes;
        let limit = if name == "report.html" { " (target: under 2,000)" } else { "" };
        println!("{sessions} sessions: {name:13} {:9.1} KB{limit}", bytes as f64 / 1000.0);
    }
    println!("{sessions} sessions: together      {:9.1} KB", all as f64 / 1000.0);
    Ok(())
}

fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let output = command.output()?;
    if output.status.code().is_some_and(|code| code < 2) {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
}

fn bytes(path: &Path) -> std::io::Result<u64> {
    if !path.is_dir() {
        return Ok(fs::metadata(path)?.len());
    }
    fs::read_dir(path)?.map(|entry| bytes(&entry?.path())).sum()
}
