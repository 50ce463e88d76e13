//! How often do intervals hold the truth, and tests reject it, when the truth is known?
//!
//! `coverage [RUNS = 4000]` prints the table that stands in `crates/dyad-bench/coverage.md`. Every number comes from a named generator:
//! the same runs give the same table. Nothing here is a test; a rate outside 93.5 to 96.5 % is marked.

#![expect(clippy::print_stdout, reason = "its output is what it is run for")]

mod clustered;
mod intervals;

use std::error::Error;
use std::ops::Range;

use dyad_stats::moments::Cross;
use dyad_stats::reliability::{ItemSums, alpha};
use dyad_stats::replication::{Effect, coverage, prediction};
use dyad_stats::resample::{
    Ar1, Generator, Plan, Series, Tail, ar1, correlation_bootstrap, permutation,
};
use dyad_stats::sequence::peaks;

pub(crate) type Outcome = Result<(), Box<dyn Error>>;

/// A rate over runs, as a row of the table.
pub(crate) struct Row {
    what: String,
    setting: String,
    /// What it should be.
    nominal: f64,
    hits: u32,
    runs: u32,
    /// Runs in which the method refused.
    pub(crate) refused: u32,
}

impl Row {
    pub(crate) fn new(what: &str, setting: &str, nominal: f64) -> Self {
        let (what, setting) = (what.to_owned(), setting.to_owned());
        Self { what, setting, nominal, hits: 0, runs: 0, refused: 0 }
    }

    pub(crate) fn add(&mut self, hit: bool) {
        self.runs += 1;
        self.hits += u32::from(hit);
    }

    pub(crate) fn print(&self) {
        let runs = f64::from(self.runs.max(1));
        let rate = f64::from(self.hits) / runs;
        let se = (rate * (1.0 - rate) / runs).sqrt();
        let mark = if (rate - self.nominal).abs() > 0.015 { " *" } else { "" };
        println!(
            "| {} | {} | {:.1} | {:.1} ± {:.1}{mark} | {} |",
            self.what,
            self.setting,
            100.0 * self.nominal,
            100.0 * rate,
            100.0 * se,
            self.refused
        );
    }
}

pub(crate) fn holds([low, high]: [f64; 2], truth: f64) -> bool {
    low <= truth && truth <= high
}

/// Two standard normal numbers with this correlation.
pub(crate) fn pair(generator: &mut Generator, r: f64) -> [f64; 2] {
    let (a, b) = (generator.normal(), generator.normal());
    [a, r * a + (1.0 - r * r).sqrt() * b]
}

fn plan(run: u64) -> Plan<'static> {
    Plan { seed: run, purpose: "coverage: replicates", replicates: 999, threads: 1 }
}

/// Percentile and BCa interval of a correlation over clients with `sessions` rows each.
fn bootstrap(runs: u64, clients: usize, sessions: usize) -> Outcome {
    let rows = if sessions == 1 { "row" } else { "rows" };
    let setting = format!("{clients} clients, {sessions} {rows} each");
    let mut percentile = Row::new("bootstrap of r, percentile", &setting, 0.95);
    let mut accelerated = Row::new("bootstrap of r, BCa", &setting, 0.95);
    // Between clients .3, within .1, as much variance in each; one row per client has both in it as well.
    let truth = 0.5 * (0.3 + 0.1);
    for run in 0..runs {
        let mut generator = Generator::new(run, "coverage: correlation", clients as u64);
        let sums: Vec<Cross> = (0..clients)
            .map(|_| {
                let level = pair(&mut generator, 0.3);
                let mut sums = Cross::default();
                for _ in 0..sessions {
                    let own = pair(&mut generator, 0.1);
                    sums.push(level[0] + own[0], level[1] + own[1]);
                }
                sums
            })
            .collect();
        let found = correlation_bootstrap(&sums, &plan(run))?;
        percentile.add(holds(found.percentile, truth));
        match found.bca {
            Ok(interval) => accelerated.add(holds(interval, truth)),
            Err(_) => accelerated.refused += 1,
        }
    }
    percentile.print();
    accelerated.print();
    Ok(())
}

