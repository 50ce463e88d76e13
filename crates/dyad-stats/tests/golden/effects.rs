//! Every record of `effects.json` (made by `effects.R` with metafor) against `dyad_stats::change`.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail it by panicking")]

use dyad_stats::change::{
    ServiceCounts, ServiceRule, pre_post_contributions, pre_post_effect, severity_adjusted_effects,
};
use dyad_stats::moments::Moments;
use serde_json::Value;

use crate::support::{self, Found, listed, named, number, numbers};

fn service(input: &Value, before: &[f64], after: &[f64]) -> Found {
    let rule = ServiceRule {
        caseness: number(input, "caseness"),
        reliable: number(input, "reliable"),
        benefit_sign: number(input, "benefit_sign"),
    };
    rule.check().unwrap();
    let mut counts = ServiceCounts::default();
    for (first, last) in before.iter().zip(after) {
        let mut one = ServiceCounts::default();
        one.push(&rule, *first, *last);
        counts.merge(&one);
    }
    named([
        ("clients", counts.clients as f64),
        ("cases", counts.cases as f64),
        ("recovered", counts.recovered as f64),
        ("reliably_improved", counts.reliably_improved as f64),
        ("reliably_recovered", counts.reliably_recovered as f64),
        ("deteriorated", counts.deteriorated as f64),
    ])
}

#[test]
fn every_record_is_reproduced() {
    let statistics = [
        "change/pre_post_effect",
        "change/pre_post_contributions",
        "change/severity_adjusted_effects",
        "change/service",
    ];
    support::every_record_is_reproduced("effects.json", &statistics, |statistic, input| {
        let (before, after) = (numbers(input, "before"), numbers(input, "after"));
        let sign = number(input, "benefit_sign");
        match statistic {
            "change/pre_post_effect" => {
                let found = pre_post_effect(&before, &after, sign).unwrap();
                named([
                    ("g", found.g),
                    ("se", found.se),
                    ("low", found.ci[0]),
                    ("high", found.ci[1]),
                    ("r", found.r),
                ])
            }
            "change/pre_post_contributions" | "change/severity_adjusted_effects" => {
                let each = if statistic == "change/pre_post_contributions" {
                    pre_post_contributions(&before, &after, sign).unwrap()
                } else {
                    severity_adjusted_effects(&before, &after, sign).unwrap()
                };
                let all = Moments::of(&each);
                let mut found = named([("mean", all.mean().unwrap()), ("sd", all.sd().unwrap())]);
                found.extend(listed("client", each));
                found
            }
            _ => service(input, &before, &after),
        }
    });
}
