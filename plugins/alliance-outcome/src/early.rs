//! Client level: early alliance and final outcome.

use dyad_plugin::prelude::*;
use dyad_stats::correlation;

use crate::figures;
use crate::pair::{Pair, Regression, standardised};

/// Adds the client-level correlations of one alliance and one outcome measure.
pub(crate) fn add(findings: &mut Findings, pair: &Pair<'_>) {
    let new = |what: &str, label: &str| {
        Estimate::new(pair.id("early", what), format!("{label}, {}", pair.names()))
    };
    let (x, y) = (pair.both.pick(&pair.early), pair.both.pick(&pair.last));
    let pearson = pair
        .both
        .describe(new("pearson", "Pearson correlation"))
        .method("Pearson correlation over clients; Fisher z interval")
        .source("pearson1896")
        .source("fisher1921")
        .correlation(correlation::pearson(&x, &y), pair.sign());
    findings.figures.extend(figures::early(pair.alliance, pair.outcome, &x, &y, &pearson));
    findings.estimates.push(same_rater(pearson, pair));

    let spearman = pair
        .both
        .describe(new("spearman", "Rank correlation"))
        .method("Spearman correlation, p from t with n − 2 df; Fieller interval")
        .source("spearman1904")
        .source("fieller1957");
    findings.estimates.push(spearman.correlation(correlation::spearman(&x, &y), pair.sign()));

    let [x, y, z] = pair.complete();
    let partial = pair
        .all
        .describe(new("partial", "Partial correlation given baseline"))
        .method(format!(
            "correlation of residuals on {}; Fisher z interval with n − 4",
            pair.baseline.source
        ))
        .source("fisher1924");
    findings.estimates.push(partial.correlation(correlation::partial(&x, &y, &z), pair.sign()));

    let fit = || {
        let x = standardised(&x, "the alliance")?;
        let y = standardised(&y, "the outcome")?;
        let z = standardised(&z, "the baseline")?;
        Regression::of(pair.clients, &pair.all, &[("early", &x), ("baseline", &z)], &y)
    };
    let fit: Result<Regression, String> = fit();
    let ancova = pair
        .all
        .describe(new("ancova_beta", "Standardised slope given baseline"))
        .method(format!(
            "z(final) ~ z(early) + z({}), OLS; CR2 by therapist, Bell–McCaffrey df",
            pair.baseline.source
        ))
        .source("bell2002")
        .source("pustejovsky2018")
        .clustered(fit.as_ref().map_err(String::clone).and_then(|fit| fit.slope("early")));
    findings.estimates.push(match fit {
        Ok(fit) if ancova.refused.is_none() => ancova.detail("se_ols", fit.fit.se[1]),
        _ => ancova,
    });
}

/// Says that one person rated both.
fn same_rater(estimate: Estimate, pair: &Pair<'_>) -> Estimate {
    let rater = pair.alliance.rater.filter(|r| pair.outcome.rater == Some(*r));
    match rater {
        Some(rater) if estimate.refused.is_none() => estimate.warn(format!(
            "both scores are {}: what one person thinks of both inflates the correlation",
            rater.adjective()
        )),
        _ => estimate,
    }
}
