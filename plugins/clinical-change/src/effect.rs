//! How much clients change: in points, in standard deviations, and for a client of a fixed severity.
//!
//! Intervals by therapist are about therapists like these at these sites, the network as it is. Where sites are a sample of others,
//! `site_low` and `site_high` among the details hold the interval by site.

use dyad_plugin::prelude::*;
use dyad_stats::change::{is_case, pre_post_contributions, pre_post_effect};
use dyad_stats::linear::ClusterRobust;
use dyad_stats::moments::{Moments, one_sample};

use crate::outcome::Outcome;

/// Below this many clients the interval of `pre_post` holds the truth less often than it should.
const FEW_CLIENTS: usize = 40;

/// Adds `Y/mean_change`, `Y/pre_post`, `Y/pre_post/by_therapist` and `Y/severity_adjusted`.
pub(crate) fn add(findings: &mut Findings, outcome: &Outcome<'_>) {
    let (clients, of, words) = (outcome.clients, &outcome.sample.clients, &outcome.words);
    let has_therapists = clients.has_therapists();
    let change: Vec<f64> = outcome.pairs().map(|(before, after)| after - before).collect();
    let by = words.text(if has_therapists { "by.therapist" } else { "by.client" });
    let points = words.with("interval", by).estimate("Y/mean_change");
    let points = if has_therapists {
        points.clustered(intercept(outcome, &[], &change)).site_interval(clients, of, &change)
    } else {
        points.t_test(one_sample(&change, 0.0))
    };
    let effect = pre_post_effect(&outcome.before, &outcome.after, outcome.sign);
    let standardised = words.estimate("Y/pre_post").given(effect, |e, effect| {
        let few = words.with("clients", effect.n).text("warn.few");
        let given = e.value(effect.g).se(effect.se).ci(effect.ci).detail("r", effect.r);
        given
            .warn_if(effect.n < FEW_CLIENTS, few)
            .warn_if(has_therapists, words.text("warn.pre_post"))
    });
    let contributions = pre_post_contributions(&outcome.before, &outcome.after, outcome.sign);
    let robust = words.estimate("Y/pre_post/by_therapist");
    let robust = robust.given(contributions, |e, each| e.mean_by_therapist(clients, of, &each));
    let adjusted = words.estimate("Y/severity_adjusted");
    let adjusted = adjusted.given(severity_adjusted(outcome), |e, (found, reference, sd)| {
        e.clustered(found).details([("reference", reference), ("sd_intake", sd)])
    });
    findings.estimates.extend([points, standardised, robust, adjusted]);
}

/// The expected gain, in standard deviations at intake, of a client whose baseline equals the mean of the cases at the start, with that
/// mean and that standard deviation.
fn severity_adjusted(
    outcome: &Outcome<'_>,
) -> Result<(Result<ClusterRobust, String>, f64, f64), String> {
    let (caseness, sd) = (outcome.caseness()?, outcome.sd_intake()?);
    let is_case = |score: &f64| is_case(*score, caseness, outcome.sign);
    let cases: Vec<f64> = outcome.before.iter().copied().filter(is_case).collect();
    let reference = Moments::of(&cases).mean().map_err(|_| outcome.words.text("refuse.no_case"))?;
    let gain = outcome.pairs().map(|(before, after)| outcome.sign * (after - before) / sd);
    let severity: Vec<f64> = outcome.before.iter().map(|before| before - reference).collect();
    let gain: Vec<f64> = gain.collect();
    Ok((intercept(outcome, &[("baseline", &severity)], &gain), reference, sd))
}

/// The intercept of y ~ columns, by therapist.
fn intercept(
    outcome: &Outcome<'_>,
    columns: &[(&str, &[f64])],
    y: &[f64],
) -> Result<ClusterRobust, String> {
    outcome.clients.regression(&outcome.sample.clients, columns, y)?.slope("(intercept)")
}
