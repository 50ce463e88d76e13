//! Published effects laid beside the estimates of this study.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_plugin::scorecard::{named, scorecard};
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
        // The sites' correlations behind an estimate `…/A/Y/…`.
        let parts: Vec<&str> = published.estimate.split('/').collect();
        let behind = |(a, y): &(&Measure, &Measure)| [a, y].iter().all(|m| parts.contains(&&*m.id));
        let of_sites = match run.pairs().find(behind) {
            Some(pair) => sites::sites(&Pair::of(run, clients, pair)?).0,
            None => Vec::new(),
        };
        let effect = |site: &sites::Site| {
            let (z, se) = (site.study.estimate, site.study.variance.sqrt());
            Effect::with_standard_error(z.tanh(), se).ok()
        };
        let of_sites: Vec<Effect> = of_sites.iter().filter_map(effect).collect();
        let found = named(published, "alliance-outcome", findings);
        let margin = run.settings().equivalence_margin;
        let estimates = scorecard(published, found, &of_sites, margin);
        findings.estimates.extend(estimates);
    }
    Ok(())
}
