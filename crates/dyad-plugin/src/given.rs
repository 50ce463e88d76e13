//! Results of `dyad-stats` as estimates: the number with its precision, or the refusal in the statistic's own words.

use std::fmt::Display;

use dyad_model::Estimate;
use dyad_stats::linear::{ClusterRobust, GlmCoefficient};
use dyad_stats::mixed::Fit;
use dyad_stats::moments::TTest;
use dyad_stats::survival::CoxCoefficient;

/// Fewer therapists than these, or fewer degrees of freedom than [`FEW_DF`], and a cluster-robust interval is unreliable.
const FEW_THERAPISTS: u64 = 10;
const FEW_DF: f64 = 4.0;

/// A coefficient on the log scale: of a logistic, Poisson or hazard model.
#[derive(Clone, Copy, Debug)]
pub struct LogRatio {
    /// The coefficient.
    pub estimate: f64,
    /// Its standard error as the model has it.
    pub se: f64,
    /// Its cluster-robust standard error, where there are clusters.
    pub robust_se: Option<f64>,
    /// Its 95 % interval.
    pub ci: [f64; 2],
}

impl From<GlmCoefficient> for LogRatio {
    fn from(b: GlmCoefficient) -> Self {
        Self { estimate: b.estimate, se: b.se, robust_se: b.robust_se, ci: b.ci }
    }
}

impl From<CoxCoefficient> for LogRatio {
    fn from(b: CoxCoefficient) -> Self {
        Self { estimate: b.estimate, se: b.se, robust_se: b.robust_se, ci: b.ci }
    }
}

/// Gives an estimate what a statistic found.
pub trait Given: Sized {
    /// What a result says, written onto the estimate; an error refuses it in its own words.
    #[must_use]
    fn given<T, E: Display>(self, found: Result<T, E>, write: impl FnOnce(Self, T) -> Self)
    -> Self;

    /// Adds a caution where it holds; a refused estimate needs none.
    #[must_use]
    fn warn_if(self, holds: bool, warning: impl Into<String>) -> Self;

    /// Adds further numbers by name.
    #[must_use]
    fn details<const N: usize>(self, numbers: [(&str, f64); N]) -> Self;

    /// Adds a further number where there is one.
    #[must_use]
    fn detail_if(self, name: &str, number: Option<f64>) -> Self;

    /// A ratio exp(b) from a coefficient b on the log scale: its interval, and the standard error of b.
    #[must_use]
    fn ratio(self, b: LogRatio) -> Self;

    /// A coefficient of a mixed model, or a weighted sum of several; a singular fit is said.
    #[must_use]
    fn fixed_effect<E: Display, C: Display>(
        self,
        fit: &Result<Fit, E>,
        weights: &[(C, f64)],
    ) -> Self;

    /// A coefficient with its cluster-robust standard error. Counts come before: few therapists are said.
    #[must_use]
    fn cluster_robust(self, b: ClusterRobust) -> Self;

    /// A ratio exp(b) with its test: t with clusters − 1 degrees of freedom where the standard error is robust, else z.
    #[must_use]
    fn tested_ratio(self, b: GlmCoefficient, clusters: usize) -> Self;

    /// A mean with its t test.
    #[must_use]
    fn tested_mean(self, t: TTest) -> Self;
}

impl Given for Estimate {
    fn given<T, E: Display>(
        self,
        found: Result<T, E>,
        write: impl FnOnce(Self, T) -> Self,
    ) -> Self {
        match found {
            Ok(found) => write(self, found),
            Err(reason) => self.refused(reason.to_string()),
        }
    }

    fn warn_if(self, holds: bool, warning: impl Into<String>) -> Self {
        if holds && self.refused.is_none() { self.warn(warning) } else { self }
    }

    fn details<const N: usize>(self, numbers: [(&str, f64); N]) -> Self {
        numbers.into_iter().fold(self, |estimate, (name, number)| estimate.detail(name, number))
    }

