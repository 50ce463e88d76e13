//! How long does a whole `dyad run` take, against R and Python that do its headline analyses on the same file, and against bare
//! polars that reads and sorts it?
//!
//! usage: `peers DYAD PYTHON [--limit SECONDS] [--only PROGRAM,…]`
//!
//! DYAD is the release executable, PYTHON one that has the packages of `peers/headline.py`; PROGRAM is dyad, polars, R or python.
//! Prints Markdown: one table of times and memory with ratios, one of the stages of a run, one of the Reach lines.
#![expect(clippy::print_stdout, reason = "a benchmark talks to a terminal")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dyad_bench::child::{Cost, cost, median_cost, memory_together};
use serde_json::Value;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Rows, file format, and how often dyad runs.
const STUDIES: [(u64, &str, usize); 5] = [
    (10_000, "csv", 9),
    (100_000, "csv", 5),
    (1_000_000, "csv", 3),
    (1_000_000, "parquet", 3),
    (10_000_000, "parquet", 1),
];
/// The largest study that R and Python are given.
const PEERS_UP_TO: u64 = 1_000_000;

struct Bench {
    dyad: PathBuf,
    python: String,
    limit: u64,
    only: Vec<String>,
    folder: PathBuf,
}

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let usage = "usage: peers DYAD PYTHON [--limit SECONDS] [--only PROGRAM,…]";
    let dyad = PathBuf::from(words.next().ok_or(usage)?);
    let python = words.next().ok_or(usage)?;
    let folder = std::env::temp_dir().join(format!("dyad-bench-peers-{}", std::process::id()));
    let mut bench = Bench { dyad, python, limit: 3600, only: Vec::new(), folder };
    while let Some(word) = words.next() {
        let value = words.next().ok_or(usage)?;
        match word.as_str() {
            "--limit" => bench.limit = value.parse()?,
            "--only" => bench.only = value.split(',').map(str::to_owned).collect(),
            _ => return Err(usage.into()),
        }
    }
    fs::create_dir_all(&bench.folder)?;
    let done = bench.run();
    fs::remove_dir_all(&bench.folder)?;
    done
}

