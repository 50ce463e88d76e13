//! Ruptures per session.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::linear::{Family, glm};

use crate::detectors::{DEFAULT, Judged};

/// Adds `rate/A/per_session`: a Poisson rate with its offset, robust by therapist, because ruptures cluster in clients and therapists.
pub(crate) fn add(
    findings: &mut Findings,
    clients: &Clients<'_>,
    alliance: &Measure,
    judged: &Judged,
) {
    let estimate = Estimate::new(
        format!("rate/{}/per_session", alliance.id),
        format!("Ruptures of {} per rated session", alliance.name()),
    )
    .counts(judged.n)
    .method(format!(
        "Poisson regression on an intercept with the log of the rated sessions as offset, detector {}; standard error (of the log) robust by therapist",
        DEFAULT.replace('_', " ")
    ))
    .source("nelder1972");
    let ids: Vec<usize> = judged.series.iter().map(|s| s.client).collect();
    let fitted = judged.default().and_then(|detector| {
        let count = |s: &crate::detectors::Series| s.ruptures[detector].len() as f64;
        let counts: Vec<f64> = judged.series.iter().map(count).collect();
        let exposure: Vec<f64> =
            judged.series.iter().map(|s| (s.ratings.len() as f64).ln()).collect();
        if counts.iter().all(|c| *c < 0.5) {
            return Err("no rupture by the default detector".to_owned());
        }
        let therapists = clients.therapist_ranges(&ids)?;
        glm(&[], &counts, &exposure, Family::Poisson, &therapists).map_err(|e| e.to_string())
    });
    findings.estimates.push(match fitted {
        Err(reason) => estimate.refused(reason),
        Ok(fit) => {
            let b = fit.coefficients[0];
            estimate
                .value(b.estimate.exp())
                .se(b.robust_se.unwrap_or(b.se))
                .ci([b.ci[0].exp(), b.ci[1].exp()])
                .detail("dispersion", fit.dispersion)
        }
    });
}
