//! The pooled correlation beside a published one: how far, with whose uncertainty, and in which word.

use dyad_plugin::prelude::*;
use dyad_stats::distributions::{normal, student_t};
use dyad_stats::meta::RandomEffects;

use crate::Settings;
use crate::pair::Pair;

/// The published correlation on the Fisher z scale.
struct Benchmark {
    z: f64,
    /// 0 where its interval is not known.
    se: f64,
    /// Its interval; where none is known, the correlation itself.
    band: [f64; 2],
}

impl Benchmark {
    fn of(settings: &Settings) -> Self {
        let r = settings.benchmark;
        let [low, high] = settings.benchmark_interval;
        let known = low <= r && r <= high;
        let [low, high] = if known { [low, high] } else { [r, r] }.map(f64::atanh);
        let se = (high - low) / (2.0 * normal::quantile(0.975));
        Self { z: r.atanh(), se, band: [low, high] }
    }
}

/// How the pooled value compares with the published one.
pub(crate) fn comparison(difference: f64, p_difference: f64, p_equivalence: f64) -> &'static str {
    if p_equivalence < 0.05 {
        "compatible"
    } else if p_difference < 0.05 {
        if difference < 0.0 { "below" } else { "above" }
    } else {
        "undecided"
    }
}

/// Starts an estimate of the sites: id, label, method, sources.
type NewEstimate<'a> = dyn Fn(&str, &str, &str, &[&str]) -> Estimate + 'a;

/// Adds `sites/A/Y/benchmark`, `…/benchmark_uncertain`, `…/equivalence`.
pub(crate) fn add(
    findings: &mut Findings,
    pair: &Pair<'_>,
    new: &NewEstimate<'_>,
    fit: &Result<RandomEffects, String>,
) {
    let settings = pair.run.settings();
    let benchmark = Benchmark::of(settings);
    let mut give = |what: &str,
                    label: &str,
                    method: &str,
                    sources: &[&str],
                    fill: &dyn Fn(Estimate, &RandomEffects) -> Estimate| {
        let estimate = new(what, label, method, sources);
        findings.estimates.push(match fit {
            Err(reason) => estimate.refused(reason.as_str()),
            Ok(fit) => fill(estimate, fit),
        });
    };
    let tanh = |[low, high]: [f64; 2]| [low.tanh(), high.tanh()];
    let against = |e: Estimate, fit: &RandomEffects, se: f64| {
        let (difference, half) = (fit.mu - benchmark.z, student_t::critical(0.95, fit.df()) * se);
        let t = difference / se;
        let p = student_t::two_sided(t, fit.df());
        let ci = [difference - half, difference + half];
        e.tested(difference, se, Some(ci), (t, Some(fit.df())), Some(p))
    };
    give(
        "benchmark",
        "Difference from the published correlation (Fisher z)",
        &format!("mu − atanh({}), t with k − 1 df", settings.benchmark),
        &["fluckiger2018"],
        &|e, fit| against(e, fit, fit.se),
    );
    let with_both = |fit: &RandomEffects| fit.se.hypot(benchmark.se);
    give(
        "benchmark_uncertain",
        "Difference from the published correlation with its own uncertainty (Fisher z)",
        &format!(
            "mu − atanh({}), SE = √(SE² + {:.5}²), t with k − 1 df",
            settings.benchmark, benchmark.se
        ),
        &["fluckiger2018"],
        &|e, fit| against(e, fit, with_both(fit)),
    );
    give(
        "equivalence",
        "Whether the pooled correlation lies within the published interval",
        "two one-sided t tests of mu against both ends of the interval, k − 1 df, on the Fisher z scale; 90 % interval; details: the word for it",
        &["lakens2017", "fluckiger2018"],
        &|e, fit| {
            let tail = |t: f64| student_t::upper_tail(t, fit.df());
            let low = tail((fit.mu - benchmark.band[0]) / fit.se);
            let high = tail((benchmark.band[1] - fit.mu) / fit.se);
            let half = student_t::critical(0.90, fit.df()) * fit.se;
            let difference = fit.mu - benchmark.z;
            let p = student_t::two_sided(difference / with_both(fit), fit.df());
            let word = comparison(difference, p, low.max(high));
            let mut given = e
                .value_with_benefit(fit.mu.tanh(), 1.0)
                .ci(tanh([fit.mu - half, fit.mu + half]))
                .p(low.max(high))
                .detail("low", benchmark.band[0].tanh())
                .detail("high", benchmark.band[1].tanh());
            given.level = 0.90;
            drop(given.details.insert("comparison".to_owned(), word.into()));
            given
        },
    );
}