impl Bench {
    fn wants(&self, program: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == program)
    }

    fn run(&self) -> Result<()> {
        let mut lines = Vec::new();
        let mut stages = String::new();
        let mut agreement = Vec::new();
        let mut reach = Vec::new();
        // Who does not end in time is not given a larger study.
        let mut too_slow: Vec<&str> = Vec::new();
        for (rows, format, times) in STUDIES {
            let study = self.simulate(rows, format)?;
            let name = format!("{rows} {format}");
            let own = match self.own(&study, times) {
                Ok(own) => own,
                Err(reason) => {
                    // What was measured before is worth printing all the same.
                    lines.push(format!("| {name} | dyad run | did not end well | | | | | |"));
                    reach.push(format!("{name}: {reason}"));
                    fs::remove_dir_all(&study)?;
                    continue;
                }
            };
            lines.push(line(&name, "dyad run", &own, &own));
            let mut add = |program: &str, found: Option<Cost>| {
                if let Some(found) = found {
                    lines.push(line(&name, program, &found, &own));
                } else {
                    lines.push(format!(
                        "| {name} | {program} | more than {} s, or failed | | | | | |",
                        self.limit
                    ));
                }
                found
            };
            if self.wants("polars") {
                let found = self.read_and_sort(&study, format)?;
                add("polars, read and sort only", Some(found));
                reach.push(format!(
                    "{name}: dyad takes {:.2} times as long as polars to read and sort",
                    own.wall / found.wall
                ));
            }
            if rows <= PEERS_UP_TO && format == "csv" {
                for (program, label) in [("R", "headline.R"), ("python", "headline.py")] {
                    if !self.wants(program) || too_slow.contains(&program) {
                        continue;
                    }
                    let found = add(label, self.headline(program, &study));
                    if found.is_none() {
                        too_slow.push(program);
                    }
                    if let Some(found) = found {
                        reach.push(format!(
                            "{name}: dyad is {:.0} times as fast as {label}",
                            found.wall / own.wall
                        ));
                        agreement.push(agreement_with(&study, program, &name)?);
                    }
                }
            }
            if rows == 1_000_000 {
                stages.push_str(&breakdown(&study, &name)?);
            }
            if let Some(one) = self.one_core(&study, times) {
                reach.push(format!(
                    "{name}: two cores are {:.2} times as fast as one ({:.3} s)",
                    one.wall / own.wall,
                    one.wall
                ));
            }
            let column_mib = rows as f64 * 10.0 * 8.0 / 1_048_576.0;
            let together = memory_together(&mut self.command(&study))?;
            let together = together.map_or_else(
                || "is not told by this system".to_owned(),
                |mib| {
                    format!(
                        "at most {mib:.0} MiB, {:.2} times the ten columns as 8-byte numbers ({column_mib:.0} MiB)",
                        mib / column_mib
                    )
                },
            );
            reach.push(format!(
                "{name}: CPU {:.3} s; memory of host and workers together {together}",
                own.cpu
            ));
            fs::remove_dir_all(&study)?;
        }
        let help = median_cost(21, || {
            let mut command = Command::new(&self.dyad);
            command.arg("--help");
            command
        })?;
        reach.push(format!(
            "`dyad --help`: {:.1} ms; executable {:.1} MB",
            1000.0 * help.wall,
            fs::metadata(&self.dyad)?.len() as f64 / 1e6
        ));
        println!(
            "| sessions | program | wall s | CPU s | peak MiB | wall / dyad | CPU / dyad | memory / dyad |"
        );
        println!("|---|---|---:|---:|---:|---:|---:|---:|");
        println!("{}\n\n{stages}", lines.join("\n"));
        reach.extend(agreement);
        println!("- {}", reach.join("\n- "));
        Ok(())
    }

    fn simulate(&self, rows: u64, format: &str) -> Result<PathBuf> {
        let study = self.folder.join(format!("{rows}-{format}"));
        // A network of services: sites grow with the study, as they do.
        let sites = (rows / 25_000).clamp(6, 40).to_string();
        let mut command = Command::new(&self.dyad);
        command.args(["simulate", "--seed", "1", "--sites", &sites, "--sessions"]);
        command.arg(rows.to_string()).args(["--data", format, "--out"]).arg(&study);
        cost(&mut command)?;
        Ok(study)
    }

    fn command(&self, study: &Path) -> Command {
        let mut command = Command::new(&self.dyad);
        command.arg("run").arg(study.join("study.toml")).args([
            "--force",
            "--no-cache",
            "--sandbox",
            "best-effort",
            "--out",
        ]);
        command.arg(study.join("report"));
        command
    }

    fn own(&self, study: &Path, times: usize) -> Result<Cost> {
        Ok(median_cost(times, || self.command(study))?)
    }

    /// The same run on one core; `None` where `taskset` is not installed.
    fn one_core(&self, study: &Path, times: usize) -> Option<Cost> {
        median_cost(times.min(3), || {
            let own = self.command(study);
            let mut command = Command::new("taskset");
            command.args(["-c", "0"]).arg(own.get_program()).args(own.get_args());
            command
        })
        .ok()
    }

    /// Read and sorted by polars, the start of Python left out.
    fn read_and_sort(&self, study: &Path, format: &str) -> Result<Cost> {
        let script = peer("read_sort.py");
        let file = study.join(format!("sessions.{format}"));
        let mut runs = Vec::new();
        for _ in 0..4 {
            let output = Command::new(&self.python).arg(&script).arg(&file).output()?;
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let numbers: Vec<f64> =
                text.split_whitespace().map_while(|word| word.parse().ok()).collect();
            let [wall, peak, cpu, ..] = numbers[..] else {
                return Err(format!(
                    "read_sort.py said: {text}{}",
                    String::from_utf8_lossy(&output.stderr)
                )
                .into());
            };
            runs.push(Cost { wall, cpu, peak });
        }
        // The first fills the caches.
        runs.remove(0);
        runs.sort_by(|a, b| a.wall.total_cmp(&b.wall));
        Ok(runs[1])
    }

    /// One run of a peer; `None` if it fails or does not end within the limit.
    fn headline(&self, program: &str, study: &Path) -> Option<Cost> {
        let mut command = Command::new("timeout");
        command.arg(self.limit.to_string());
        if program == "R" {
            command.args(["Rscript", "--vanilla"]).arg(peer("headline.R"));
        } else {
            command.arg(&self.python).arg(peer("headline.py"));
        }
        command.arg(study.join("sessions.csv")).arg(study.join(program));
        cost(&mut command).ok()
    }
}

