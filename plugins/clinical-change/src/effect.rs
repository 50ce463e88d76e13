//! How much clients change: in points, in standard deviations, and for a client of a fixed severity.
//!
//! Intervals by therapist are about therapists like these at these sites, the network as it is. Where sites are a sample of others,
//! `site_low` and `site_high` among the details hold the interval by site.

use dyad_plugin::derived::{Clients, Sample};
use dyad_plugin::prelude::*;
use dyad_stats::change::{pre_post_contributions, pre_post_effect};
use dyad_stats::linear::{ClusterRobust, Correction, ols};
use dyad_stats::moments::{Moments, one_sample};

use crate::scale::Scale;

/// Below this many clients the interval of `pre_post` holds the truth less often than it should.
const FEW_CLIENTS: usize = 40;

/// Adds `Y/mean_change`, `Y/pre_post`, `Y/pre_post/by_therapist` and `Y/severity_adjusted`.
pub(crate) fn add(
    findings: &mut Findings,
    clients: &Clients<'_>,
    scale: &Scale<'_>,
    sample: &Sample,
    pairs: &[(f64, f64)],
) {
    let (outcome, name) = (scale.outcome, scale.outcome.name());
    let change: Vec<f64> = pairs.iter().map(|(first, last)| last - first).collect();
    let points = sample
        .describe(Estimate::new(
            format!("{}/mean_change", outcome.id),
            format!("Mean change of {name}, last score less baseline"),
        ))
        .source("bell2002");
    let points = if clients.has_therapists() {
        let by_therapist = by_therapist(clients, sample, &[], &change);
        points
            .method("mean; CR2 by therapist, Bell–McCaffrey df; the sites as they are")
            .clustered(by_therapist)
            .site_interval(clients, &sample.clients, &change)
    } else {
        points.method("mean; t test").t_test(one_sample(&change, 0.0))
    };

    let (before, after): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let standardised = sample
        .describe(Estimate::new(
            format!("{}/pre_post", outcome.id),
            format!("Standardised mean change of {name}, + is better"),
        ))
        .method(
            "J·(mean gain)/SD of the baseline, variance 2(1 − r)/n + g²/(2n); gain: + is better",
        )
        .source("becker1988");
    let standardised = match pre_post_effect(&before, &after, outcome.benefit_sign()) {
        Ok(effect) => {
            let given =
                standardised.value(effect.g).se(effect.se).ci(effect.ci).detail("r", effect.r);
            let given = if effect.n < FEW_CLIENTS {
                given
                    .warn(format!("only {} clients: the interval is a little too narrow", effect.n))
            } else {
                given
            };
            if clients.has_therapists() {
                given.warn("the interval takes clients as independent: where they share therapists it is too narrow, see pre_post/by_therapist")
            } else {
                given
            }
        }
        Err(reason) => standardised.refused(reason.to_string()),
    };

    let contributions = pre_post_contributions(&before, &after, outcome.benefit_sign());
    let robust = sample
        .describe(Estimate::new(
            format!("{}/pre_post/by_therapist", outcome.id),
            format!("Standardised mean change of {name}, interval by therapist, + is better"),
        ))
        .method("pre_post with the interval of a mean of each client's contribution; CR2 by therapist, Bell–McCaffrey df; the sites as they are")
        .source("becker1988")
        .source("bell2002");
    let robust = match contributions {
        Ok(each) => robust.mean_by_therapist(clients, &sample.clients, &each),
        Err(reason) => robust.refused(reason.to_string()),
    };

    let adjusted = sample
        .describe(Estimate::new(
            format!("{}/severity_adjusted", outcome.id),
            format!("Effect size of {name} for a client of average severity among cases at the start"),
        ))
        .method(
            "intercept of gain/SD_intake ~ baseline − reference; reference: mean baseline of the cases at the start; gain: + is better; CR2 by therapist",
        )
        .source("minami2008")
        .source("bell2002");
    let adjusted = severity_adjusted(adjusted, clients, scale, sample, pairs);
    findings.estimates.extend([points, standardised, robust, adjusted]);
}

/// The expected gain, in standard deviations at intake, of a client whose baseline equals the reference.
fn severity_adjusted(
    estimate: Estimate,
    clients: &Clients<'_>,
    scale: &Scale<'_>,
    sample: &Sample,
    pairs: &[(f64, f64)],
) -> Estimate {
    if let Err(reason) = &scale.caseness {
        return estimate.refused(reason.as_str());
    }
    let sd = match scale.sd_intake() {
        Ok(sd) if sd > 0.0 => sd,
        Ok(_) => return estimate.refused("no variation at intake"),
        Err(reason) => return estimate.refused(reason),
    };
    let mut cases = Moments::new();
    pairs
        .iter()
        .filter(|(first, _)| scale.is_case(*first))
        .for_each(|(first, _)| cases.push(*first));
    let Ok(reference) = cases.mean() else {
        return estimate.refused("no client is at caseness at the start");
    };
    let sign = scale.outcome.benefit_sign();
    let gain: Vec<f64> = pairs.iter().map(|(first, last)| sign * (last - first) / sd).collect();
    let severity: Vec<f64> = pairs.iter().map(|(first, _)| first - reference).collect();
    estimate
        .clustered(by_therapist(clients, sample, &[("baseline", &severity)], &gain))
        .detail("reference", reference)
        .detail("sd_intake", sd)
}

fn by_therapist(
    clients: &Clients<'_>,
    sample: &Sample,
    columns: &[(&str, &[f64])],
    y: &[f64],
) -> Result<ClusterRobust, String> {
    let therapists = clients.therapist_ranges(&sample.clients)?;
    let fit = ols(columns, y).map_err(|e| e.to_string())?;
    fit.cluster_robust("(intercept)", &therapists, Correction::Cr2).map_err(|e| e.to_string())
}
