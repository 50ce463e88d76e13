//! Every record of `replication.json` (made by `replication.R`) against `dyad_stats::replication`.

#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the helpers of a test fail it by panicking; what is cast is a number of pairs"
)]

use dyad_stats::replication::{
    Effect, across_sites, consistency, coverage, detectable, equivalence, pooled, prediction,
    same_direction, sceptical, small_telescopes,
};
use serde_json::Value;

use crate::support::{self, Found, named, number, numbers, whole};

fn effect(input: &Value, which: &str) -> Effect {
    Effect::new(number(input, &format!("r_{which}")), whole(input, &format!("n_{which}"))).unwrap()
}

fn intervals(statistic: &str, original: Effect, replication: Effect) -> Found {
    if statistic == "replication/coverage" {
        let found = coverage(original, replication);
        return named([
            ("replication_low", found.replication_ci[0]),
            ("replication_high", found.replication_ci[1]),
            ("original_low", found.original_ci[0]),
            ("original_high", found.original_ci[1]),
            ("holds_original", f64::from(found.holds_original)),
            ("holds_replication", f64::from(found.holds_replication)),
        ]);
    }
    let found = prediction(original, replication);
    named([
        ("low", found.interval[0]),
        ("high", found.interval[1]),
        ("holds", f64::from(found.holds)),
        ("shrunken_low", found.shrunken[0]),
        ("shrunken_high", found.shrunken[1]),
        ("shrunken_holds", f64::from(found.shrunken_holds)),
        ("shrinkage", found.shrinkage),
    ])
}

fn reverse_bayes(original: Effect, replication: Effect) -> Found {
    let found = sceptical(original, replication);
    let mut out = named([
        ("z", found.z),
        ("nominal", found.nominal),
        ("golden", found.golden),
        ("edgington", found.edgington),
        ("variance_ratio", found.variance_ratio),
    ]);
    let may_be_absent = [
        ("controlled", found.controlled),
        ("harmonic", found.harmonic),
        ("relative_effect", found.relative_effect),
    ];
    out.extend(may_be_absent.into_iter().filter_map(|(name, v)| Some((name.to_owned(), v?))));
    out
}

fn sites(input: &Value) -> Found {
    let sites: Vec<Effect> = numbers(input, "r")
        .into_iter()
        .zip(numbers(input, "n"))
        .map(|(r, n)| Effect::new(r, n as u64).unwrap())
        .collect();
    let found = across_sites(effect(input, "original"), &sites).unwrap();
    named([
        ("covering", found.covering as f64),
        ("share", found.share),
        ("share_low", found.share_ci[0]),
        ("share_high", found.share_ci[1]),
        ("tau", found.tau),
        ("tau_to_original_se", found.tau_to_original_se),
    ])
}

/// What compares two correlations.
fn pair(statistic: &str, input: &Value) -> Found {
    let (original, replication) = (effect(input, "original"), effect(input, "replication"));
    match statistic {
        "replication/same_direction" => {
            let found = same_direction(original, replication);
            named([("p", found.p), ("replicated", f64::from(found.replicated))])
        }
        "replication/consistency" => {
            let found = consistency(original, replication);
            named([("statistic", found.statistic), ("p", found.p)])
        }
        "replication/pooled" => {
            let found = pooled(original, replication);
            named([
                ("z", found.z),
                ("se", found.se),
                ("r", found.r),
                ("low", found.ci[0]),
                ("high", found.ci[1]),
                ("p", found.p),
            ])
        }
        "replication/small_telescopes" => {
            let found = small_telescopes(original, replication);
            named([("r33", found.r33), ("p", found.p)])
        }
        "replication/equivalence" => {
            let (centre, margin) = (number(input, "centre"), number(input, "margin"));
            let found = equivalence(replication, centre, margin).unwrap();
            named([("p_lower", found.p_lower), ("p_upper", found.p_upper), ("p", found.p)])
        }
        "replication/sceptical" => reverse_bayes(original, replication),
        _ => intervals(statistic, original, replication),
    }
}

#[test]
fn every_record_is_reproduced() {
    let statistics = [
        "replication/same_direction",
        "replication/coverage",
        "replication/prediction",
        "replication/consistency",
        "replication/pooled",
        "replication/small_telescopes",
        "replication/detectable",
        "replication/equivalence",
        "replication/sceptical",
        "replication/across_sites",
    ];
    support::every_record_is_reproduced("replication.json", &statistics, |statistic, input| {
        match statistic {
            "replication/detectable" => {
                named([("r", detectable(whole(input, "n"), number(input, "power")).unwrap())])
            }
            "replication/across_sites" => sites(input),
            _ => pair(statistic, input),
        }
    });
}
