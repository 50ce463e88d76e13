//! What does a plugin cost above its analysis, and a second run of an unchanged study?
//!
//! usage: `host DYAD [SESSIONS]`
//!
//! DYAD is the release executable with its plugins beside it. An empty plugin in C is handed every column of 100,000 sessions; the
//! peer is a bare process that ends at once. Then a simulated study is analysed with one worker at a time, with two at a time, and
//! once more from the cache.
#![expect(clippy::print_stdout, reason = "a benchmark talks to a terminal")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use dyad_bench::child::median_cost;
use serde_json::Value;

const TIMES: usize = 9;
const ROWS: usize = 100_000;

/// Reads nothing, finds nothing.
const EMPTY: &str = r#"
#include <string.h>
#include "dyad_plugin.h"
static int32_t emit(const dyad_host *h, const char *t) {
  dyad_str s = {(const uint8_t *)t, strlen(t)};
  return h->emit(h->ctx, s);
}
static int32_t describe(const dyad_host *h) {
  return emit(h, "{\"id\":\"empty\",\"version\":\"1\",\"title\":\"Empty\",\"reads\":{\"sessions\":"
                 "[\"site\",\"therapist\",\"client\",\"session\",\"@alliance\",\"@outcome\"]}}");
}
static int32_t create(const dyad_host *h, dyad_str r, void **i) { (void)h; (void)r; *i = 0; return 0; }
static int32_t run(void *i, const dyad_host *h) {
  (void)i;
  struct ArrowArrayStream s;
  int32_t code = h->input(h->ctx, (dyad_str){(const uint8_t *)"sessions", 8}, &s);
  if (code != 0) return code;
  s.release(&s);
  return emit(h, "{}");
}
static void destroy(void *i) { (void)i; }
const dyad_plugin dyad_plugin_v1 = {{'D','Y','A','D','P','L','G',1}, sizeof(dyad_plugin), 1, 0, 0, "empty", "1", "cc",
                                    describe, create, run, destroy, 0, {0, 0, 0, 0}};
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let dyad = PathBuf::from(words.next().ok_or("usage: host DYAD [SESSIONS]")?);
    let sessions = words.next().unwrap_or_else(|| "1000000".to_owned());
    let folder = std::env::temp_dir().join(format!("dyad-bench-host-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let done = overhead(&dyad, &folder).and_then(|()| runs(&dyad, &sessions, &folder));
    fs::remove_dir_all(&folder)?;
    done
}

/// An empty plugin against a bare process.
fn overhead(dyad: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    let alone = folder.join("alone");
    fs::create_dir_all(&alone)?;
    let executable = alone.join("dyad");
    fs::copy(dyad, &executable)?;
    let source = alone.join("empty.c");
    fs::write(&source, EMPTY)?;
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dyad-plugin/include");
    let mut cc = Command::new("cc");
    cc.args(["-std=c11", "-O2", "-shared", "-fPIC", "-o"]);
    cc.arg(alone.join("libdyad_plugin_empty.so")).arg(&source).arg("-I").arg(include);
    if !cc.status()?.success() {
        return Err("the empty plugin does not compile".into());
    }
    let study = simulate(dyad, &ROWS.to_string(), &folder.join("small"))?;
    let mut walls = Vec::new();
    for _ in 0..=TIMES {
        let (record, _) = run(&executable, &study, &folder.join("out"), &["--no-cache"])?;
        let plugin = record["plugins"][0].clone();
        if plugin["status"] != "ok" {
            return Err(format!("the empty plugin ended otherwise: {plugin}").into());
        }
        walls.push(plugin["wall_s"].as_f64().unwrap_or(f64::NAN));
    }
    walls.remove(0);
    walls.sort_by(f64::total_cmp);
    let own = walls[walls.len() / 2];
    let bare = median_cost(TIMES, || Command::new("true"))?.wall;
    println!("an empty plugin over {ROWS} sessions, median of {TIMES}");
    println!("  from start to findings, sealed table included   {:8.2} ms", own * 1e3);
    println!("  a bare process                                  {:8.2} ms", bare * 1e3);
    println!("  ratio                                           {:8.1}", own / bare);
    Ok(())
}

/// All plugins of the house: one at a time, two at a time, from the cache.
fn runs(dyad: &Path, sessions: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    let study = simulate(dyad, sessions, &folder.join("large"))?;
    let out = folder.join("out");
    let (one, _) = run(dyad, &study, &out, &["--no-cache", "--jobs", "1"])?;
    let (two, _) = run(dyad, &study, &out, &["--no-cache", "--jobs", "2"])?;
    let (_, first) = run(dyad, &study, &out, &[])?;
    let (again, second) = run(dyad, &study, &out, &[])?;
    let list = |record: &Value| record["plugins"].as_array().cloned().unwrap_or_default();
    let walls: Vec<f64> = list(&one).iter().filter_map(|p| p["wall_s"].as_f64()).collect();
    let half = slower_half(&walls);
    println!("{sessions} sessions, {} plugins", walls.len());
    println!(
        "  one at a time: sum of their times               {:8.3} s",
        walls.iter().sum::<f64>()
    );
    println!("  slower half of the best split over two workers  {half:8.3} s");
    println!("  two at a time                                   {:8.3} s", stage(&two, "analyse"));
    println!(
        "  ratio to the slower half                        {:8.2}",
        stage(&two, "analyse") / half
    );
    let cached = list(&again).iter().filter(|p| p["cached"] == true).count();
    println!("  first run, whole                                {first:8.3} s");
    println!("  second run, whole, {cached} plugins cached             {second:8.3} s");
    println!("  ratio of the second run                         {:8.3}", second / first);
    for timing in again["timings"].as_array().into_iter().flatten() {
        println!("    second run: {timing}");
    }
    Ok(())
}

/// A simulated study of about so many sessions; its study file.
fn simulate(dyad: &Path, sessions: &str, folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let mut command = Command::new(dyad);
    command.args(["simulate", "--sessions", sessions, "--seed", "1", "-q", "--out"]).arg(folder);
    let output = command.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(folder.join("study.toml"))
}

/// Runs a study; what `run.json` says, and the seconds of the whole process.
fn run(
    dyad: &Path,
    study: &Path,
    out: &Path,
    more: &[&str],
) -> Result<(Value, f64), Box<dyn Error>> {
    let mut command = Command::new(dyad);
    command.arg("run").arg(study).arg("--out").arg(out);
    command.args(["--force", "-q", "--sandbox", "best-effort"]).args(more);
    command.env("DYAD_CACHE", out.with_file_name("cache"));
    let start = Instant::now();
    let output = command.output()?;
    let seconds = start.elapsed().as_secs_f64();
    if output.status.code() == Some(2) {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok((serde_json::from_str(&fs::read_to_string(out.join("run.json"))?)?, seconds))
}

fn stage(record: &Value, name: &str) -> f64 {
    let timings = record["timings"].as_array().into_iter().flatten();
    let found = timings.filter(|t| t[0] == name).find_map(|t| t[1].as_f64());
    found.unwrap_or(f64::NAN)
}

/// The larger sum of the most even split in two.
fn slower_half(walls: &[f64]) -> f64 {
    let all: f64 = walls.iter().sum();
    let sums = (0..1_u32 << walls.len().min(20)).map(|chosen| {
        walls.iter().enumerate().filter(|(i, _)| chosen >> i & 1 == 1).map(|(_, w)| w).sum::<f64>()
    });
    sums.map(|sum| sum.max(all - sum)).fold(all, f64::min)
}
