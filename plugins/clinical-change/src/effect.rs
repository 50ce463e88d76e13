//! How much clients change: in points, in standard deviations, and for a client of a fixed severity.
//!
//! Intervals by therapist are about therapists like these at these sites, the network as it is. Where sites are a sample of others,
//! `site_low` and `site_high` among the details hold the interval by site.

use dyad_plugin::designs::change::BeforeAfter;
use dyad_plugin::prelude::*;
use dyad_plugin::reported::MeanByTherapist;
use dyad_stats::change::{is_case, pre_post_contributions, pre_post_effect};
use dyad_stats::moments::{Moments, one_sample};

/// Adds `Y/mean_change`, `Y/pre_post`, `Y/pre_post/by_therapist` and `Y/severity_adjusted`.
pub(crate) fn effects(outcome: &BeforeAfter<'_>) {
    let BeforeAfter { section: s, before, after, sign, .. } = outcome;
    let (change, has_therapists) = (outcome.change(), s.clients.has_therapists());
    if has_therapists {
        let mean = s.mean_by_therapist(&change).map(MeanByTherapist::tested);
        s.with_text("interval", "by.therapist").add("Y/mean_change", mean);
    } else {
        s.with_text("interval", "by.client").add("Y/mean_change", one_sample(&change, 0.0));
    }
    s.add("Y/pre_post", pre_post_effect(before, after, *sign))
        .warn_if(has_therapists, "warn.pre_post");
    let contributions = pre_post_contributions(before, after, *sign).map_err(|e| e.to_string());
    let mean = contributions.and_then(|each| s.mean_by_therapist(&each));
    s.add("Y/pre_post/by_therapist", mean);

    // gain/SD_intake ~ baseline − mean baseline of the cases at the start: the intercept is the gain of a client as severe as they are.
    let adjusted = || -> Result<_, String> {
        let (caseness, sd) = (outcome.caseness()?, outcome.sd_intake()?);
        let cases = before.iter().copied().filter(|score| is_case(*score, caseness, *sign));
        let reference = Moments::of(&cases.collect::<Vec<_>>()).mean();
        let reference = reference.map_err(|_| s.text("refuse.no_case"))?;
        let severity: Vec<f64> = before.iter().map(|score| score - reference).collect();
        let gain: Vec<f64> = change.iter().map(|change| sign * change / sd).collect();
        let fit = s.regression(&[("baseline", &severity)], &gain)?;
        Ok((fit.slope("(intercept)")?, [("reference", reference), ("sd_intake", sd)]))
    };
    s.add_as("Y/severity_adjusted", adjusted(), |e, (b, details)| {
        e.cluster_robust(b).details(details)
    });
}
