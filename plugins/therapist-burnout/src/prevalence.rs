//! How many therapists are at or beyond the burnout cut-off, beside a published share.

use std::collections::BTreeSet;

use dyad_plugin::prelude::*;
use dyad_stats::SCORE_TOLERANCE;
use dyad_stats::distributions::normal;
use dyad_stats::linear::{Correction, ols};
use dyad_stats::proportions::wilson;

use crate::Settings;

/// Adds `prevalence/B` and `prevalence/B/published`.
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
    let missing = (scores.len() - scored.len()) as u64;
    let new = |id: String, label: String| {
        Estimate::new(id, label)
            .counts(Counts {
                therapists: Some(scored.len() as u64),
                sites: Some(in_sites.len() as u64),
                ..Counts::default()
            })
            .dropped_units(Dropped {
                reason: "no burnout score".to_owned(),
                therapists: Some(missing),
                ..Dropped::default()
            })
    };
    let label = format!("Share of therapists at or beyond the cut-off of {}", burnout.name());
    let share = new(format!("prevalence/{}", burnout.id), label.clone())
        .method("x/n; Wilson interval")
        .source("wilson1927");
    let published = run.settings().published_prevalence;
    let beside = new(format!("prevalence/{}/published", burnout.id), format!("{label}, minus a published share"))
        .method(format!(
            "x/n − {published}; Wilson interval less the published share; score test z = (x/n − p₀)/√(p₀(1 − p₀)/n)"
        ))
        .source("simionato2018")
        .source("wilson1927");
    let Some(cutoff) = burnout.cutoff else {
        let reason = "the study file declares no cut-off for this measure";
        findings.estimates.extend([share, beside].map(|e| e.refused(reason)));
        return Ok(());
    };
    // Towards the worse end: burnout is better when lower, personal accomplishment when higher.
    let worse = -burnout.benefit_sign();
    let is_beyond = |score: f64| worse * (score - cutoff) >= -SCORE_TOLERANCE;
    let hits: Vec<f64> =
        scored.iter().map(|(_, score)| if is_beyond(*score) { 1.0 } else { 0.0 }).collect();
    let (beyond, n) = (hits.iter().filter(|h| **h > 0.5).count() as u64, hits.len() as u64);
    let ci = match wilson(beyond, n) {
        Ok(ci) => ci,
        Err(reason) => {
            findings.estimates.extend([share, beside].map(|e| e.refused(reason.to_string())));
            return Ok(());
        }
    };
    let value = beyond as f64 / n as f64;
    let mut share = share
        .value(value)
        .ci(ci)
        .detail("count", beyond as f64)
        .detail("denominator", n as f64)
        .detail("cutoff", cutoff);
    if missing > 0 {
        let all = (n + missing) as f64;
        share = share
            .detail("share_if_no_silent_one_is", beyond as f64 / all)
            .detail("share_if_every_silent_one_is", (beyond + missing) as f64 / all);
    }
    let mut site_runs: Vec<std::ops::Range<usize>> = Vec::new();
    for at in 0..scored.len() {
        let same = at > 0 && sites.get(scored[at].0) == sites.get(scored[at - 1].0);
        match site_runs.last_mut().filter(|_| same) {
            Some(run) => run.end = at + 1,
            None => site_runs.push(at..at + 1),
        }
    }
    if let Some(by_site) = ols(&[], &hits)
        .ok()
        .and_then(|fit| fit.cluster_robust("(intercept)", &site_runs, Correction::Cr2).ok())
    {
        share = share.detail("by_site_low", by_site.ci[0]).detail("by_site_high", by_site.ci[1]);
    }
    let z = (value - published) / (published * (1.0 - published) / n as f64).sqrt();
    let beside = beside
        .value(value - published)
        .ci([ci[0] - published, ci[1] - published])
        .statistic("z", z, None)
        .p(normal::two_sided(z))
        .detail("published", published)
        .warn(
            "the published share is quoted second-hand (the review's abstract says over half), and depends on instrument and cut-off: compare \
             like with like only",
        );
    findings.estimates.extend([share, beside]);
    Ok(())
}
