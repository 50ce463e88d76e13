//! Correlations pooled over sites, from the Fisher z scale, in the benefit direction.

use dyad_model::Estimate;
use dyad_stats::meta::{Published, RandomEffects};

use super::Reported;
use crate::Given;
use crate::section::Section;

fn correlation(estimate: Estimate, z: f64, ci: [f64; 2]) -> Estimate {
    estimate.value_with_benefit(z.tanh(), 1.0).ci(ci.map(f64::tanh))
}

/// The pooled correlation with its Hartung–Knapp interval.
#[derive(Clone, Copy, Debug)]
pub struct Pooled<'f>(pub &'f RandomEffects);

impl Reported for Pooled<'_> {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let Self(fit) = self;
        let (t, p) = fit.test(0.0);
        let safe = format!(
            "{} sites: the interval is on the safe side, it holds the truth more often than 95 %",
            fit.k
        );
        correlation(estimate, fit.mu, fit.ci)
            .statistic("t", t, Some(fit.df()))
            .p(p)
            .details([("fisher_z", fit.mu), ("se_fisher_z", fit.se), ("sites", fit.k as f64)])
            .warn_if(
                fit.floored,
                "Hartung–Knapp alone would be narrower than the normal interval: the floor is used",
            )
            .warn_if(fit.is_on_the_safe_side(), safe)
    }
}

/// The variance of the sites' true correlations, on the Fisher z scale.
#[derive(Clone, Copy, Debug)]
pub struct Tau2<'f>(pub &'f RandomEffects);

impl Reported for Tau2<'_> {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let Self(fit) = self;
        estimate.value(fit.tau2).se(fit.tau2_se).ci(fit.tau2_ci).warn_if(
            fit.tau2 <= 0.0,
            "estimated as 0: the interval begins there and is on the safe side",
        )
    }
}

/// Cochran's Q with its test.
#[derive(Clone, Copy, Debug)]
pub struct Q<'f>(pub &'f RandomEffects);

impl Reported for Q<'_> {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let Self(fit) = self;
        estimate.value(fit.q).statistic("chi2", fit.q, Some(fit.df())).p(fit.q_p)
    }
}

/// Where a new site's correlation is expected.
#[derive(Clone, Copy, Debug)]
pub struct Prediction<'f>(pub &'f RandomEffects);

impl Reported for Prediction<'_> {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let Self(fit) = self;
        let Some(interval) = fit.prediction else {
            return estimate.refused("a prediction interval needs 3 sites or more");
        };
        correlation(estimate, fit.mu, interval)
            .warn_if(
                fit.prediction_is_rough(),
                "with few sites, or sites that differ little beyond chance, it does not hold another site in 95 % of cases: down to \
                 85 %, or more with three sites",
            )
            .warn_if(
                fit.tau2 <= 0.0,
                "tau² is estimated as 0, so this equals the confidence interval: with few sites that is ignorance, not certainty",
            )
    }
}

/// Whether the pooled correlation lies within a published interval: two one-sided tests, with a 90 % interval.
#[derive(Clone, Copy, Debug)]
pub struct Equivalence<'f>(pub &'f RandomEffects, pub &'f Published);

impl Reported for Equivalence<'_> {
    fn onto(self, estimate: Estimate, _: &Section<'_>) -> Estimate {
        let Self(fit, published) = self;
        let [low, high] = published.band;
        let given = correlation(estimate, fit.mu, fit.interval(0.90)).p(fit.equivalence(low, high));
        let mut given = given.details([("low", low.tanh()), ("high", high.tanh())]);
        given.level = 0.90;
        let word = published.compared_with(fit).as_str();
        drop(given.details.insert("comparison".to_owned(), word.into()));
        given
    }
}
