//! Results of `dyad-stats` as estimates: the number with its precision, or the refusal in the statistic's own words.

use std::fmt::Display;

use dyad_model::Estimate;
use dyad_stats::correlation::Correlation;
use dyad_stats::linear::ClusterRobust;
use dyad_stats::mixed::Fit;
use dyad_stats::moments::TTest;

/// Fewer therapists than these, or fewer degrees of freedom than [`FEW_DF`], and a cluster-robust interval is unreliable.
const FEW_THERAPISTS: u64 = 10;
const FEW_DF: f64 = 4.0;

/// Gives an estimate what a statistic found.
pub trait Given: Sized {
    /// A correlation, with its `benefit` by the sign of the outcome's direction.
    #[must_use]
    fn correlation<E: Display>(self, found: Result<Correlation, E>, benefit_sign: f64) -> Self;

    /// A coefficient of a mixed model, or a weighted sum of several; a singular fit is said.
    #[must_use]
    fn fixed_effect<E: Display>(self, fit: &Result<Fit, E>, weights: &[(&str, f64)]) -> Self;

    /// A coefficient with its cluster-robust standard error. Counts come before: few therapists are said.
    #[must_use]
    fn clustered<E: Display>(self, found: Result<ClusterRobust, E>) -> Self;

    /// A mean with its t test.
    #[must_use]
    fn t_test<E: Display>(self, found: Result<TTest, E>) -> Self;
}

impl Given for Estimate {
    fn correlation<E: Display>(self, found: Result<Correlation, E>, benefit_sign: f64) -> Self {
        match found {
            Err(reason) => self.refused(reason.to_string()),
            Ok(r) => self
                .value_with_benefit(r.r, benefit_sign)
                .interval(r.ci)
                .statistic("t", r.t, Some(r.df))
                .p(r.p),
        }
    }

    fn fixed_effect<E: Display>(self, fit: &Result<Fit, E>, weights: &[(&str, f64)]) -> Self {
        let estimate = self.source("bates2015").source("kuznetsova2017");
        let fit = match fit {
            Ok(fit) => fit,
            Err(reason) => return estimate.refused(reason.to_string()),
        };
        let b = match fit.contrast(weights) {
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

    fn clustered<E: Display>(self, found: Result<ClusterRobust, E>) -> Self {
        let b = match found {
            Ok(b) => b,
            Err(reason) => return self.refused(reason.to_string()),
        };
        let few = b.df < FEW_DF || self.n.therapists.is_some_and(|n| n < FEW_THERAPISTS);
        let given = self.tested(b.estimate, b.se, Some(b.ci), (b.t, Some(b.df)), Some(b.p));
        if few {
            given.warn("few therapists or degrees of freedom: the interval is unreliable")
        } else {
            given
        }
    }

    fn t_test<E: Display>(self, found: Result<TTest, E>) -> Self {
        match found {
            Err(reason) => self.refused(reason.to_string()),
            Ok(t) => self.tested(t.mean, t.se, Some(t.ci), (t.t, Some(t.df)), Some(t.p)),
        }
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
        let constant = dyad_stats::correlation::pearson(&[1.0; 5], &[1.0, 2.0, 3.0, 4.0, 5.0]);
        let refused = Estimate::new("a", "A").correlation(constant, -1.0);
        assert!(refused.estimate.is_none() && refused.benefit.is_none());
    }

    #[test]
    fn few_therapists_are_said() {
        let (x, y) = ([1.0, 2.0, 4.0, 3.0, 6.0, 5.0], [2.0, 1.0, 4.0, 4.5, 5.0, 7.0]);
        let clusters = [0..2, 2..4, 4..6];
        let slope =
            || ols(&[("x", &x)], &y).unwrap().cluster_robust("x", &clusters, Correction::Cr2);
        let given = Estimate::new("a", "A").therapists(3).clustered(slope());
        assert_eq!(given.warnings.len(), 1);
        assert!(given.se.is_some_and(|se| se > 0.0));
    }
}
