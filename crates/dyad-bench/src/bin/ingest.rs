//! How long from a sessions file to a checked, sorted study, against bare polars that reads and sorts the same file?
//!
//! usage: `ingest DYAD [SESSIONS] [PYTHON]`
//!
//! DYAD is the release executable, PYTHON one that has polars. `dyad validate` is the whole way: it hashes, decodes, scans,
//! checks every cell for identifiers, scores, sorts and describes, and starts a process; the peer's time leaves its start out.
#![expect(clippy::print_stdout, reason = "a benchmark talks to a terminal")]

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use dyad_bench::child::{Cost, median_cost};

const TIMES: usize = 5;

const STUDY: &str = r#"version = 1
[study]
title = "Made for a benchmark"
seed = 1
[data]
sessions = "FILE"
[columns]
site = "site"
therapist = "therapist"
client = "client"
session = "session"
[measures.alliance_client]
role = "alliance"
rater = "client"
column = "alliance_client"
range = [1, 7]
[measures.alliance_therapist]
role = "alliance"
rater = "therapist"
column = "alliance_therapist"
range = [1, 7]
[measures.symptom]
role = "outcome"
column = "symptom"
better = "lower"
range = [0, 27]
[measures.baseline]
role = "baseline"
column = "baseline"
[measures.burnout]
role = "burnout"
column = "burnout"
[measures.dropout]
role = "dropout"
column = "dropout"
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let dyad = PathBuf::from(words.next().ok_or("usage: ingest DYAD [SESSIONS] [PYTHON]")?);
    let sessions: usize = words.next().map_or(Ok(1_000_000), |n| n.parse())?;
    let python = words.next().unwrap_or_else(|| "python3".to_owned());
    let folder = std::env::temp_dir().join(format!("dyad-bench-ingest-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let done = measure(&dyad, sessions, &python, &folder);
    fs::remove_dir_all(&folder)?;
    done
}

fn measure(
    dyad: &Path,
    sessions: usize,
    python: &str,
    folder: &Path,
) -> Result<(), Box<dyn Error>> {
    let csv = folder.join("sessions.csv");
    write(&csv, sessions)?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/read_sort.py");
    let parquet = folder.join("sessions.parquet");
    let made =
        Command::new(python).arg(&script).arg(&csv).arg("--to-parquet").arg(&parquet).status();
    let has_peer = made.is_ok_and(|status| status.success());
    println!("{sessions} sessions; median of {TIMES} after one to warm up");
    println!(
        "file      size MB   dyad s  dyad CPU s  dyad MiB   peer s  peer MiB    ratio  memory/file"
    );
    for (name, file) in [("CSV", &csv), ("Parquet", &parquet)] {
        if !file.is_file() {
            println!(
                "{name:8}  NOT RUN: the peer, which writes the file, is not installed (pip install polars)"
            );
            continue;
        }
        let size = fs::metadata(file)?.len() as f64 / (1024.0 * 1024.0);
        let study = folder.join(format!("{name}.toml"));
        let file_name = file.file_name().unwrap_or_default().to_string_lossy();
        fs::write(&study, STUDY.replace("FILE", &file_name))?;
        let own = median_cost(TIMES, || {
            let mut command = Command::new(dyad);
            command.arg("validate").arg(&study);
            command
        })?;
        let peer = if has_peer { Some(peer(python, &script, file)?) } else { None };
        line(name, size, own, peer);
    }
    Ok(())
}

fn line(name: &str, size: f64, own: Cost, peer: Option<(f64, f64)>) {
    let memory = own.peak / size;
    print!("{name:8} {size:8.1} {:8.3} {:11.3} {:9.0}", own.wall, own.cpu, own.peak);
    match peer {
        Some((seconds, peak)) => {
            println!(" {seconds:8.3} {peak:9.0} {:8.2} {memory:12.1}", own.wall / seconds);
        }
        None => println!("   NOT RUN: pip install polars {memory:12.1}"),
    }
}

/// Median seconds of reading and sorting, and the memory of that run.
fn peer(python: &str, script: &Path, file: &Path) -> Result<(f64, f64), Box<dyn Error>> {
    let mut runs = Vec::new();
    for _ in 0..=TIMES {
        let output = Command::new(python).arg(script).arg(file).output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut words = text.split_whitespace().map(str::parse::<f64>);
        let (Some(Ok(seconds)), Some(Ok(peak))) = (words.next(), words.next()) else {
            return Err(format!("{} said: {text}", script.display()).into());
        };
        runs.push((seconds, peak));
    }
    runs.remove(0);
    runs.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(runs[runs.len() / 2])
}

/// A network of 40 sites: about 7 sessions per client, 36 clients per therapist, in the order of nobody's key.
fn write(path: &Path, sessions: usize) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(
        out,
        "site,therapist,client,session,alliance_client,alliance_therapist,symptom,baseline,burnout,dropout"
    )?;
    let mut state = 1_u64;
    let mut next = move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1_u32 << 31)
    };
    let therapists = (sessions / 250).max(4);
    let (mut rows, mut client) = (0, 0);
    while rows < sessions {
        let therapist = client * 7919 % therapists;
        let burnout = 1.5 + 3.0 * (therapist % 97) as f64 / 97.0;
        let (baseline, dropout) = ((10.0 + 17.0 * next()).round(), u8::from(next() < 0.3));
        let (level, mut symptom) = (4.0 + 2.0 * next(), baseline);
        for session in 1..=3 + rows % 9 {
            if rows == sessions {
                break;
            }
            symptom = (symptom - 0.5 + 3.0 * (next() - 0.5)).clamp(0.0, 27.0);
            let rating = |noise: f64| (level + noise - 0.5).clamp(1.0, 7.0);
            let (a, b) = (rating(next()), rating(next()));
            writeln!(
                out,
                "S{:02},T{therapist:05},C{client:07},{session},{a:.2},{b:.2},{symptom:.0},{baseline:.0},{burnout:.2},{dropout}",
                therapist % 40
            )?;
            rows += 1;
        }
        client += 1;
    }
    out.flush()
}
