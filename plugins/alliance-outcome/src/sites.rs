//! The correlation across sites: pooled, beside the published value, and beside effects to be replicated.

use dyad_plugin::figure::{Forest, ForestRow, Marks, Plot, Ranged};
use dyad_plugin::prelude::*;
use dyad_plugin::scorecard::{named, scorecard};
use dyad_stats::distributions::normal;
use dyad_stats::meta::{self, Published, RandomEffects, group_correlations, random_effects};
use dyad_stats::replication::Effect;

use crate::Study;
use crate::pair::Pair;

/// One site that can be used: Fisher z of its benefit correlation.
struct Site {
    number: i64,
    n: u64,
    study: meta::Study,
}

/// The sites that can be used, and how many cannot.
fn sites(pair: &Pair<'_>) -> (Vec<Site>, u64) {
    let (sample, [x, y]) = &pair.both;
    let ranges = pair.study.clients.site_ranges(&sample.clients);
    let found = group_correlations(x, y, &ranges, pair.sign);
    let usable = ranges.iter().zip(found).filter_map(|(range, study)| {
        let number = pair.study.clients.site(sample.clients[range.start]);
        Some(Site { number, n: range.len() as u64, study: study? })
    });
    let usable: Vec<Site> = usable.collect();
    let unusable = (ranges.len() - usable.len()) as u64;
    (usable, unusable)
}

/// Adds `sites/A/Y/…` and the forest plot.
pub(crate) fn add(findings: &mut Findings, pair: &Pair<'_>) {
    let (sites, unusable) = sites(pair);
    let fit = random_effects(&sites.iter().map(|s| s.study).collect::<Vec<_>>());
    let settings = pair.study.run.settings();
    let published = Published::new(settings.benchmark, settings.benchmark_interval);
    let words = pair.words.over(&pair.both.0).with("benchmark_se", published.se);
    let give = |key: &str, write: &dyn Fn(Estimate, &RandomEffects) -> Estimate| {
        let (reason, sites) = (words.text("lacks.correlation"), Some(unusable));
        let dropped = Dropped { reason, sites, ..Dropped::default() };
        words.estimate(key).dropped_units(dropped).given(fit.as_ref(), write)
    };
    let correlation = |e: Estimate, z: f64, ci: [f64; 2]| {
        e.value_with_benefit(z.tanh(), 1.0).ci(ci.map(f64::tanh))
    };
    findings.estimates.extend([
        give("sites/A/Y/pooled", &|e, fit| {
            let (t, p) = fit.test(0.0);
            let given = correlation(e, fit.mu, fit.ci).statistic("t", t, Some(fit.df())).p(p);
            given
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
                correlation(e, fit.mu, ci)
                    .warn_if(fit.prediction_is_rough(), words.text("warn.rough"))
                    .warn_if(fit.tau2 <= 0.0, words.text("warn.tau2"))
            })
        }),
        give("sites/A/Y/benchmark", &|e, fit| {
            e.tested_mean(fit.difference_from(&published.as_certain()))
        }),
        give("sites/A/Y/benchmark_uncertain", &|e, fit| {
            e.tested_mean(fit.difference_from(&published))
        }),
        give("sites/A/Y/equivalence", &|e, fit| {
            let [low, high] = published.band;
            let given = correlation(e, fit.mu, fit.interval(0.90)).p(fit.equivalence(low, high));
            let mut given = given.details([("low", low.tanh()), ("high", high.tanh())]);
            given.level = 0.90;
            let word = published.compared_with(fit).as_str();
            drop(given.details.insert("comparison".to_owned(), word.into()));
            given
        }),
    ]);
    findings.figures.extend(fit.ok().map(|fit| forest(pair, &sites, &fit, &published)));
}

/// The sites, their pooled value, where a new site is expected, and the published value.
fn forest(pair: &Pair<'_>, sites: &[Site], fit: &RandomEffects, published: &Published) -> Figure {
    let z = normal::quantile(0.975);
    let row = |label: String, n: u64, value: Ranged, weight: Option<f64>| {
        let [estimate, low, high] = [value.estimate, value.low, value.high].map(f64::tanh);
        ForestRow { label, n, value: Ranged { estimate, low, high }, weight }
    };
    let rows = sites.iter().zip(&fit.weights).map(|(site, weight)| {
        let value = Ranged::around(site.study.estimate, z * site.study.variance.sqrt());
        row(format!("Site {}", site.number + 1), site.n, value, Some(*weight))
    });
    let of_all = Ranged { estimate: fit.mu, low: fit.ci[0], high: fit.ci[1] };
    let pooled = row("Pooled".to_owned(), sites.iter().map(|s| s.n).sum(), of_all, None);
    let Published { r: estimate, ci: [low, high], .. } = *published;
    let df = fit.k - 1;
    let words = pair.words.with("sites", sites.len()).with("df", df).with("p", fit.q_p);
    let words = words.numbers([("q", fit.q), ("tau2", fit.tau2), ("i2", fit.i2)]);
    let words = words.with("pooled", pooled.value.estimate);
    let words = words.with("pooled_ci", [pooled.value.low, pooled.value.high]);
    let expected = |ci: [f64; 2]| (format!("prediction interval, t({df})"), ci.map(f64::tanh));
    let figure = words.figure_with_axes("sites-A-Y", pair.both.0.n, |[x, _]| {
        Plot::Forest(Forest {
            x: x.within(Some([-1.0, 1.0])),
            rows: rows.collect(),
            pooled: Some(pooled),
            prediction: fit.prediction.map(expected),
            benchmark: Some((words.text("benchmark"), Ranged { estimate, low, high })),
            null: 0.0,
            heterogeneity: words.text("heterogeneity"),
            order: "order of the sites in the data".to_owned(),
        })
    });
    figure.marks(Marks::Sites)
}

/// Adds `replication/NAME/…` for every published effect of the study file.
pub(crate) fn replications(findings: &mut Findings, study: Study<'_>) -> Result<(), Failure> {
    for published in study.run.replications() {
        // The sites' correlations behind an estimate `…/A/Y/…`.
        let parts: Vec<&str> = published.estimate.split('/').collect();
        let behind = |(a, y): &(&Measure, &Measure)| [a, y].iter().all(|m| parts.contains(&&*m.id));
        let of_sites = match study.run.pairs().find(behind) {
            Some(pair) => sites(&Pair::of(study, pair)?).0,
            None => Vec::new(),
        };
        let effect = |Site { study: meta::Study { estimate, variance }, .. }: &Site| {
            Effect::with_standard_error(estimate.tanh(), variance.sqrt()).ok()
        };
        let of_sites: Vec<Effect> = of_sites.iter().filter_map(effect).collect();
        let found = named(published, "alliance-outcome", findings);
        let margin = study.run.settings().equivalence_margin;
        findings.estimates.extend(scorecard(published, found, &of_sites, margin));
    }
    Ok(())
}
