//! How long does the cluster bootstrap of a correlation take, against R's boot? Run `Rscript peers/bootstrap.R`, which calls this.
//!
//! `bootstrap FILE REPLICATES THREADS`: columns client, x, y, the rows of a client together. Prints `name value` lines.

#![expect(clippy::print_stdout, reason = "its output is what it is run for")]

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use dyad_bench::columns;
use dyad_stats::moments::Cross;
use dyad_stats::resample::{Plan, correlation_bootstrap};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, replicates, threads] = &arguments[..] else {
        return Err("usage: bootstrap FILE REPLICATES THREADS".into());
    };
    let data = columns(&PathBuf::from(file), 3)?;
    let [client, x, y] = &data[..] else {
        return Err("three columns are needed".into());
    };
    let plan = Plan {
        seed: 20_240_607,
        purpose: "bench",
        replicates: replicates.parse()?,
        threads: threads.parse()?,
    };

    let start = Instant::now();
    let mut sums: Vec<Cross> = Vec::new();
    let mut last = f64::NAN;
    for ((&client, &x), &y) in client.iter().zip(x).zip(y) {
        // The first row differs from NaN, and so opens the first client.
        let same = (client - last).abs() < 0.5;
        if !same {
            sums.push(Cross::default());
            last = client;
        }
        if let Some(sums) = sums.last_mut() {
            sums.push(x, y);
        }
    }
    let found = correlation_bootstrap(&sums, &plan)?;
    let seconds = start.elapsed().as_secs_f64();
    let bca = found.bca?;

    println!("clients {}", found.clusters);
    println!("seconds {seconds}");
    println!("estimate {:.17e}", found.estimate);
    println!("se {:.17e}", found.se);
    println!("percentile_low {:.17e}", found.percentile[0]);
    println!("percentile_high {:.17e}", found.percentile[1]);
    println!("bca_low {:.17e}", bca[0]);
    println!("bca_high {:.17e}", bca[1]);
    Ok(())
}