/// The interval of alpha, for items of equal and of unequal loadings.
fn feldt(runs: u64, persons: usize, loadings: [f64; 6], what: &str) -> Outcome {
    let mut row = Row::new("alpha, Feldt", &format!("{persons} persons, {what} loadings"), 0.95);
    let (sum, squares): (f64, f64) = (loadings.iter().sum(), loadings.iter().map(|l| l * l).sum());
    // Own parts have a variance of 2: trace Σλ² + 12, sum of all covariances (Σλ)² + 12.
    let truth = 6.0 / 5.0 * (1.0 - (squares + 12.0) / (sum * sum + 12.0));
    for run in 0..runs {
        let mut generator = Generator::new(run, "coverage: alpha", persons as u64);
        let mut items = ItemSums::new(6);
        for _ in 0..persons {
            let level = generator.normal();
            let answers = loadings.map(|l| Some(l * level + 2.0_f64.sqrt() * generator.normal()));
            items.push(&answers)?;
        }
        row.add(holds(alpha(&items)?.ci, truth));
    }
    row.print();
    Ok(())
}

/// Original and replication of one correlation: prediction interval, and the interval of the original, which is too short for it.
fn replication(runs: u64, first: u64, second: u64) -> Outcome {
    let setting = format!("r = .3, {first} and then {second} pairs");
    let mut predicted = Row::new("prediction interval holds the replication", &setting, 0.95);
    let mut simple = Row::new("original's interval holds the replication", &setting, 0.95);
    for run in 0..runs {
        let mut generator = Generator::new(run, "coverage: replication", first);
        let mut draw = |n: u64| {
            let mut sums = Cross::default();
            for _ in 0..n {
                let [x, y] = pair(&mut generator, 0.3);
                sums.push(x, y);
            }
            Effect::new(sums.xy / (sums.xx * sums.yy).sqrt(), n)
        };
        let (original, replication) = (draw(first)?, draw(second)?);
        predicted.add(prediction(original, replication).holds);
        simple.add(coverage(original, replication).holds_replication);
    }
    predicted.print();
    simple.print();
    Ok(())
}

/// How often a peak at session 3 of five is found where there is only drift.
fn peak(runs: u64, clients: usize, rho: f64) -> Outcome {
    let setting = format!("{clients} clients, autocorrelation {rho}");
    let mut by_order = Row::new("peak at session 3 by permutation, p < .05", &setting, 0.05);
    let mut by_drift = Row::new("peak at session 3 against drift, p < .05", &setting, 0.05);
    let sessions = [1, 2, 3, 4, 5].repeat(clients);
    let rows: Vec<Range<usize>> = (0..clients).map(|k| 5 * k..5 * k + 5).collect();
    let layout = Series { sessions: &sessions, values: &[], clients: &rows };
    let truth =
        Ar1 { rho, sd: 1.0, levels: vec![4.0; clients], criterion: 0.0, n: 5 * clients, clients };
    let share = |values: &[f64]| peaks(values, 5).ok().map(|found| found.shares[2]);
    for run in 0..runs {
        let mut values = vec![0.0; 5 * clients];
        truth.simulate(&layout, &mut Generator::new(run, "coverage: peak", 0), &mut values);
        let plan = Plan { replicates: 499, ..plan(run) };
        by_order.add(permutation(&values, &rows, share, Tail::Greater, &plan)?.p < 0.05);
        let rho = ar1(&Series { values: &values, ..layout }).map(|fit| fit.rho);
        match rho.and_then(|rho| peaks(&values, 5)?.against_drift(2, rho)) {
            Ok(found) => by_drift.add(found.p < 0.05),
            Err(_) => by_drift.refused += 1,
        }
    }
    by_order.print();
    by_drift.print();
    Ok(())
}

fn main() -> Outcome {
    let runs = std::env::args().nth(1).map_or(Ok(4000), |n| n.parse())?;
    println!("| interval or test | data | nominal % | found % | refused |");
    println!("|---|---|---|---|---|");
    intervals::all(runs)?;
    for therapists in [4, 10, 24, 60] {
        clustered::therapists(runs, therapists);
    }
    for clients in [15, 40, 120] {
        clustered::others(runs, clients);
    }
    for clients in [10, 20, 40, 100, 400] {
        bootstrap(runs, clients, 1)?;
        bootstrap(runs, clients, 8)?;
    }
    for persons in [20, 60, 200] {
        feldt(runs, persons, [1.0; 6], "equal")?;
        feldt(runs, persons, [0.4, 0.7, 1.0, 1.2, 1.4, 1.6], "unequal")?;
    }
    replication(runs, 60, 120)?;
    replication(runs, 20, 400)?;
    for rho in [0.0, 0.6] {
        peak(runs, 40, rho)?;
        peak(runs, 120, rho)?;
    }
    Ok(())
}
