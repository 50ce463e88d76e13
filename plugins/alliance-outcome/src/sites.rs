//! The correlation across sites, pooled, and beside the published value.

use dyad_plugin::prelude::*;
use dyad_stats::correlation;
use dyad_stats::meta::{RandomEffects, Study, random_effects};

use crate::pair::{Pair, words};
use crate::{benchmark, figures};

/// One site that can be used.
pub(crate) struct Site {
    pub(crate) number: i64,
    pub(crate) n: u64,
    pub(crate) study: Study,
}

/// Adds `sites/A/Y/…` and the forest plot.
pub(crate) fn add(findings: &mut Findings, pair: &Pair<'_>) {
    let (sites, unusable) = sites(pair);
    let studies: Vec<Study> = sites.iter().map(|s| s.study).collect();
    let fit = random_effects(&studies).map_err(words);
    let new = |what: &str, label: &str, method: &str, sources: &[&str]| {
        let estimate = Estimate::new(pair.id("sites", what), format!("{label}, {}", pair.names()));
        let estimate = pair
            .both
            .describe(estimate)
            .dropped_units(Dropped {
                reason: "site with fewer than 4 clients or no variation".to_owned(),
                sites: Some(unusable),
                ..Dropped::default()
            })
            .method(method);
        sources.iter().fold(estimate, |e, key| e.source(key))
    };
    let give = |what: &str,
                label: &str,
                method: &str,
                sources: &[&str],
                fill: &dyn Fn(Estimate, &RandomEffects) -> Estimate| {
        let estimate = new(what, label, method, sources);
        match &fit {
            Err(reason) => estimate.refused(reason.as_str()),
            Ok(fit) => fill(estimate, fit),
        }
    };
    let tanh = |[low, high]: [f64; 2]| [low.tanh(), high.tanh()];

    findings.estimates.push(give(
        "pooled",
        "Correlation pooled over sites",
        "random effects on Fisher z, benefit sign; tau² by REML; Hartung–Knapp with the ad-hoc floor, t with k − 1 df",
        &["viechtbauer2010", "rover2015"],
        &|e, fit| {
            let (t, p) = fit.test(0.0);
            e.value_with_benefit(fit.mu.tanh(), 1.0)
                .ci(tanh(fit.ci))
                .statistic("t", t, Some(fit.df()))
                .p(p)
                .detail("fisher_z", fit.mu)
                .detail("se_fisher_z", fit.se)
                .detail("sites", fit.k as f64)
                .warn_if(fit.floored, "Hartung–Knapp alone would be narrower than the normal interval: the floor is used")
                .warn_if(fit.is_on_the_safe_side(), format!("{} sites: the interval is on the safe side, it holds the truth more often than 95 %", fit.k))
        },
    ));
    findings.estimates.push(give(
        "tau2",
        "Variance between sites (Fisher z)",
        "REML; Q-profile interval",
        &["viechtbauer2007"],
        &|e, fit| {
            e.value(fit.tau2).se(fit.tau2_se).ci(fit.tau2_ci).warn_if(
                fit.tau2 <= 0.0,
                "estimated as 0: the interval begins there and is on the safe side",
            )
        },
    ));
    findings.estimates.push(give(
        "i2",
        "I², per cent of the variation between sites beyond chance",
        "100·tau²/(tau² + s²)",
        &["higgins2002"],
        &|e, fit| e.value(fit.i2),
    ));
    findings.estimates.push(give(
        "q",
        "Cochran's Q",
        "weighted squares about the fixed-effect mean",
        &["cochran1954"],
        &|e, fit| e.value(fit.q).statistic("chi2", fit.q, Some(fit.df())).p(fit.q_p),
    ));
    findings.estimates.push(give(
        "prediction_interval",
        "Where a new site's correlation is expected",
        "tanh(mu ± t(k − 1)·√(tau² + SE²))",
        &["higgins2009"],
        &|e, fit| match fit.prediction {
            None => e.refused("a prediction interval needs 3 sites or more"),
            Some(interval) => e
                .value_with_benefit(fit.mu.tanh(), 1.0)
                .ci(tanh(interval))
                .warn_if(fit.prediction_is_rough(), "with few sites, or sites that differ little beyond chance, it does not hold another site in 95 % of cases: down to 85 %, or more with three sites")
                .warn_if(fit.tau2 <= 0.0, "tau² is estimated as 0, so this equals the confidence interval: with few sites that is ignorance, not certainty"),
        },
    ));
    benchmark::add(findings, pair, &new, &fit);
    if let Ok(fit) = &fit {
        findings.figures.push(figures::forest(pair, &sites, fit));
    }
}

/// Fisher z of the benefit correlation per site, and how many sites give none.
pub(crate) fn sites(pair: &Pair<'_>) -> (Vec<Site>, u64) {
    let sample = &pair.both;
    let (x, y) = (sample.pick(&pair.early), sample.pick(&pair.last));
    let (mut usable, mut unusable) = (Vec::new(), 0);
    for range in pair.clients.site_ranges(&sample.clients) {
        let n = range.len() as u64;
        let number = pair.clients.site(sample.clients[range.start]);
        match correlation::pearson(&x[range.clone()], &y[range]) {
            Ok(r) if r.r.abs() < 1.0 && n > 3 => usable.push(Site {
                number,
                n,
                study: Study {
                    estimate: (pair.sign() * r.r).atanh(),
                    variance: 1.0 / (n as f64 - 3.0),
                },
            }),
            _ => unusable += 1,
        }
    }
    (usable, unusable)
}
