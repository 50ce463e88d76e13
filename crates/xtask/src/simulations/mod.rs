//! `cargo xtask simulations`: what the analyses find where the truth is known.
//!
//! Draws studies with planted effects and studies without any, runs the built executable on each, and counts how often a 95 % interval
//! holds the truth and how often something is found that is not there. The table is tests/simulations/README.md.

mod rows;
mod study;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use self::rows::{Drawn, FALSE_FINDINGS, INTERVALS, Interval, Truth};
use self::study::{Results, Study};
use crate::{build, shell};

/// Studies of each kind.
const STUDIES: usize = 200;
/// Studies of which only a part is analysed, for each of the others: they cost little.
const MORE: usize = 5;
/// Programs at work at once.
const PROCESSES: usize = 2;
/// An interval must hold the truth at least so often …
const COVERAGE: f64 = 0.92;
/// … and a study without effects must not find one more often than this.
const FALSE_SHARE: f64 = 0.07;
/// Seed of the first study of each kind.
const PLANTED_SEED: u64 = 1;
const NULL_SEED: u64 = 100_001;
const MORE_SEED: u64 = 200_001;
const ALIKE_SEED: u64 = 300_001;
const THERAPISTS_SEED: u64 = 400_001;

pub(crate) fn run(args: &[String]) -> Result<(), String> {
    let (studies, executable) = match args {
        [] => (STUDIES, None),
        [word, n] if word == "--studies" => (count(n)?, None),
        [word, path] if word == "--executable" => (STUDIES, Some(path)),
        [word, n, other, path] if word == "--studies" && other == "--executable" => {
            (count(n)?, Some(path))
        }
        _ => {
            return Err(
                "usage: cargo xtask simulations [--studies N] [--executable DYAD]".to_owned()
            );
        }
    };
    let executable = match executable {
        Some(path) => path.into(),
        None => build::workspace(&["--release"])?,
    };
    let found = simulate(&executable, studies)?;
    let folder = shell::root().join("tests/simulations");
    let write = |e: std::io::Error| format!("cannot write {}: {e}", folder.display());
    std::fs::create_dir_all(&folder).map_err(write)?;
    std::fs::write(folder.join("README.md"), &found.table).map_err(write)?;
    println!("{}", found.table);
    if found.missed.is_empty() {
        Ok(())
    } else {
        Err(format!("outside the limits: {}", found.missed.join(", ")))
    }
}

fn count(word: &str) -> Result<usize, String> {
    match word.parse() {
        Ok(n) if n > 0 => Ok(n),
        _ => Err(format!("`{word}` is not a number of studies")),
    }
}

/// The table, and the rows outside the limits that have no reason written beside them.
struct Found {
    table: String,
    missed: Vec<&'static str>,
}

fn simulate(executable: &Path, studies: usize) -> Result<Found, String> {
    let planted = Planted::draw(executable, studies)?;
    let null = all(executable, &Study::null(), NULL_SEED, studies)?;
    let more = MORE * studies;
    let mut table = format!(
        "# What the analyses find where the truth is known\n\n\
         Written by `cargo xtask simulations`: {studies} studies with planted effects, {studies} without any, drawn by `dyad simulate`, analysed by `dyad \
         run`. Each has {}. Planted: {}. Without effects: {}. For change and early peak there are {more} studies more with the same effects, and {more} at \
         sites that are alike; for the share of therapists with burnout {more} of 2 clients a therapist.\n\n\
         ## How often a 95 % interval holds the truth\n\n\
         At least {:.0} % is asked for. *Truth*: `parameter` is exact (`truth.json`); `long run` is the estimate of one study of {} with the same \
         parameters, for estimands that the parameters do not give in closed form.\n\n\
         *Sites*: an interval by therapist is about therapists like these at these sites, the network as it is. That claim is tried where sites \
         are `alike`. Where they `differ`, every study draws four others, and the truth is that of all such sites: only the interval by site claims \
         to hold that one, and what the other intervals do there is shown beside it.\n\n\
         | analysis | estimate | sites | truth | from | studies | mean estimate | interval holds it | |\n|---|---|---|---|---|---|---|---|---|\n",
        study::SIZE_WORDS,
        Study::planted().words(),
        Study::null().words(),
        100.0 * COVERAGE,
        study::LARGE_WORDS,
    );
    let mut missed = Vec::new();
    for row in INTERVALS {
        let line = interval(row, &planted)?;
        let holds = line.share >= COVERAGE;
        if !holds && row.why_below.is_empty() {
            missed.push(row.id);
        }
        let (analysis, id) = row.id.split_once('/').unwrap_or(("", row.id));
        let verdict = if holds { "holds" } else { row.why_below };
        let from = match row.truth {
            Truth::Parameter(_) => "parameter",
            Truth::LongRun => "long run",
        };
        writeln!(
            table,
            "| {analysis} | `{id}`{} | {} | {:.3} | {from} | {} | {:.3} | {:.1} % | {verdict} |",
            row.which.words(),
            if row.drawn == Drawn::MoreAlike { "alike" } else { "differ" },
            line.truth,
            line.studies,
            line.mean,
            100.0 * line.share
        )
        .map_err(|e| e.to_string())?;
    }
    write!(
        table,
        "\n## How often something is found that is not there\n\n\
         In the studies without effects; at most {:.0} % is asked for.\n\n\
         | analysis | what | found when | studies | found | |\n|---|---|---|---|---|---|\n",
        100.0 * FALSE_SHARE
    )
    .map_err(|e| e.to_string())?;
    for row in FALSE_FINDINGS {
        let answers: Vec<bool> = null.iter().filter_map(|r| row.rule.answer(r, row.id)).collect();
        let found = answers.iter().filter(|f| **f).count();
        let share = found as f64 / answers.len().max(1) as f64;
        let holds = share <= FALSE_SHARE && !answers.is_empty();
        if !holds && row.why_above.is_empty() {
            missed.push(row.id);
        }
        let (analysis, id) = row.id.split_once('/').unwrap_or(("", row.id));
        let verdict = if holds { "holds" } else { row.why_above };
        writeln!(
            table,
            "| {analysis} | `{id}` | {} | {} | {:.1} % | {verdict} |",
            row.rule.words(),
            answers.len(),
            100.0 * share
        )
        .map_err(|e| e.to_string())?;
    }
    Ok(Found { table, missed })
}

