//! How many therapists are at or beyond the burnout cut-off.

use std::collections::BTreeSet;

use dyad_plugin::prelude::*;
use dyad_stats::SCORE_TOLERANCE;
use dyad_stats::proportions::wilson;

use crate::Settings;

/// Adds `prevalence/B`.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    burnout: &Measure,
) -> Result<(), Failure> {
    let therapists = run.table("therapists")?;
    let (scores, sites) = (therapists.floats(&burnout.id)?, therapists.integers("site")?);
    let scored: Vec<(usize, f64)> =
        (0..scores.len()).filter_map(|t| scores.get(t).map(|score| (t, score))).collect();
    let in_sites: BTreeSet<Option<i64>> = scored.iter().map(|(t, _)| sites.get(*t)).collect();
    let estimate = Estimate::new(
        format!("prevalence/{}", burnout.id),
        format!("Share of therapists at or beyond the cut-off of {}", burnout.name()),
    )
    .counts(Counts {
        therapists: Some(scored.len() as u64),
        sites: Some(in_sites.len() as u64),
        ..Counts::default()
    })
    .dropped_units(Dropped {
        reason: "no burnout score".to_owned(),
        therapists: Some((scores.len() - scored.len()) as u64),
        ..Dropped::default()
    })
    .method("x/n; Wilson interval")
    .source("wilson1927");
    let Some(cutoff) = burnout.cutoff else {
        findings
            .estimates
            .push(estimate.refused("the study file declares no cut-off for this measure"));
        return Ok(());
    };
    // Towards the worse end: burnout is better when lower, personal accomplishment when higher.
    let worse = -burnout.benefit_sign();
    let beyond =
        scored.iter().filter(|(_, score)| worse * (score - cutoff) >= -SCORE_TOLERANCE).count()
            as u64;
    let n = scored.len() as u64;
    findings.estimates.push(match wilson(beyond, n) {
        Ok(ci) => estimate
            .value(beyond as f64 / n as f64)
            .ci(ci)
            .detail("count", beyond as f64)
            .detail("denominator", n as f64)
            .detail("cutoff", cutoff),
        Err(reason) => estimate.refused(reason.to_string()),
    });
    Ok(())
}
