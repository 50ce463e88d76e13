//! Every record of `proportions.json` (made by `proportions.R`) against `dyad_stats::proportions` and the generalised linear model.

#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the helpers of a test fail it by panicking; what is cast is a count"
)]

use dyad_stats::linear::{Family, glm};
use dyad_stats::proportions::{
    agresti_coull, clopper_pearson, clustered_share, funnel_limits, jeffreys, overdispersion,
    poisson_rate, share_coverage, wilson,
};
use serde_json::Value;

use crate::support::{self, Found, Table, clusters_of, named, number, numbers, whole, word, words};
use crate::survival::coefficients;

fn regression(input: &Value) -> Found {
    let table = Table::read(word(input, "rows"));
    let columns: Vec<(&str, &[f64])> =
        words(input, "columns").into_iter().map(|name| (name, table.column(name))).collect();
    let family = match word(input, "family") {
        "poisson" => Family::Poisson,
        "logit" => Family::Logit,
        _ => Family::CompLogLog,
    };
    let offset =
        if input["offset"].as_bool().unwrap() { table.column("log_sessions") } else { &[] };
    let clusters = if input["robust"].as_bool().unwrap() {
        clusters_of(table.column("cluster"))
    } else {
        Vec::new()
    };
    coefficients(&glm(&columns, table.column(word(input, "y")), offset, family, &clusters).unwrap())
}

fn spread(input: &Value) -> Found {
    let (x, n) = (numbers(input, "x"), numbers(input, "n"));
    let counts: Vec<(u64, u64)> = x.iter().zip(&n).map(|(x, n)| (*x as u64, *n as u64)).collect();
    let found = overdispersion(&counts, number(input, "target"), number(input, "trim")).unwrap();
    named([("dispersion", found.dispersion), ("chi_square", found.chi_square)])
}

fn limits(input: &Value) -> Found {
    let (target, n) = (number(input, "target"), whole(input, "n"));
    let found = funnel_limits(target, n, number(input, "dispersion")).unwrap();
    named([
        ("warning_low", found.warning[0]),
        ("warning_high", found.warning[1]),
        ("alarm_low", found.alarm[0]),
        ("alarm_high", found.alarm[1]),
    ])
}

fn of_clusters(input: &Value) -> Found {
    let counts: Vec<bool> = numbers(input, "counts").iter().map(|c| *c > 0.5).collect();
    let clusters = clusters_of(&numbers(input, "cluster"));
    let [low, high] = clustered_share(&counts, &clusters).unwrap();
    named([("low", low), ("high", high)])
}

fn coverage(input: &Value) -> Found {
    let (n, p) = (whole(input, "n"), number(input, "p"));
    named([
        ("wilson", share_coverage(wilson, n, p).unwrap()),
        ("clopper_pearson", share_coverage(clopper_pearson, n, p).unwrap()),
    ])
}

fn rate(input: &Value) -> Found {
    let found = poisson_rate(whole(input, "events"), number(input, "exposure")).unwrap();
    named([("rate", found.rate), ("low", found.ci[0]), ("high", found.ci[1])])
}

#[test]
fn every_record_is_reproduced() {
    let statistics = [
        "proportions/wilson",
        "proportions/clopper_pearson",
        "proportions/jeffreys",
        "proportions/agresti_coull",
        "proportions/share_coverage",
        "proportions/clustered_share",
        "proportions/funnel_limits",
        "proportions/overdispersion",
        "proportions/poisson_rate",
        "linear/glm",
    ];
    support::every_record_is_reproduced("proportions.json", &statistics, |statistic, input| {
        let interval = match statistic {
            "proportions/wilson" => wilson,
            "proportions/clopper_pearson" => clopper_pearson,
            "proportions/jeffreys" => jeffreys,
            "proportions/agresti_coull" => agresti_coull,
            "proportions/clustered_share" => return of_clusters(input),
            "proportions/share_coverage" => return coverage(input),
            "proportions/funnel_limits" => return limits(input),
            "proportions/overdispersion" => return spread(input),
            "proportions/poisson_rate" => return rate(input),
            _ => return regression(input),
        };
        let [low, high] = interval(whole(input, "x"), whole(input, "n")).unwrap();
        named([("low", low), ("high", high)])
    });
}
