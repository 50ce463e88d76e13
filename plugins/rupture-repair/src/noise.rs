//! How many ruptures each detector would find if there were none.

use dyad_plugin::prelude::*;
use dyad_stats::moments::Moments;
use dyad_stats::resample::{Series as Ratings, ar1};
use dyad_stats::sequence::{NoiseSeries, Rule, expected_ruptures};

use crate::Settings;
use crate::detectors::Judged;

/// Beyond this many clients, evenly spaced ones stand for all: more would cost time and add no digit.
const SIMULATED: usize = 500;

/// Adds `…/expected_independent` and `…/expected_autocorrelated` for every detector: noise with each client's sessions, mean and standard
/// deviation, neighbouring sessions independent or correlated as in the data.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    alliance: &Measure,
    judged: &Judged,
) {
    let step = judged.series.len().div_ceil(SIMULATED).max(1);
    let scale = judged.series.len() as f64 / judged.series.len().div_ceil(step).max(1) as f64;
    let noise: Vec<NoiseSeries<'_>> = judged
        .series
        .iter()
        .step_by(step)
        .map(|series| {
            let moments = Moments::of(&series.ratings);
            let mean = moments.mean().unwrap_or(0.0);
            NoiseSeries { sessions: &series.sessions, mean, sd: moments.sd().unwrap_or(0.0) }
        })
        .collect();
    let kinds = [
        ("expected_independent", Ok(0.0), "independent sessions"),
        (
            "expected_autocorrelated",
            autocorrelation(judged),
            "neighbouring sessions correlated as in the data",
        ),
    ];
    let rules: Vec<Rule> = judged.detectors.iter().filter_map(|d| d.rule.clone().ok()).collect();
    let simulate = |what: &str, rho: f64| {
        let purpose = format!("noise/{}/{what}", alliance.id);
        let named = (run.seed(), purpose.as_str());
        expected_ruptures(&noise, rho, &rules, named, run.settings().noise_replicates)
            .map_err(|e| e.to_string())
    };
    // All detectors look at the same noise.
    let found = kinds.each_ref().map(|(what, rho, _)| match rho {
        _ if judged.series.is_empty() => Err("no client has enough ratings".to_owned()),
        Ok(rho) => simulate(what, *rho).map(|found| (found, *rho)),
        Err(reason) => Err(reason.clone()),
    });
    let mut place = 0;
    for (at, detector) in judged.detectors.iter().enumerate() {
        let observed: usize = judged.series.iter().map(|s| s.ruptures[at].len()).sum();
        for ((what, _, kind), found) in kinds.iter().zip(&found) {
            let estimate = Estimate::new(
                format!("{}/{what}", detector.id),
                format!("Ruptures of {} expected by {} from noise alone: {kind}", alliance.name(), detector.name.replace('_', " ")),
            )
            .counts(judged.n)
            .method(format!(
                "mean of {} simulated studies without ruptures: normal noise with each client's sessions, mean and standard deviation; se is that of the \
                 simulation",
                run.settings().noise_replicates
            ))
            .source("lipner2022");
            findings.estimates.push(match (&detector.rule, found) {
                (Err(reason), Ok(_)) | (_, Err(reason)) => estimate.refused(reason.clone()),
                (Ok(_), Ok((all, rho))) => {
                    let found = &all[place];
                    let expected = scale * found.ruptures;
                    let given = estimate
                        .value(expected)
                        .se(scale * found.errors[0])
                        .detail("observed", observed as f64)
                        .detail("clients_expected", scale * found.clients)
                        .detail("autocorrelation", *rho);
                    if expected > 0.0 {
                        given.detail("observed_over_expected", observed as f64 / expected)
                    } else {
                        given
                    }
                }
            });
        }
        place += usize::from(detector.rule.is_ok());
    }
}

/// The correlation of neighbouring sessions about each client's level.
fn autocorrelation(judged: &Judged) -> Result<f64, String> {
    let (mut sessions, mut values, mut clients) = (Vec::new(), Vec::new(), Vec::new());
    for series in &judged.series {
        let start = values.len();
        values.extend(&series.ratings);
        for session in &series.sessions {
            sessions.push(u16::try_from(*session).map_err(|_| "a session number above 65,535")?);
        }
        clients.push(start..values.len());
    }
    let ratings = Ratings { sessions: &sessions, values: &values, clients: &clients };
    ar1(&ratings).map(|fit| fit.rho).map_err(|e| e.to_string())
}
