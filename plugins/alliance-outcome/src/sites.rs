//! The correlation across sites, pooled, and beside the published value.

use dyad_plugin::prelude::*;
use dyad_stats::meta::{Published, RandomEffects, Study, group_correlations, random_effects};

use crate::figures;
use crate::pair::Pair;

/// One site that can be used: Fisher z of its benefit correlation.
pub(crate) struct Site {
    pub(crate) number: i64,
    pub(crate) n: u64,
    pub(crate) study: Study,
}

/// The sites that can be used, and how many cannot.
pub(crate) fn sites(pair: &Pair<'_>) -> (Vec<Site>, u64) {
    let (sample, [x, y]) = &pair.both;
    let ranges = pair.clients.site_ranges(&sample.clients);
    let found = group_correlations(x, y, &ranges, pair.sign);
    let usable = ranges.iter().zip(found).filter_map(|(range, study)| {
        let number = pair.clients.site(sample.clients[range.start]);
        Some(Site { number, n: range.len() as u64, study: study? })
    });
    let usable: Vec<Site> = usable.collect();
    let unusable = (ranges.len() - usable.len()) as u64;
    (usable, unusable)
}

/// Adds `sites/A/Y/…` and the forest plot.
pub(crate) fn add(findings: &mut Findings, pair: &Pair<'_>) {
    let (sites, unusable) = sites(pair);
    let studies: Vec<Study> = sites.iter().map(|s| s.study).collect();
    let fit = random_effects(&studies);
    let settings = pair.run.settings();
    let published = Published::new(settings.benchmark, settings.benchmark_interval);
    let words = pair.words.over(&pair.both.0).with("benchmark_se", published.se);
    let give = |key: &str, write: &dyn Fn(Estimate, &RandomEffects) -> Estimate| {
        let estimate = words.estimate(key).dropped_units(Dropped {
            reason: words.text("lacks.correlation"),
            sites: Some(unusable),
            ..Dropped::default()
        });
        estimate.given(fit.as_ref(), write)
    };
    let tanh = |ci: [f64; 2]| ci.map(f64::tanh);
    findings.estimates.extend([
        give("sites/A/Y/pooled", &|e, fit| {
            let (t, p) = fit.test(0.0);
            e.value_with_benefit(fit.mu.tanh(), 1.0)
                .ci(tanh(fit.ci))
                .statistic("t", t, Some(fit.df()))
                .p(p)
                .details([("fisher_z", fit.mu), ("se_fisher_z", fit.se), ("sites", fit.k as f64)])
                .warn_if(fit.floored, words.text("warn.floor"))
                .warn_if(fit.is_on_the_safe_side(), words.with("k", fit.k).text("warn.safe"))
        }),
        give("sites/A/Y/tau2", &|e, fit| {
            let given = e.value(fit.tau2).se(fit.tau2_se).ci(fit.tau2_ci);
            given.warn_if(fit.tau2 <= 0.0, words.text("warn.tau2_interval"))
        }),
        give("sites/A/Y/i2", &|e, fit| e.value(fit.i2)),
        give("sites/A/Y/q", &|e, fit| {
            e.value(fit.q).statistic("chi2", fit.q, Some(fit.df())).p(fit.q_p)
        }),
        give("sites/A/Y/prediction_interval", &|e, fit| {
            e.given(fit.prediction.ok_or_else(|| words.text("refuse.prediction")), |e, ci| {
                e.value_with_benefit(fit.mu.tanh(), 1.0)
                    .ci(tanh(ci))
                    .warn_if(fit.prediction_is_rough(), words.text("warn.rough"))
                    .warn_if(fit.tau2 <= 0.0, words.text("warn.tau2"))
            })
        }),
        give("sites/A/Y/benchmark", &|e, fit| e.tested_mean(fit.less(&published.as_certain()))),
        give("sites/A/Y/benchmark_uncertain", &|e, fit| e.tested_mean(fit.less(&published))),
        give("sites/A/Y/equivalence", &|e, fit| {
            let [low, high] = published.band;
            let given = e.value_with_benefit(fit.mu.tanh(), 1.0).ci(tanh(fit.interval(0.90)));
            let given = given.p(fit.equivalence(low, high));
            let mut given = given.details([("low", low.tanh()), ("high", high.tanh())]);
            given.level = 0.90;
            let word = published.compared_with(fit).as_str();
            drop(given.details.insert("comparison".to_owned(), word.into()));
            given
        }),
    ]);
    findings.figures.extend(fit.ok().map(|fit| figures::forest(pair, &sites, &fit)));
}
