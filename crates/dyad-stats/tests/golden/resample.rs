//! Every record of `tests/golden/stats/resample.json` (made by `resample.R`) against `dyad_stats::resample`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the helpers of a test fail it by panicking; what is cast is a small whole number"
)]

use std::ops::Range;

use crate::support::{self, Found, columns, listed, named, number, numbers, whole, word};
use dyad_stats::moments::Cross;
use dyad_stats::resample::{
    Ar1, Bootstrap, Generator, Plan, Series, Tail, ar1, bca, cluster_bootstrap,
    correlation_bootstrap, percentile, permutation,
};
use dyad_stats::sequence::peaks;
use serde_json::Value;

/// Runs of equal numbers.
fn runs(of: &[f64]) -> Vec<Range<usize>> {
    let mut end = 0;
    of.chunk_by(|a, b| (a - b).abs() < 0.5)
        .map(|run| {
            end += run.len();
            end - run.len()..end
        })
        .collect()
}

fn generator(input: &Value) -> Generator {
    Generator::new(whole(input, "seed"), word(input, "purpose"), whole(input, "index"))
}

fn interval(input: &Value, accelerated: bool) -> Found {
    let replicates = &columns(word(input, "rows"))[0];
    let [low, high] = if accelerated {
        bca(number(input, "estimate"), replicates, &numbers(input, "left_out")).unwrap()
    } else {
        percentile(replicates).unwrap()
    };
    named([("low", low), ("high", high)])
}

fn bootstrap(input: &Value) -> Found {
    let [client, x, y] = &columns(word(input, "rows"))[..] else { panic!("three columns") };
    let clients: Vec<Cross> =
        runs(client).into_iter().map(|rows| Cross::of(&x[rows.clone()], &y[rows])).collect();
    let plan = Plan {
        seed: whole(input, "seed"),
        purpose: word(input, "purpose"),
        replicates: whole(input, "replicates") as usize,
        threads: 2,
    };
    let mean = |times: &[u32]| {
        let sum: f64 = clients.iter().zip(times).map(|(c, &k)| c.mean_x * f64::from(k)).sum();
        Some(sum / f64::from(times.iter().sum::<u32>()))
    };
    let found: Bootstrap = match plan.purpose {
        "correlation_bootstrap" => correlation_bootstrap(&clients, &plan),
        _ => cluster_bootstrap(clients.len(), mean, &plan),
    }
    .unwrap();
    let [bca_low, bca_high] = found.bca.unwrap();
    named([
        ("estimate", found.estimate),
        ("bias", found.bias),
        ("se", found.se),
        ("percentile_low", found.percentile[0]),
        ("percentile_high", found.percentile[1]),
        ("bca_low", bca_low),
        ("bca_high", bca_high),
    ])
}

fn permuted(input: &Value) -> Found {
    let (values, times) = (numbers(input, "values"), numbers(input, "times"));
    let mut end = 0;
    let clusters: Vec<Range<usize>> = numbers(input, "sizes")
        .into_iter()
        .map(|size| {
            end += size as usize;
            end - size as usize..end
        })
        .collect();
    let slope = |values: &[f64]| {
        let of = |rows: &Range<usize>| {
            let mean = times[rows.clone()].iter().sum::<f64>() / rows.len() as f64;
            rows.clone().map(|row| (times[row] - mean) * values[row]).sum::<f64>()
        };
        Some(clusters.iter().map(of).sum())
    };
    let tail = match word(input, "tail") {
        "greater" => Tail::Greater,
        "less" => Tail::Less,
        _ => Tail::TwoSided,
    };
    let replicates = whole(input, "replicates") as usize;
    let plan = Plan { seed: 20_240_607, purpose: "slope", replicates, threads: 2 };
    let found = permutation(&values, &clusters, slope, tail, &plan).unwrap();
    named([("observed", found.observed), ("p", found.p), ("null_mean", found.null_mean)])
}

fn autoregression(input: &Value) -> Found {
    let [client, session, values] = &columns(word(input, "rows"))[..] else {
        panic!("three columns")
    };
    let sessions: Vec<u16> = session.iter().map(|s| *s as u16).collect();
    let found = ar1(&Series { sessions: &sessions, values, clients: &runs(client) }).unwrap();
    let mut out = named([("rho", found.rho), ("sd", found.sd), ("criterion", found.criterion)]);
    out.extend(listed("level", found.levels));
    out
}

/// Where the highest of five falls in simulated series.
fn simulated(input: &Value) -> Found {
    let clients = whole(input, "clients") as usize;
    let fit = Ar1 {
        rho: number(input, "rho"),
        sd: 0.8,
        levels: vec![4.0; clients],
        criterion: 0.0,
        n: 5 * clients,
        clients,
    };
    let sessions = [1, 2, 3, 4, 5].repeat(clients);
    let rows: Vec<Range<usize>> = (0..clients).map(|k| 5 * k..5 * k + 5).collect();
    let series = Series { sessions: &sessions, values: &[], clients: &rows };
    let (mut values, mut shares) = (vec![0.0; 5 * clients], [0.0; 5]);
    let replicates = whole(input, "replicates");
    for index in 0..replicates {
        fit.simulate(&series, &mut Generator::new(11, "highest of five", index), &mut values);
        for (sum, share) in shares.iter_mut().zip(peaks(&values, 5).unwrap().shares) {
            *sum += share / replicates as f64;
        }
    }
    listed("share", shares)
}

/// The share of clients who peak at session 3 of five.
fn peak_at_third(values: &[f64]) -> Option<f64> {
    peaks(values, 5).ok().map(|found| found.shares[2])
}

/// The peak at session 3 in any order.
fn peak(input: &Value) -> Found {
    let [client, _, values] = &columns(word(input, "rows"))[..] else { panic!("three columns") };
    let replicates = whole(input, "replicates") as usize;
    let plan = Plan { seed: 20_240_607, purpose: "peak", replicates, threads: 2 };
    let found = permutation(values, &runs(client), peak_at_third, Tail::Greater, &plan).unwrap();
    named([("observed", found.observed), ("p", found.p), ("null_mean", found.null_mean)])
}

#[test]
fn every_record_is_reproduced() {
    let statistics = [
        "resample/uniform",
        "resample/below",
        "resample/normal",
        "resample/percentile",
        "resample/bca",
        "resample/cluster_bootstrap",
        "resample/correlation_bootstrap",
        "resample/permutation",
        "resample/ar1",
        "resample/simulate",
    ];
    support::every_record_is_reproduced("resample.json", &statistics, |statistic, input| {
        match statistic {
            "resample/uniform" => {
                let mut generator = generator(input);
                listed("draw", (0..5).map(|_| generator.uniform()))
            }
            "resample/below" => {
                let (mut generator, n) = (generator(input), whole(input, "n"));
                listed("draw", (0..5).map(|_| generator.below(n) as f64))
            }
            "resample/normal" => {
                let mut generator = generator(input);
                listed("draw", (0..3).map(|_| generator.normal()))
            }
            "resample/percentile" => interval(input, false),
            "resample/bca" => interval(input, true),
            "resample/cluster_bootstrap" | "resample/correlation_bootstrap" => bootstrap(input),
            "resample/permutation" if input["rows"].is_string() => peak(input),
            "resample/permutation" => permuted(input),
            "resample/ar1" => autoregression(input),
            _ => simulated(input),
        }
    });
}
