//! Every record of `sequence.json` (made by `sequence.R`) against `dyad_stats::sequence`.

#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the helpers of a test fail it by panicking; what is cast is a session or a count"
)]

use std::ops::Range;

use dyad_stats::sequence::{
    Agreement, Direction, MovingRange, NearAgreement, NoiseSeries, Repair, Rule, Run, RuptureShape,
    SuddenRule, drift_chance, expected_ruptures, moving_range_chart, peaks, runs_below,
    rupture_course, ruptures, sudden_changes,
};
use serde_json::Value;

use crate::support::{
    self, Found, Table, clusters_of, listed, named, number, numbers, whole, word,
};

const REPAIR: Repair = Repair { window: 3, tolerance: 0.25 };

fn whole_numbers(values: &[f64]) -> Vec<i64> {
    values.iter().map(|v| *v as i64).collect()
}

fn rule(input: &Value) -> Rule {
    let k = number(input, "k");
    let range =
        if word(input, "range") == "mean" { MovingRange::Mean } else { MovingRange::Median };
    match word(input, "kind") {
        "chart" => Rule::Chart { k, range },
        "residual" => Rule::ResidualDrop { k },
        _ => Rule::Drop(k),
    }
}

/// The number of each cluster, its rows.
fn clients(table: &Table) -> Vec<(f64, Range<usize>)> {
    let cluster = table.column("cluster");
    clusters_of(cluster).into_iter().map(|rows| (cluster[rows.start], rows)).collect()
}

fn found_ruptures(input: &Value, courses: bool) -> Found {
    let table = Table::read(word(input, "rows"));
    let (ratings, sessions) = (table.column("rating"), whole_numbers(table.column("session")));
    let (mut counts, mut shapes, mut lowest) = ([0.0; 6], [0.0; 6], 0.0);
    for (client, rows) in clients(&table).into_iter().filter(|(_, rows)| rows.len() >= 5) {
        let (x, t) = (&ratings[rows.clone()], &sessions[rows]);
        let found = ruptures(x, t, rule(input), REPAIR);
        counts[0] += f64::from(!found.is_empty());
        for one in found {
            counts[1] += 1.0;
            counts[2] += f64::from(one.repaired_at.is_some());
            counts[3] += f64::from(one.censored);
            counts[4] += one.depth;
            counts[5] += (one.at + 1) as f64 * client;
            let course = rupture_course(x, t, &one, REPAIR.window);
            lowest += (course.lowest + 1) as f64 * client;
            shapes[match course.shape {
                RuptureShape::V => 0,
                RuptureShape::GradualFall => 1,
                RuptureShape::GradualRepair => 2,
                RuptureShape::Trough => 3,
                RuptureShape::Unrepaired => 4,
                RuptureShape::Censored => 5,
            }] += 1.0;
        }
    }
    if courses {
        let mut found = listed("shape", shapes);
        found.extend(named([("lowest", lowest)]));
        return found;
    }
    let names = ["clients", "ruptures", "repaired", "censored", "depth", "positions"];
    names.into_iter().map(str::to_owned).zip(counts).collect()
}

fn charts(statistic: &str, input: &Value) -> Found {
    let (ratings, sessions) =
        (numbers(input, "ratings"), whole_numbers(&numbers(input, "sessions")));
    if statistic == "sequence/moving_range_chart" {
        let chart = moving_range_chart(&ratings, &sessions).unwrap();
        return named([
            ("mean", chart.mean),
            ("median", chart.median),
            ("upper", chart.upper),
            ("upper_median", chart.upper_median),
            ("jumps", chart.jumps[0].len() as f64),
            ("jumps_median", chart.jumps[1].len() as f64),
        ]);
    }
    let (centre, sigma) = (number(input, "centre"), number(input, "sigma"));
    let signals = runs_below(&ratings, &sessions, centre, sigma).unwrap();
    let count = |run: Run| signals.iter().filter(|signal| signal.run == run).count() as f64;
    named([
        ("one", count(Run::OneBeyondThree)),
        ("two", count(Run::TwoBeyondTwo)),
        ("four", count(Run::FourBeyondOne)),
        ("eight", count(Run::EightBelow)),
    ])
}

