//! For whom, and under which conditions: any covariate × early alliance.

use dyad_plugin::prelude::*;
use dyad_stats::moments::Moments;

use crate::pair::{Pair, Regression, words};

/// Adds `moderator/A/Y/C/interaction` for every covariate: final ~ baseline + early + C + early × C, both centred.
pub(crate) fn add(findings: &mut Findings, pair: &Pair<'_>) -> Result<(), Failure> {
    for covariate in pair.run.measures_of(Role::Covariate) {
        let values = pair.clients.value(pair.run, covariate)?;
        let no_last = format!("no {} score", pair.outcome.name());
        let none = format!("no {}", covariate.name());
        let sample = pair.clients.complete(&[
            (&pair.early, "no early alliance rating"),
            (&pair.last, &no_last),
            (&pair.baseline.values, "no baseline"),
            (&values, &none),
        ]);
        let estimate = Estimate::new(
            pair.id("moderator", &format!("{}/interaction", covariate.id)),
            format!(
                "Change, per point of {}, of final {} per point of early {}",
                covariate.name(),
                pair.outcome.name(),
                pair.alliance.name()
            ),
        )
        .method(format!(
            "final ~ baseline + early + covariate + early × covariate, both centred, OLS; CR2 by therapist, Bell–McCaffrey df; details: the \
             slope of the alliance one SD below and above the covariate's mean; baseline: {}",
            pair.baseline.source
        ))
        .source("bell2002")
        .source("pustejovsky2018");
        let estimate = sample.describe(estimate);
        let fit = || -> Result<_, String> {
            let centred = |values: &[Option<f64>], what: &str| -> Result<(Vec<f64>, f64), String> {
                let values = sample.pick(values);
                let moments = Moments::of(&values);
                let (mean, sd) = (moments.mean().map_err(words)?, moments.sd().map_err(words)?);
                if sd <= 0.0 {
                    return Err(format!("no variation in {what}"));
                }
                Ok((values.iter().map(|v| v - mean).collect(), sd))
            };
            let (early, _) = centred(&pair.early, "the alliance")?;
            let (moderator, sd) = centred(&values, &covariate.name())?;
            let product: Vec<f64> = early.iter().zip(&moderator).map(|(a, c)| a * c).collect();
            let columns = [
                ("baseline", &sample.pick(&pair.baseline.values)[..]),
                ("early", &early),
                ("covariate", &moderator),
                ("interaction", &product),
            ];
            let y = sample.pick(&pair.last);
            Ok((Regression::of(pair.clients, &sample, &columns, &y)?, sd))
        };
        findings.estimates.push(match fit() {
            Err(reason) => estimate.refused(reason),
            Ok((fit, sd)) => {
                let (slope, change) = (fit.fit.beta[2], fit.fit.beta[4]);
                let given = estimate.clustered(fit.slope("interaction"));
                if given.refused.is_some() {
                    given
                } else {
                    given
                        .detail("slope_below", slope - sd * change)
                        .detail("slope_above", slope + sd * change)
                }
            }
        });
    }
    Ok(())
}
