//! How much clients change: in points, in standard deviations, and for a client of a fixed severity.
//!
//! Intervals by therapist are about therapists like these at these sites, the network as it is. Where sites are a sample of others,
//! `site_low` and `site_high` among the details hold the interval by site.

use dyad_plugin::prelude::*;
use dyad_stats::change::{pre_post_contributions, pre_post_effect};
use dyad_stats::linear::ClusterRobust;
use dyad_stats::moments::{Moments, one_sample};

use crate::outcome::Outcome;

/// Below this many clients the interval of `pre_post` holds the truth less often than it should.
const FEW_CLIENTS: usize = 40;

/// Adds `Y/mean_change`, `Y/pre_post`, `Y/pre_post/by_therapist` and `Y/severity_adjusted`.
pub(crate) fn add(findings: &mut Findings, outcome: &Outcome<'_>) {
    let (clients, sample, words) = (outcome.clients, &outcome.sample, &outcome.words);
    let has_therapists = clients.has_therapists();
    let new = |words: &Words<'_>, key: &str| sample.describe(words.estimate(key));
    let change: Vec<f64> = outcome.pairs.iter().map(|(first, last)| last - first).collect();
    let by = words.text(if has_therapists { "by.therapist" } else { "by.client" });
    let points = new(&words.with("interval", by), "Y/mean_change");
    let points = if has_therapists {
        let by_therapist = intercept(outcome, &[], &change);
        points.clustered(by_therapist).site_interval(clients, &sample.clients, &change)
    } else {
        points.t_test(one_sample(&change, 0.0))
    };

    let (before, after): (Vec<f64>, Vec<f64>) = outcome.pairs.iter().copied().unzip();
    let effect = pre_post_effect(&before, &after, outcome.sign);
    let standardised = new(words, "Y/pre_post").given(effect, |e, effect| {
        let few = words.with("clients", effect.n).text("warn.few");
        e.value(effect.g)
            .se(effect.se)
            .ci(effect.ci)
            .detail("r", effect.r)
            .warn_if(effect.n < FEW_CLIENTS, few)
            .warn_if(has_therapists, words.text("warn.pre_post"))
    });
    let contributions = pre_post_contributions(&before, &after, outcome.sign);
    let robust = new(words, "Y/pre_post/by_therapist")
        .given(contributions, |e, each| e.mean_by_therapist(clients, &sample.clients, &each));
    let adjusted = severity_adjusted(outcome, new(words, "Y/severity_adjusted"));
    findings.estimates.extend([points, standardised, robust, adjusted]);
}

/// The expected gain, in standard deviations at intake, of a client whose baseline equals the mean of the cases at the start.
fn severity_adjusted(outcome: &Outcome<'_>, estimate: Estimate) -> Estimate {
    let found = || {
        outcome.caseness.clone()?;
        let sd = outcome.sd_intake()?;
        let first = outcome.pairs.iter().map(|(first, _)| *first);
        let cases: Vec<f64> = first.clone().filter(|first| outcome.is_case(*first)).collect();
        let reference = Moments::of(&cases).mean();
        let reference =
            reference.map_err(|_| "no client is at caseness at the start".to_owned())?;
        let gain = outcome.pairs.iter().map(|(first, last)| outcome.sign * (last - first) / sd);
        let severity: Vec<f64> = first.map(|first| first - reference).collect();
        let gain: Vec<f64> = gain.collect();
        Ok::<_, String>((intercept(outcome, &[("baseline", &severity)], &gain), reference, sd))
    };
    estimate.given(found(), |e, (fitted, reference, sd)| {
        e.clustered(fitted).details([("reference", reference), ("sd_intake", sd)])
    })
}

/// The intercept of y ~ columns, by therapist.
fn intercept(
    outcome: &Outcome<'_>,
    columns: &[(&str, &[f64])],
    y: &[f64],
) -> Result<ClusterRobust, String> {
    outcome.clients.regression(&outcome.sample.clients, columns, y)?.slope("(intercept)")
}
