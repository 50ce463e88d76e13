//! Every record of `mediation.json` (made by `mediation.R`) against `dyad_stats::mediation`.

use dyad_stats::mediation::{indirect_effect, monte_carlo_interval, normal_intervals};
use dyad_stats::resample::Plan;

use crate::support::{self, named, number, whole};

#[test]
fn every_record_is_reproduced() {
    let statistics = [
        "mediation/indirect_effect",
        "mediation/normal_intervals",
        "mediation/monte_carlo_interval",
    ];
    support::every_record_is_reproduced("mediation.json", &statistics, |statistic, input| {
        let [a, a_se, b, b_se] = ["a", "a_se", "b", "b_se"].map(|key| number(input, key));
        if statistic == "mediation/monte_carlo_interval" {
            let replicates = usize::try_from(whole(input, "replicates")).unwrap();
            let plan = Plan { seed: 1, purpose: "golden", replicates, threads: 1 };
            let [low, high] = monte_carlo_interval((a, a_se), (b, b_se), 0.0, &plan).unwrap();
            return named([("low", low), ("high", high)]);
        }
        let found = indirect_effect(a, a_se, b, b_se).unwrap();
        let [sobel, aroian] = normal_intervals(&found);
        named([
            ("estimate", found.estimate),
            ("low", found.ci[0]),
            ("high", found.ci[1]),
            ("sobel_se", found.sobel_se),
            ("aroian_se", found.aroian_se),
            ("sobel_low", sobel[0]),
            ("sobel_high", sobel[1]),
            ("aroian_low", aroian[0]),
            ("aroian_high", aroian[1]),
        ])
    });
}
