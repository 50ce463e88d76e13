//! Every record of `reliability.json` (made by `reliability.R`) against `dyad_stats::reliability`.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail it by panicking")]

use dyad_stats::reliability::{ItemSums, alpha, measurement_error, omega};
use serde_json::Value;

use crate::support::{self, Found, columns, listed, named, word};

/// The items of a file, pushed row by row.
fn sums(input: &Value) -> ItemSums {
    let items = columns(word(input, "rows"));
    let mut sums = ItemSums::new(items.len());
    for row in 0..items[0].len() {
        let scores: Vec<Option<f64>> =
            items.iter().map(|item| Some(item[row]).filter(|score| score.is_finite())).collect();
        sums.push(&scores).unwrap();
    }
    sums
}

fn alpha_of(sums: &ItemSums) -> Found {
    let found = alpha(sums).unwrap();
    let mut out = named([
        ("raw", found.raw),
        ("standardised", found.standardised),
        ("low", found.ci[0]),
        ("high", found.ci[1]),
        ("n", found.n as f64),
        ("dropped", found.dropped as f64),
    ]);
    out.extend(listed("if_dropped", found.if_dropped.into_iter().map(Option::unwrap)));
    out
}

fn omega_of(sums: &ItemSums) -> Found {
    let found = omega(sums).unwrap();
    let mut out = named([
        ("omega", found.omega),
        ("omega_observed", found.omega_observed),
        ("log_likelihood", found.log_likelihood),
        ("chi2", found.chi2),
        ("df", f64::from(found.df)),
    ]);
    out.extend(found.p.map(|p| ("p".to_owned(), p)));
    out.extend(listed("loading", found.loadings));
    out.extend(listed("unique", found.uniques));
    out
}

#[test]
fn every_record_is_reproduced() {
    let statistics = ["reliability/alpha", "reliability/measurement_error", "reliability/omega"];
    support::every_record_is_reproduced("reliability.json", &statistics, |statistic, input| {
        let sums = sums(input);
        match statistic {
            "reliability/alpha" => alpha_of(&sums),
            "reliability/omega" => omega_of(&sums),
            _ => {
                let found = measurement_error(&sums).unwrap();
                named([("of_mean", found.of_mean), ("of_sum", found.of_sum)])
            }
        }
    });
}
