//! The indirect effect's interval by simulation: for paths that are correlated, and as a check of the exact one.

use crate::distributions::normal;
use crate::resample::{Plan, percentile};
use crate::{Result, StatsError};

/// Returns the 95 % Monte-Carlo interval of a·b: percentiles of the product of normal draws of the two paths.
///
/// # Shape and units
/// Estimates and standard errors of the paths, and the correlation of their estimates (0 if they come from different models).
/// Replicate i draws from the plan's generator i. With independent paths [`indirect_effect`](super::indirect_effect) gives what this
/// converges to.
///
/// # Errors
/// - [`StatsError::NotFinite`]; [`StatsError::OutOfDomain`] if a standard error is negative or the correlation not within −1 and 1.
/// - [`StatsError::TooFew`] below 199 replicates.
///
/// # Source
/// `[@mackinnon2004]`, `[@preacher2010]`. Checked against R: the exact quantiles by `integrate`, `golden/stats/mediation.R`.
pub fn monte_carlo_interval(
    (a, a_se): (f64, f64),
    (b, b_se): (f64, f64),
    correlation: f64,
    plan: &Plan<'_>,
) -> Result<[f64; 2]> {
    if ![a, a_se, b, b_se, correlation].iter().all(|v| v.is_finite()) {
        return Err(StatsError::NotFinite { what: "a path".into() });
    }
    if a_se < 0.0 || b_se < 0.0 || !(-1.0..=1.0).contains(&correlation) {
        return Err(StatsError::OutOfDomain {
            what: "the standard errors and the correlation of the paths",
            expected: "0 or more, and within -1 and 1",
        });
    }
    let rest = (1.0 - correlation * correlation).sqrt();
    let draws = plan.run(
        || (),
        |generator, ()| {
            let (z, w) = (generator.normal(), generator.normal());
            (a + a_se * z) * (b + b_se * (correlation * z + rest * w))
        },
    );
    percentile(&draws)
}

/// Returns Sobel's and Aroian's 95 % intervals of a·b, estimate ± z(.975)·se. Symmetric, as the product is not: too narrow on one side.
///
/// # Source
/// `[@sobel1982]`. Checked against R: `golden/stats/mediation.R`.
#[must_use]
pub fn normal_intervals(effect: &super::IndirectEffect) -> [[f64; 2]; 2] {
    let z = normal::quantile(0.975);
    [effect.sobel_se, effect.aroian_se]
        .map(|se| [effect.estimate - z * se, effect.estimate + z * se])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_change_nothing_and_refusals() {
        let plan = |threads, replicates| Plan { seed: 3, purpose: "paths", replicates, threads };
        let of = |threads, n| monte_carlo_interval((0.3, 0.1), (0.5, 0.2), 0.4, &plan(threads, n));
        let bits = |threads| of(threads, 999).unwrap().map(f64::to_bits);
        assert_eq!(bits(1), bits(2));
        assert!(of(1, 100).is_err());
        assert!(monte_carlo_interval((0.3, -0.1), (0.5, 0.2), 0.0, &plan(1, 999)).is_err());
        assert!(monte_carlo_interval((0.3, 0.1), (0.5, 0.2), 1.4, &plan(1, 999)).is_err());
    }
}
