//! The second null of the peak: ratings that only drift.

use std::ops::Range;

use dyad_plugin::prelude::*;
use dyad_stats::resample::{Plan, Series, Tail, ar1_null};
use dyad_stats::sequence::peaks;

use crate::course::Course;
use crate::peak::Complete;

/// Ratings drawn at most: with many clients fewer simulated studies say as much.
const MOST_DRAWS: usize = 15_000_000;
/// Never fewer studies than these.
const FEWEST: usize = 99;

/// Adds `peak/A/session_k_drift`: the share of clients who peak at the tested session against series that drift as these do.
pub(crate) fn add(findings: &mut Findings, course: &Course<'_>, complete: &Complete) {
    let (peak, [first, last]) = (course.settings.peak_session, course.settings.peak_window);
    let asked = course.settings.drift_simulations;
    let id = format!("peak/{}/session_{peak}_drift", course.alliance.id);
    let drawn = (MOST_DRAWS / complete.ratings.len().max(1)).max(FEWEST);
    let studies = asked.min(drawn);
    let estimate = complete
        .describe(Estimate::new(
            id.clone(),
            format!("More peaks of {} at session {peak} than by drift", course.alliance.name()),
        ))
        .method(format!(
            "share with one-sided p = (1 + b)/(B + 1) over {studies} studies of series that drift about each client's level, autocorrelation and SD \
             fitted to these ratings (REML); sessions {first} to {last}"
        ))
        .source("pinheiro2000")
        .source("davison1997");
    if asked == 0 {
        findings.estimates.push(estimate.refused("drift_simulations is 0"));
        return;
    }
    let occasions = complete.occasions;
    let sessions: Vec<u16> = (0..complete.ratings.len())
        .map(|row| u16::try_from(row % occasions.max(1)).unwrap_or(u16::MAX))
        .collect();
    let clients: Vec<Range<usize>> = (0..complete.ratings.len() / occasions.max(1))
        .map(|c| c * occasions..(c + 1) * occasions)
        .collect();
    let series = Series { sessions: &sessions, values: &complete.ratings, clients: &clients };
    let tested = complete.tested;
    let share = |values: &[f64]| peaks(values, occasions).ok().map(|found| found.shares[tested]);
    let plan = Plan { seed: course.seed, purpose: &id, replicates: studies, threads: 1 };
    findings.estimates.push(match ar1_null(&series, share, Tail::Greater, &plan) {
        Err(reason) => estimate.refused(reason.to_string()),
        Ok((fit, test)) => {
            let given = estimate
                .value(test.observed)
                .p(test.p)
                .detail("autocorrelation", fit.rho)
                .detail("expected", test.null_mean)
                .detail("p_se", test.p_se)
                .detail("studies", test.replicates as f64);
            match test.null_band {
                Some([low, high]) => given.detail("null_low", low).detail("null_high", high),
                None => given,
            }
        }
    });
}
