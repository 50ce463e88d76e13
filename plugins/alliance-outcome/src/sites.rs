//! The correlation across sites: pooled, beside the published value, and beside effects to be replicated.

use dyad_plugin::figure::Marks;
use dyad_plugin::prelude::*;
use dyad_plugin::reported::{Equivalence, Pooled, Prediction, Q, Tau2};
use dyad_plugin::sites::Sites;
use dyad_stats::meta::Published;

use crate::Study;
use crate::pair::Pair;

/// The sites' correlations by random effects, their forest plot, and how they stand to the published correlation.
pub(crate) fn pooled(pair: &Pair<'_>) {
    let (s, [x, y]) = pair.section.complete([&pair.early, &pair.last]);
    let sites = Sites::of(&s, &x, &y);
    let settings = pair.study.settings();
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
        let [low, high] = fit.ci.map(f64::tanh);
        let s = s.with("sites", sites.len()).with("df", fit.k - 1).with("pooled_ci", [low, high]);
        let s = s.numbers([("pooled", fit.mu.tanh()), ("p", fit.q_p), ("q", fit.q)]);
        let s = s.numbers([("tau2", fit.tau2), ("i2", fit.i2)]);
        let beside = ["benchmark", "heterogeneity"].map(|key| s.text(key));
        s.figure("sites-A-Y", Marks::Sites, |[x, _]| sites.forest(fit, &published, beside, x));
    }
}

/// Every published effect of the study file beside what was found here.
pub(crate) fn replications(study: &Study<'_>) -> Result<(), Failure> {
    for published in study.replications() {
        // The sites' correlations behind an estimate `…/A/Y/…`.
        let parts: Vec<&str> = published.estimate.split('/').collect();
        let behind = |(a, y): &(&Measure, &Measure)| [a, y].iter().all(|m| parts.contains(&&*m.id));
        let of_sites = match study.pairs().find(behind) {
            Some((alliance, outcome)) => {
                let pair = Pair::of(study, alliance, outcome)?;
                let (s, [x, y]) = pair.section.complete([&pair.early, &pair.last]);
                Sites::of(&s, &x, &y).effects()
            }
            None => Vec::new(),
        };
        study.replicate(
            "alliance-outcome",
            published,
            &of_sites,
            study.settings().equivalence_margin,
        );
    }
    Ok(())
}
