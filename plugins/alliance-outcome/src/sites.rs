//! The correlation across sites, pooled, and beside the published value.

use dyad_plugin::prelude::*;
use dyad_stats::correlation;
use dyad_stats::distributions::{normal, student_t};
use dyad_stats::meta::{RandomEffects, Study, random_effects};

use crate::pair::Pair;
use crate::{Settings, figures};

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
    let fit = random_effects(&studies);
    let published = Published::of(pair.run.settings());
    let words = pair.words.with("benchmark_se", published.se);
    let give = |key: &str, write: &dyn Fn(Estimate, &RandomEffects) -> Estimate| {
        let estimate = pair.both.describe(words.estimate(key)).dropped_units(Dropped {
            reason: "site with fewer than 4 clients or no variation".to_owned(),
            sites: Some(unusable),
            ..Dropped::default()
        });
        estimate.given(fit.as_ref(), write)
    };
    let tanh = |ci: [f64; 2]| ci.map(f64::tanh);
    let beside = |e: Estimate, fit: &RandomEffects, published_se: f64| {
        let (t, p) = fit.benchmark(published.z, published_se);
        let (difference, se) = (fit.mu - published.z, fit.se.hypot(published_se));
        let half = student_t::critical(0.95, fit.df()) * se;
        let ci = [difference - half, difference + half];
        e.tested(difference, se, Some(ci), (t, Some(fit.df())), Some(p))
    };
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
            e.given(fit.prediction.ok_or("a prediction interval needs 3 sites or more"), |e, ci| {
                e.value_with_benefit(fit.mu.tanh(), 1.0)
                    .ci(tanh(ci))
                    .warn_if(fit.prediction_is_rough(), words.text("warn.rough"))
                    .warn_if(fit.tau2 <= 0.0, words.text("warn.tau2"))
            })
        }),
        give("sites/A/Y/benchmark", &|e, fit| beside(e, fit, 0.0)),
        give("sites/A/Y/benchmark_uncertain", &|e, fit| beside(e, fit, published.se)),
        give("sites/A/Y/equivalence", &|e, fit| {
            let half = student_t::critical(0.90, fit.df()) * fit.se;
            let [low, high] = published.band.map(f64::tanh);
            let mut given = e
                .value_with_benefit(fit.mu.tanh(), 1.0)
                .ci(tanh([fit.mu - half, fit.mu + half]))
                .p(fit.equivalence(published.band[0], published.band[1]))
                .details([("low", low), ("high", high)]);
            given.level = 0.90;
            drop(given.details.insert("comparison".to_owned(), published.word(fit).into()));
            given
        }),
    ]);
    if let Ok(fit) = &fit {
        findings.figures.push(figures::forest(pair, &sites, fit));
    }
}

/// The published correlation on the Fisher z scale.
struct Published {
    z: f64,
    /// 0 where its interval is not known.
    se: f64,
    /// Its interval; where none is known, the correlation itself.
    band: [f64; 2],
}

impl Published {
    fn of(settings: &Settings) -> Self {
        let r = settings.benchmark;
        let [low, high] = settings.benchmark_interval;
        let known = low <= r && r <= high;
        let [low, high] = if known { [low, high] } else { [r, r] }.map(f64::atanh);
        let se = (high - low) / (2.0 * normal::quantile(0.975));
        Self { z: r.atanh(), se, band: [low, high] }
    }

    /// How the pooled value compares with it.
    fn word(&self, fit: &RandomEffects) -> &'static str {
        let (t, p) = fit.benchmark(self.z, self.se);
        if fit.equivalence(self.band[0], self.band[1]) < 0.05 {
            "compatible"
        } else if p < 0.05 {
            if t < 0.0 { "below" } else { "above" }
        } else {
            "undecided"
        }
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
            Ok(r) if r.r.abs() < 1.0 && n > 3 => {
                let estimate = (pair.sign() * r.r).atanh();
                let study = Study { estimate, variance: 1.0 / (n as f64 - 3.0) };
                usable.push(Site { number, n, study });
            }
            _ => unusable += 1,
        }
    }
    (usable, unusable)
}
