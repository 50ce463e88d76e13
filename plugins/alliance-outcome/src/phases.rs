//! Later phases of the treatment: does the link depend on when the alliance is rated?

use dyad_plugin::prelude::*;
use dyad_stats::correlation;

use crate::pair::Pair;

/// A phase: its id, its name, and what its link with the outcome cannot say.
const PHASES: [(&str, &str, &str); 3] = [
    ("middle", "middle third", "alliance and outcome may both follow what happened before"),
    (
        "late",
        "last third",
        "late alliance and final outcome are close in time: a good outcome may have made the alliance",
    ),
    ("mean", "whole treatment", "the mean holds ratings made after the change it is to explain"),
];

/// Adds `middle/A/Y/…`, `late/A/Y/…` and `mean/A/Y/…`: Pearson and partial correlation with the final outcome.
pub(crate) fn add(findings: &mut Findings, pair: &Pair<'_>) {
    let no_last = format!("no {} score", pair.outcome.name());
    for (id, phase, caution) in PHASES {
        let ratings = match id {
            "middle" => pair.clients.mean_in_third(&pair.ratings, 1),
            "late" => pair.clients.mean_in_third(&pair.ratings, 2),
            _ => pair.clients.mean(&pair.ratings),
        };
        let none = format!("no alliance rating in the {phase}");
        let label = |what: &str| {
            let (alliance, outcome) = (pair.alliance.name(), pair.outcome.name());
            format!("{what}, {alliance} in the {phase} and final {outcome}")
        };
        let cautioned = |e: Estimate| if e.refused.is_none() { e.warn(caution) } else { e };
        let thirds = "thirds of the client's treatment by session number";

        let sample = pair.clients.complete(&[(&ratings, &none), (&pair.last, &no_last)]);
        let estimate = sample
            .describe(Estimate::new(pair.id(id, "pearson"), label("Pearson correlation")))
            .method(format!("Pearson correlation over clients; Fisher z interval; {thirds}"))
            .source("pearson1896")
            .source("fisher1921");
        let found = correlation::pearson(&sample.pick(&ratings), &sample.pick(&pair.last));
        findings.estimates.push(cautioned(estimate.correlation(found, pair.sign())));

        let baseline = &pair.baseline.values;
        let sample = pair.clients.complete(&[
            (&ratings, &none),
            (&pair.last, &no_last),
            (baseline, "no baseline"),
        ]);
        let estimate = sample
            .describe(Estimate::new(pair.id(id, "partial"), label("Partial correlation")))
            .method(format!(
                "correlation of residuals on {}; Fisher z interval with n − 4; {thirds}",
                pair.baseline.source
            ))
            .source("fisher1924");
        let found = correlation::partial(
            &sample.pick(&ratings),
            &sample.pick(&pair.last),
            &sample.pick(baseline),
        );
        findings.estimates.push(cautioned(estimate.correlation(found, pair.sign())));
    }
}
