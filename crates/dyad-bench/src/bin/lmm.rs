//! How long does the three-level lagged mixed model take, against lme4 and lmerTest? Run `Rscript peers/lmm.R`, which calls this.
//!
//! `lmm FILE`: columns therapist, client, s1, aw_lag, a_client, a_therapist, baseline, y. Prints `name value` lines.

#![expect(clippy::print_stdout, reason = "its output is what it is run for")]

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use dyad_bench::{columns, memory};
use dyad_stats::mixed::{Criterion, Rows};

const NAMES: [&str; 5] = ["s1", "aw_lag", "a_client", "a_therapist", "baseline"];

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("usage: lmm FILE")?;
    let data = columns(&PathBuf::from(file), NAMES.len() + 3)?;
    let [therapist, client, s1, aw_lag, a_client, a_therapist, baseline, y] = &data[..] else {
        return Err("eight columns are needed".into());
    };
    let before = memory();

    let start = Instant::now();
    let mut rows = Rows::in_nested_clusters(&NAMES);
    for row in 0..y.len() {
        let x = [s1[row], aw_lag[row], a_client[row], a_therapist[row], baseline[row]];
        #[expect(clippy::cast_possible_truncation, reason = "identifiers are whole numbers")]
        let (outer, cluster) = (therapist[row] as i64, client[row] as i64);
        rows.push(outer, cluster, &x, y[row])?;
    }
    let summed = start.elapsed();
    let fit = rows.fit(Criterion::Reml)?;
    let fitted = start.elapsed();
    let coefficients =
        NAMES.iter().map(|name| fit.coefficient(name)).collect::<Result<Vec<_>, _>>()?;
    let tested = start.elapsed();

    println!("rows {}", y.len());
    println!("seconds_sums {}", summed.as_secs_f64());
    println!("seconds_fit {}", fitted.as_secs_f64());
    println!("seconds_tests {}", tested.as_secs_f64());
    println!("criterion {:.17e}", fit.criterion);
    for (name, c) in NAMES.iter().zip(&coefficients) {
        println!("estimate_{name} {:.17e}", c.estimate);
        println!("df_{name} {:.17e}", c.df.unwrap_or(f64::NAN));
    }
    println!("mib_columns {}", (data.len() * y.len() * 8) as f64 / 1_048_576.0);
    if let (Some((before, _)), Some((_, peak))) = (before, memory()) {
        println!("mib_before {before}");
        println!("mib_peak {peak}");
    }
    Ok(())
}