fn sudden(input: &Value) -> Found {
    let table = Table::read(word(input, "rows"));
    let (scores, sessions) = (table.column("score"), whole_numbers(table.column("session")));
    let rule = SuddenRule {
        points: number(input, "points"),
        share: number(input, "share"),
        benefit_sign: number(input, "benefit_sign"),
    };
    let (mut gains, mut losses) = ([0.0; 11], [0.0; 11]);
    for (_, rows) in clients(&table) {
        for change in sudden_changes(&scores[rows.clone()], &sessions[rows], &rule).unwrap() {
            let counts = if change.direction == Direction::Gain { &mut gains } else { &mut losses };
            counts[change.after as usize - 1] += 1.0;
        }
    }
    let mut found = listed("gains", gains);
    found.extend(listed("losses", losses));
    found
}

fn agreement(statistic: &str, input: &Value) -> Found {
    if statistic == "sequence/kappa" {
        let cells = numbers(input, "cells");
        let [both, first_only, second_only, neither] = [0, 1, 2, 3].map(|k| cells[k] as u64);
        let kappa = Agreement { both, first_only, second_only, neither }.kappa().unwrap();
        return named([("kappa", kappa)]);
    }
    let mut found = NearAgreement::default();
    let [first, second] = ["first", "second"].map(|name| whole_numbers(&numbers(input, name)));
    found.push(&first, &second, 1);
    named([("matched", found.matched as f64), ("jaccard", found.jaccard().unwrap())])
}

fn peak(statistic: &str, input: &Value) -> Found {
    let found = peaks(Table::read(word(input, "rows")).column("rating"), 5).unwrap();
    match statistic {
        "sequence/permutation_p" => listed("p", (0..5).map(|at| found.permutation_p(at))),
        "sequence/against_drift" => {
            let test = found.against_drift(2, number(input, "rho")).unwrap();
            let [low, high] = test.band;
            named([("expected", test.expected), ("p", test.p), ("low", low), ("high", high)])
        }
        "sequence/null_band" => {
            let [low, high] = found.null_band();
            named([("low", low), ("high", high)])
        }
        _ => {
            let mut all = named([("n", found.n as f64), ("tied", found.tied_clients as f64)]);
            all.extend(listed("share", found.shares));
            all
        }
    }
}

fn noise(input: &Value) -> Found {
    let sessions: [Vec<i64>; 3] = [(1..=8).collect(), vec![1, 2, 4, 5, 6, 9], (1..=15).collect()];
    let series: Vec<NoiseSeries> = sessions
        .iter()
        .zip([(5.0, 0.5), (4.0, 0.9), (6.0, 0.7)])
        .map(|(sessions, (mean, sd))| NoiseSeries { sessions, mean, sd })
        .collect();
    let name = (1, "golden");
    let replicates = whole(input, "replicates");
    let rules = [rule(input)];
    let found =
        expected_ruptures(&series, number(input, "rho"), &rules, name, (replicates, 3)).unwrap()[0];
    named([("ruptures", found.ruptures), ("clients", found.clients)])
}

#[test]
fn every_record_is_reproduced() {
    let statistics = [
        "sequence/ruptures",
        "sequence/rupture_course",
        "sequence/moving_range_chart",
        "sequence/runs_below",
        "sequence/sudden_changes",
        "sequence/kappa",
        "sequence/jaccard",
        "sequence/peaks",
        "sequence/permutation_p",
        "sequence/null_band",
        "sequence/drift_chance",
        "sequence/against_drift",
        "sequence/expected_ruptures",
    ];
    support::every_record_is_reproduced("sequence.json", &statistics, |statistic, input| {
        match statistic {
            "sequence/ruptures" => found_ruptures(input, false),
            "sequence/rupture_course" => found_ruptures(input, true),
            "sequence/moving_range_chart" | "sequence/runs_below" => charts(statistic, input),
            "sequence/sudden_changes" => sudden(input),
            "sequence/kappa" | "sequence/jaccard" => agreement(statistic, input),
            "sequence/expected_ruptures" => noise(input),
            "sequence/drift_chance" => {
                let (occasions, at) = (whole(input, "occasions"), whole(input, "at"));
                let found = drift_chance(number(input, "rho"), occasions as usize, at as usize);
                named([("chance", found.unwrap())])
            }
            _ => peak(statistic, input),
        }
    });
}