    fn detail_if(self, name: &str, number: Option<f64>) -> Self {
        match number {
            Some(number) => self.detail(name, number),
            None => self,
        }
    }

    fn ratio(self, b: LogRatio) -> Self {
        self.value(b.estimate.exp()).se(b.robust_se.unwrap_or(b.se)).ci(b.ci.map(f64::exp))
    }

    fn fixed_effect<E: Display, C: Display>(
        self,
        fit: &Result<Fit, E>,
        weights: &[(C, f64)],
    ) -> Self {
        let estimate = self.source("bates2015").source("kuznetsova2017");
        let fit = match fit {
            Ok(fit) => fit,
            Err(reason) => return estimate.refused(reason.to_string()),
        };
        let weights: Vec<(String, f64)> =
            weights.iter().map(|(c, w)| (c.to_string(), *w)).collect();
        let weights: Vec<(&str, f64)> = weights.iter().map(|(c, w)| (c.as_str(), *w)).collect();
        let b = match fit.contrast(&weights) {
            Ok(b) => b,
            Err(reason) => return estimate.refused(reason.to_string()),
        };
        let given = estimate
            .tested(b.estimate, b.se, b.ci, (b.t, b.df), b.p)
            .detail("criterion", fit.criterion)
            .detail("variance_cluster", fit.variances.cluster)
            .detail("variance_residual", fit.variances.residual);
        let given = match fit.variances.outer {
            Some(therapists) => given.detail("variance_therapist", therapists),
            None => given,
        };
        if fit.singular {
            given.warn("a variance is estimated as 0 (singular fit): the degrees of freedom are unreliable")
        } else {
            given
        }
    }

    fn cluster_robust(self, b: ClusterRobust) -> Self {
        let few = b.df < FEW_DF || self.n.therapists.is_some_and(|n| n < FEW_THERAPISTS);
        let given = self.tested(b.estimate, b.se, Some(b.ci), (b.t, Some(b.df)), Some(b.p));
        if few {
            given.warn("few therapists or degrees of freedom: the interval is unreliable")
        } else {
            given
        }
    }

    fn tested_ratio(self, b: GlmCoefficient, clusters: usize) -> Self {
        let df = b.robust_se.map(|_| clusters as f64 - 1.0);
        let name = if df.is_some() { "t" } else { "z" };
        self.ratio(b.into()).statistic(name, b.statistic, df).p(b.p)
    }

    fn tested_mean(self, t: TTest) -> Self {
        self.tested(t.mean, t.se, Some(t.ci), (t.t, Some(t.df)), Some(t.p))
    }
}

#[cfg(test)]
mod tests {
    use dyad_stats::linear::{Correction, ols};

    use super::*;

    #[test]
    fn a_refusal_keeps_the_reason() {
        let none: Result<Fit, &str> = Err("there is one therapist only");
        let refused = Estimate::new("a", "A").fixed_effect(&none, &[("x", 1.0)]);
        assert_eq!(refused.refused.as_deref(), Some("there is one therapist only"));
        let mean: Result<TTest, _> = dyad_stats::moments::one_sample(&[1.0; 5], 0.0);
        let refused = Estimate::new("a", "A").given(mean, Estimate::tested_mean);
        assert!(refused.estimate.is_none() && refused.p.is_none());
    }

    #[test]
    fn few_therapists_are_said() {
        let (x, y) = ([1.0, 2.0, 4.0, 3.0, 6.0, 5.0], [2.0, 1.0, 4.0, 4.5, 5.0, 7.0]);
        let clusters = [0..2, 2..4, 4..6];
        let slope = ols(&[("x", &x)], &y).unwrap().cluster_robust("x", &clusters, Correction::Cr2);
        let given = Estimate::new("a", "A").therapists(3).cluster_robust(slope.unwrap());
        assert_eq!(given.warnings.len(), 1);
        assert!(given.se.is_some_and(|se| se > 0.0));
    }
}