struct Line {
    truth: f64,
    studies: usize,
    mean: f64,
    share: f64,
}

/// The studies with planted effects, and one large study of each kind whose estimates stand for the truth.
struct Planted {
    differ: Vec<Results>,
    more: Vec<Results>,
    alike: Vec<Results>,
    therapists: Vec<Results>,
    long_run: [Results; 2],
}

impl Planted {
    fn draw(executable: &Path, studies: usize) -> Result<Self, String> {
        Ok(Self {
            differ: all(executable, &Study::planted(), PLANTED_SEED, studies)?,
            more: all(executable, &Study::more(), MORE_SEED, MORE * studies)?,
            alike: all(executable, &Study::alike(), ALIKE_SEED, MORE * studies)?,
            therapists: all(
                executable,
                &Study::therapists_only(),
                THERAPISTS_SEED,
                MORE * studies,
            )?,
            long_run: [
                Study::planted().large().run(executable, PLANTED_SEED - 1)?,
                Study::alike().large().run(executable, ALIKE_SEED - 1)?,
            ],
        })
    }

    /// The studies a row is tried on, and the large one.
    fn of(&self, drawn: Drawn) -> (&[Results], &Results) {
        match drawn {
            Drawn::SitesDiffer => (&self.differ, &self.long_run[0]),
            Drawn::More => (&self.more, &self.long_run[0]),
            Drawn::MoreAlike => (&self.alike, &self.long_run[1]),
            Drawn::MoreTherapists => (&self.therapists, &self.long_run[0]),
        }
    }
}

fn interval(row: &Interval, planted: &Planted) -> Result<Line, String> {
    let (studies, long_run) = planted.of(row.drawn);
    let truth = match row.truth {
        Truth::Parameter(id) => studies.first().and_then(|r| r.truth(id)),
        Truth::LongRun => long_run.number(row.id, "estimate"),
    };
    let truth = truth.ok_or_else(|| format!("{}: the truth is not known", row.id))?;
    let given: Vec<(f64, [f64; 2])> =
        studies.iter().filter_map(|r| r.interval(row.id, row.which)).collect();
    let holding = given.iter().filter(|(_, ci)| ci[0] <= truth && truth <= ci[1]).count();
    let n = given.len().max(1) as f64;
    Ok(Line {
        truth,
        studies: given.len(),
        mean: given.iter().map(|(value, _)| value).sum::<f64>() / n,
        share: holding as f64 / n,
    })
}

/// The results of all studies of a kind, in the order of their seeds.
fn all(executable: &Path, study: &Study, first: u64, n: usize) -> Result<Vec<Results>, String> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<Results, String>)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..PROCESSES {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= n {
                        return;
                    }
                    let results = study.run(executable, first + at as u64);
                    if let Ok(mut done) = done.lock() {
                        done.push((at, results));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().map_err(|e| e.to_string())?;
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, results)| results).collect()
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::path::PathBuf;

    use super::*;

    /// The whole way on a few studies: every row finds its estimate, its truth and its answer.
    #[test]
    fn every_row_is_filled() {
        // `cargo xtask test` says where; without it the executable lies two folders above that of the test.
        let beside = || env::current_exe().unwrap().ancestors().nth(2).unwrap().join("dyad");
        let executable = env::var_os("DYAD_EXECUTABLE").map_or_else(beside, PathBuf::from);
        assert!(executable.is_file(), "cargo xtask test builds the executable first");
        let seeds = 2;
        let draw = |study: &Study, seed| all(&executable, study, seed, seeds).unwrap();
        let first = |study: &Study, seed| study.run(&executable, seed).unwrap();
        let planted = Planted {
            differ: draw(&Study::planted(), PLANTED_SEED),
            more: draw(&Study::more(), MORE_SEED),
            alike: draw(&Study::alike(), ALIKE_SEED),
            therapists: draw(&Study::therapists_only(), THERAPISTS_SEED),
            // A small one serves where only whether there is a truth is looked at.
            long_run: [first(&Study::planted(), PLANTED_SEED), first(&Study::alike(), ALIKE_SEED)],
        };
        for row in INTERVALS {
            let line = interval(row, &planted).unwrap();
            assert!(line.studies > 0 && line.mean.is_finite(), "{} is given nowhere", row.id);
        }
        let null = all(&executable, &Study::null(), NULL_SEED, seeds).unwrap();
        for row in FALSE_FINDINGS {
            let answers = null.iter().filter_map(|r| row.rule.answer(r, row.id)).count();
            assert!(answers > 0, "{} is given nowhere", row.id);
        }
    }
}
