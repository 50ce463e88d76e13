//! The second null of the peak: ratings that only drift.

use std::ops::Range;

use dyad_plugin::prelude::*;
use dyad_stats::resample::{Series, ar1};
use dyad_stats::sequence::{AgainstDrift, peaks};

use crate::course::Course;
use crate::peak::Complete;

/// Adds `peak/A/session_k_drift`: the share of clients who peak at the tested session against series that drift as these do.
pub(crate) fn add(findings: &mut Findings, course: &Course<'_>, complete: &Complete) {
    let (peak, [first, last]) = (course.settings.peak_session, course.settings.peak_window);
    let estimate = complete
        .describe(Estimate::new(
            format!("peak/{}/session_{peak}_drift", course.alliance.id),
            format!("More peaks of {} at session {peak} than by drift", course.alliance.name()),
        ))
        .method(format!(
            "share with exact one-sided p, a binomial tail: the chance that a series which drifts about the client's level is highest at session \
             {peak} of {first} to {last}, autocorrelation fitted to these ratings (REML)"
        ))
        .source("pinheiro2000");
    findings.estimates.push(match tested(complete) {
        Err(reason) => estimate.refused(reason.to_string()),
        Ok((share, rho, test)) => estimate
            .value(share)
            .p(test.p)
            .detail("autocorrelation", rho)
            .detail("expected", test.expected)
            .detail("null_low", test.band[0])
            .detail("null_high", test.band[1]),
    });
}

/// The share, the autocorrelation, and what it does to the share.
fn tested(complete: &Complete) -> dyad_stats::Result<(f64, f64, AgainstDrift)> {
    let occasions = complete.occasions.max(1);
    let sessions: Vec<u16> = (0..complete.ratings.len())
        .map(|row| u16::try_from(row % occasions).unwrap_or(u16::MAX))
        .collect();
    let clients: Vec<Range<usize>> = (0..complete.ratings.len() / occasions)
        .map(|c| c * occasions..(c + 1) * occasions)
        .collect();
    let series = Series { sessions: &sessions, values: &complete.ratings, clients: &clients };
    let rho = ar1(&series)?.rho;
    let found = peaks(&complete.ratings, complete.occasions)?;
    Ok((found.shares[complete.tested], rho, found.against_drift(complete.tested, rho)?))
}
