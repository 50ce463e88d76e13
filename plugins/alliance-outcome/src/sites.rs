//! The correlation across sites: pooled, beside the published value, and beside effects to be replicated.

use dyad_plugin::designs::sites::Sites;
use dyad_plugin::prelude::*;
use dyad_plugin::reported::{Equivalence, Pooled, Prediction, Q, Tau2};
use dyad_stats::meta::Published;

use crate::Study;

/// The sites' correlations by random effects, and how they stand to the published correlation.
pub(crate) fn pooled(study: &Study<'_>, pair: &Pair<'_>) {
    let (s, [x, y]) = pair.section.complete([&pair.early, &pair.last]);
    let (sites, settings) = (Sites::of(&s, &x, &y), study.settings());
    let published = Published::new(settings.benchmark, settings.benchmark_interval);
    let s = s.with("benchmark_se", published.se).without_sites("lacks.correlation", sites.unusable);
    let fit = sites.pooled();
    let fit = fit.as_ref();
    s.add("sites/A/Y/pooled", fit.map(Pooled));
    s.add("sites/A/Y/tau2", fit.map(Tau2));
    s.add("sites/A/Y/i2", fit.map(|fit| fit.i2));
    s.add("sites/A/Y/q", fit.map(Q));
    s.add("sites/A/Y/prediction_interval", fit.map(Prediction));
    s.add("sites/A/Y/benchmark", fit.map(|fit| fit.difference_from(&published.as_certain())));
    s.add("sites/A/Y/benchmark_uncertain", fit.map(|fit| fit.difference_from(&published)));
    s.add("sites/A/Y/equivalence", fit.map(|fit| Equivalence(fit, &published)));
    if let Ok(fit) = fit {
        sites.forest(&s, "sites-A-Y", fit, &published);
    }
}

/// Every published effect of the study file beside what was found here.
pub(crate) fn replications(study: &Study<'_>) -> Result<(), Failure> {
    let settings = study.settings();
    study.replicate("alliance-outcome", settings.equivalence_margin, |alliance, outcome| {
        let pair = study.pair(alliance, outcome, settings.early_window)?;
        let (s, [x, y]) = pair.section.complete([&pair.early, &pair.last]);
        Ok(Sites::of(&s, &x, &y).effects())
    })
}
