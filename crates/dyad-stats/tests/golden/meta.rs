//! Every record of `meta.json` (made by `meta.R` with metafor) against `dyad_stats::meta`.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail it by panicking")]

use dyad_stats::meta::{
    BetweenVariance, PredictionDf, RandomEffects, Study, egger, leave_one_out, random_effects,
    random_effects_by,
};
use serde_json::Value;

use crate::support::{self, Found, listed, named, number, numbers, word};

fn studies(input: &Value) -> Vec<Study> {
    numbers(input, "estimates")
        .into_iter()
        .zip(numbers(input, "variances"))
        .map(|(estimate, variance)| Study { estimate, variance })
        .collect()
}

fn method(input: &Value) -> BetweenVariance {
    match word(input, "method") {
        "DL" => BetweenVariance::DerSimonianLaird,
        "PM" => BetweenVariance::PauleMandel,
        _ => BetweenVariance::Reml,
    }
}

fn model(fit: &RandomEffects) -> Found {
    let prediction = fit.prediction.unwrap();
    let again = fit.prediction_interval(PredictionDf::KMinusOne).unwrap();
    assert!((again[0] - prediction[0]).abs() < 1e-12 && (again[1] - prediction[1]).abs() < 1e-12);
    named([
        ("mu", fit.mu),
        ("se", fit.se),
        ("low", fit.ci[0]),
        ("high", fit.ci[1]),
        ("tau2", fit.tau2),
        ("tau2_se", fit.tau2_se),
        ("tau2_low", fit.tau2_ci[0]),
        ("tau2_high", fit.tau2_ci[1]),
        ("i2", fit.i2),
        ("q", fit.q),
        ("q_p", fit.q_p),
        ("prediction_low", prediction[0]),
        ("prediction_high", prediction[1]),
        ("weight_1", fit.weights[0]),
    ])
}

fn tests(statistic: &str, input: &Value) -> Found {
    let fit = random_effects(&studies(input)).unwrap();
    let pair = |(t, p): (f64, f64)| named([("t", t), ("p", p)]);
    match statistic {
        "meta/test" => pair(fit.test(number(input, "value"))),
        "meta/benchmark" => pair(fit.benchmark(number(input, "value"), number(input, "value_se"))),
        "meta/equivalence" => {
            named([("p", fit.equivalence(number(input, "low"), number(input, "high")))])
        }
        _ => named([("share", fit.share_above(number(input, "cut")))]),
    }
}

fn funnel(input: &Value) -> Found {
    let found = egger(&studies(input)).unwrap();
    named([
        ("slope", found.slope),
        ("t", found.t),
        ("df", found.df),
        ("p", found.p),
        ("limit", found.limit),
        ("z", found.z),
        ("z_p", found.z_p),
    ])
}

#[test]
fn every_record_is_reproduced() {
    let statistics = [
        "meta/random_effects",
        "meta/random_effects_by",
        "meta/prediction_interval",
        "meta/test",
        "meta/benchmark",
        "meta/equivalence",
        "meta/share_above",
        "meta/egger",
        "meta/leave_one_out",
    ];
    support::every_record_is_reproduced("meta.json", &statistics, |statistic, input| {
        let studies = studies(input);
        match statistic {
            "meta/random_effects" => model(&random_effects(&studies).unwrap()),
            "meta/random_effects_by" => model(&random_effects_by(&studies, method(input)).unwrap()),
            "meta/prediction_interval" => {
                let fit = random_effects_by(&studies, method(input)).unwrap();
                let [low, high] = fit.prediction_interval(PredictionDf::KMinusTwo).unwrap();
                named([("low", low), ("high", high)])
            }
            "meta/egger" => funnel(input),
            "meta/leave_one_out" => {
                let fits = leave_one_out(&studies).unwrap();
                let mut found = listed("mu", fits.iter().map(|fit| fit.mu));
                found.extend(listed("tau2", fits.iter().map(|fit| fit.tau2)));
                found
            }
            _ => tests(statistic, input),
        }
    });
}