/// How far the peer's estimates are from ours.
fn agreement_with(study: &Path, program: &str, name: &str) -> Result<String> {
    let peer: Value =
        serde_json::from_slice(&fs::read(study.join(program).join("headline.json"))?)?;
    let results: Value = serde_json::from_slice(&fs::read(study.join("report/results.json"))?)?;
    let own = |id: &str| {
        let (plugin, id) = id.split_once('/')?;
        let analyses = results["analyses"].as_array()?;
        let estimates = analyses.iter().find(|a| a["plugin"] == plugin)?["estimates"].as_array()?;
        estimates.iter().find(|e| e["id"] == id)?["estimate"].as_f64()
    };
    let (mut furthest, mut where_, mut n) = (0.0, String::new(), 0);
    for (id, value) in peer["estimates"].as_object().into_iter().flatten() {
        let (Some(theirs), Some(ours)) = (value.as_f64(), own(id)) else {
            return Err(format!("{id} is not in both results").into());
        };
        n += 1;
        let distance = (theirs - ours).abs() / ours.abs();
        if distance >= furthest {
            (furthest, where_) = (distance, id.clone());
        }
    }
    let seconds = peer["seconds"].as_object().into_iter().flatten();
    let seconds: Vec<String> =
        seconds.map(|(part, s)| format!("{part} {:.2}", s.as_f64().unwrap_or(f64::NAN))).collect();
    let versions = peer["versions"].as_object().into_iter().flatten();
    let versions: Vec<String> =
        versions.map(|(k, v)| format!("{k} {}", v.as_str().unwrap_or_default())).collect();
    Ok(format!(
        "{name}, {program}: {n} estimates agree with dyad's to {furthest:.1e} (furthest: {where_}); seconds: {}; {}",
        seconds.join(", "),
        versions.join(", ")
    ))
}

fn peer(script: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(script)
}

fn line(name: &str, program: &str, found: &Cost, own: &Cost) -> String {
    format!(
        "| {name} | {program} | {:.3} | {:.3} | {:.0} | {:.2} | {:.2} | {:.2} |",
        found.wall,
        found.cpu,
        found.peak,
        found.wall / own.wall,
        found.cpu / own.cpu,
        found.peak / own.peak
    )
}

fn run_json(study: &Path) -> Result<Value> {
    Ok(serde_json::from_slice(&fs::read(study.join("report/run.json"))?)?)
}

/// The stages of the last run, and what each plugin used.
fn breakdown(study: &Path, name: &str) -> Result<String> {
    let run = run_json(study)?;
    let mut lines = vec![format!("Stages of one run, {name}:\n\n| stage | s |\n|---|---:|")];
    let stages = run["timings"].as_array().ok_or("run.json holds no timings")?;
    for stage in stages {
        let (name, seconds) = (stage[0].as_str(), stage[1].as_f64());
        let (name, seconds) =
            name.zip(seconds).ok_or("a stage of run.json has no name or no time")?;
        lines.push(format!("| {name} | {seconds:.3} |"));
    }
    for plugin in run["plugins"].as_array().into_iter().flatten() {
        let id = plugin["id"].as_str().unwrap_or_default();
        let of = |key: &str| plugin[key].as_f64().unwrap_or(f64::NAN);
        let (wall, cpu, peak) = (of("wall_s"), of("cpu_s"), of("peak_memory_kb") / 1024.0);
        lines.push(format!("| plugin {id}: {cpu:.3} s CPU, {peak:.0} MiB | {wall:.3} |"));
    }
    // An empty line ends the table.
    Ok(lines.join("\n") + "\n\n")
}
