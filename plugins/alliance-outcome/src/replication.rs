//! Published effects laid beside the estimates of this study.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_plugin::scorecard::scorecard;
use dyad_stats::replication::Effect;

use crate::pair::Pair;
use crate::{Settings, sites};

/// Adds `replication/NAME/…` for every published effect of the study file.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
) -> Result<(), Failure> {
    for published in run.replications() {
        let of_sites = site_effects(run, clients, &published.estimate)?;
        let margin = run.settings().equivalence_margin;
        let estimates = scorecard(published, own(findings, published), &of_sites, margin);
        findings.estimates.extend(estimates);
    }
    Ok(())
}

/// The estimate of this study, without the plugin's name before it.
fn own<'f>(findings: &'f Findings, published: &Replication) -> Result<&'f Estimate, String> {
    let id = published
        .estimate
        .strip_prefix("alliance-outcome/")
        .ok_or_else(|| format!("{} is not an estimate of alliance-outcome", published.estimate))?;
    let found = findings.get(id).ok_or_else(|| format!("this run has no estimate {id}"))?;
    match &found.refused {
        Some(reason) => Err(format!("{id} is refused: {reason}")),
        None => Ok(found),
    }
}

/// The sites' correlations behind an estimate `…/A/Y/…`.
fn site_effects(
    run: &Run<Settings>,
    clients: &Clients<'_>,
    id: &str,
) -> Result<Vec<Effect>, Failure> {
    let parts: Vec<&str> = id.split('/').collect();
    let named = |role: Role| run.measures_of(role).find(|m| parts.contains(&m.id.as_str()));
    let (Some(alliance), Some(outcome)) = (named(Role::Alliance), named(Role::Outcome)) else {
        return Ok(Vec::new());
    };
    let (sites, _) = sites::sites(&Pair::of(run, clients, alliance, outcome)?);
    let effect = |z: f64, se: f64| Effect::with_standard_error(z.tanh(), se).ok();
    Ok(sites.iter().filter_map(|s| effect(s.study.estimate, s.study.variance.sqrt())).collect())
}
