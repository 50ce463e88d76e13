//! Every record of `correlation.json` (made by `correlation.R`) against `dyad_stats::correlation`.

#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the helpers of a test fail it by panicking; what is cast is a number of pairs"
)]

use dyad_stats::correlation::{
    Correlation, IntraclassCorrelation, OneWaySums, bonett_wright, decomposition, icc_agreement,
    icc_consistency, interval, kendall, mid_ranks, partial, pearson, repeated_measures, spearman,
    spearman_brown, total, williams,
};
use serde_json::Value;

use crate::support::{self, Found, Table, clusters_of, listed, named, number, word};

fn tested(found: &Correlation) -> Found {
    let [low, high] = found.ci.unwrap();
    named([
        ("r", found.r),
        ("t", found.t),
        ("df", found.df),
        ("p", found.p),
        ("low", low),
        ("high", high),
    ])
}

fn intraclass(found: &IntraclassCorrelation) -> Found {
    named([
        ("icc", found.icc),
        ("low", found.ci[0]),
        ("high", found.ci[1]),
        ("f", found.f),
        ("df1", found.df[0]),
        ("df2", found.df[1]),
        ("p", found.p),
    ])
}

/// Statistics of one row per client.
fn of_clients(statistic: &str, table: &Table) -> Found {
    let [a1, a2, y, baseline] = ["a1", "a2", "y", "baseline"].map(|name| table.column(name));
    match statistic {
        "correlation/pearson" => tested(&pearson(a1, y).unwrap()),
        "correlation/spearman" => tested(&spearman(a1, y).unwrap()),
        "correlation/partial" => tested(&partial(a1, y, baseline).unwrap()),
        "correlation/mid_ranks" => listed("rank", mid_ranks(a1)),
        "correlation/total" => named([("r", total(a1, y).unwrap())]),
        "correlation/kendall" => {
            let found = kendall(a1, y).unwrap();
            let [low, high] = found.ci.unwrap();
            named([
                ("tau", found.tau),
                ("z", found.z),
                ("p", found.p),
                ("low", low),
                ("high", high),
            ])
        }
        "correlation/williams" => {
            let found = williams(a1, a2, y).unwrap();
            named([
                ("r1", found.r1),
                ("r2", found.r2),
                ("r12", found.r12),
                ("difference", found.difference),
                ("t", found.t),
                ("df", found.df),
                ("p", found.p),
                ("low", found.ci[0]),
                ("high", found.ci[1]),
            ])
        }
        "correlation/steiger" => {
            let (z, p) = williams(a1, a2, y).unwrap().steiger();
            named([("z", z), ("p", p)])
        }
        "correlation/icc_agreement" => intraclass(&icc_agreement(a1, a2).unwrap()),
        _ => intraclass(&icc_consistency(a1, a2).unwrap()),
    }
}

/// Statistics of rows in clusters.
fn of_rows(statistic: &str, table: &Table) -> Found {
    let [x, y] = ["x", "y"].map(|name| table.column(name));
    let clusters = clusters_of(table.column("cluster"));
    match statistic {
        "correlation/repeated_measures" => {
            let paired: Vec<_> = clusters.into_iter().filter(|rows| rows.len() > 1).collect();
            tested(&repeated_measures(x, y, &paired).unwrap())
        }
        "correlation/decomposition" => {
            let found = decomposition(x, y, &clusters).unwrap();
            named([
                ("within", found.within.r),
                ("within_df", found.within.df),
                ("between", found.between.r),
                ("between_t", found.between.t),
                ("between_df", found.between.df),
                ("between_weighted", found.between_weighted),
                ("total", found.total),
                ("eta2_x", found.eta2[0]),
                ("eta2_y", found.eta2[1]),
            ])
        }
        _ => {
            let mut sums = OneWaySums::default();
            for rows in clusters {
                sums.push(&x[rows]);
            }
            let found = sums.one_way().unwrap();
            named([
                ("between", found.mean_squares[0]),
                ("within", found.mean_squares[1]),
                ("icc1", found.icc1),
                ("icc1_n0", found.icc1_n0),
                ("icc2", found.icc2),
                ("n0", found.n0),
                ("harmonic_n", found.harmonic_n),
                ("f", found.f),
                ("p", found.p),
            ])
        }
    }
}

fn of_numbers(statistic: &str, input: &Value) -> Found {
    let ends = |[low, high]: [f64; 2]| named([("low", low), ("high", high)]);
    match statistic {
        "correlation/interval" => ends(interval(number(input, "r"), number(input, "se"))),
        "correlation/bonett_wright" => {
            ends(bonett_wright(number(input, "rho"), number(input, "n") as usize).unwrap())
        }
        _ => {
            let found = spearman_brown(number(input, "icc"), number(input, "k")).unwrap();
            named([("reliability", found)])
        }
    }
}

#[test]
fn every_record_is_reproduced() {
    let statistics = [
        "correlation/pearson",
        "correlation/spearman",
        "correlation/mid_ranks",
        "correlation/bonett_wright",
        "correlation/interval",
        "correlation/kendall",
        "correlation/partial",
        "correlation/total",
        "correlation/williams",
        "correlation/steiger",
        "correlation/icc_agreement",
        "correlation/icc_consistency",
        "correlation/repeated_measures",
        "correlation/decomposition",
        "correlation/one_way",
        "correlation/spearman_brown",
    ];
    support::every_record_is_reproduced("correlation.json", &statistics, |statistic, input| {
        match statistic {
            "correlation/interval" | "correlation/bonett_wright" | "correlation/spearman_brown" => {
                of_numbers(statistic, input)
            }
            "correlation/repeated_measures"
            | "correlation/decomposition"
            | "correlation/one_way" => of_rows(statistic, &Table::read(word(input, "rows"))),
            _ => of_clients(statistic, &Table::read(word(input, "rows"))),
        }
    });
}
