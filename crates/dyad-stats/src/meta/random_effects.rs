//! The random-effects model with τ² by restricted maximum likelihood.

use crate::distributions::{chi_square, student_t};
use crate::{Result, StatsError};

/// One study or site: its estimate and sampling variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Study {
    /// The estimate, on a scale where it is about normal (Fisher z for correlations).
    pub estimate: f64,
    /// Its sampling variance.
    pub variance: f64,
}

/// A fitted random-effects model.
#[derive(Clone, Debug, PartialEq)]
pub struct RandomEffects {
    /// Studies.
    pub k: usize,
    /// The pooled estimate.
    pub mu: f64,
    /// Hartung–Knapp standard error, never below the model's.
    pub se: f64,
    /// Whether the floor was used: Hartung–Knapp alone would have been narrower.
    pub floored: bool,
    /// 95 % interval, t with k − 1 df.
    pub ci: [f64; 2],
    /// 95 % prediction interval, t with k − 1 df; `None` below three studies.
    pub prediction: Option<[f64; 2]>,
    /// Variance of the true estimates.
    pub tau2: f64,
    /// Its standard error.
    pub tau2_se: f64,
    /// Its Q-profile interval.
    pub tau2_ci: [f64; 2],
    /// Share of the observed variance that is not sampling error, in per cent.
    pub i2: f64,
    /// Cochran's Q.
    pub q: f64,
    /// P(χ²(k − 1) > Q).
    pub q_p: f64,
    /// Share of the weight of each study, in per cent.
    pub weights: Vec<f64>,
}

impl RandomEffects {
    /// k − 1.
    #[must_use]
    pub fn df(&self) -> f64 {
        (self.k - 1) as f64
    }

    /// t and p of the difference of the pooled estimate from a value.
    #[must_use]
    pub fn test(&self, value: f64) -> (f64, f64) {
        let t = (self.mu - value) / self.se;
        (t, student_t::two_sided(t, self.df()))
    }
}

/// Returns the random-effects model of k ≥ 2 studies.
///
/// τ² by Fisher scoring on the restricted likelihood from Hedges' estimator, step halved while τ² would be negative; w = 1/(v + τ²), mu = Σwy/Σw,
/// SE² = max(Σw(y−mu)²/(k−1)/Σw, 1/Σw) (Hartung–Knapp with the ad-hoc floor), t with k − 1 df; prediction mu ± t·√(τ² + SE²);
/// I² = 100·τ²/(τ² + s²), s² the typical sampling variance; τ² interval by Q-profile.
///
/// # Missing values
/// None accepted: a site without an estimate is left out before, by name.
///
/// # Errors
/// - [`StatsError::TooFew`] below two studies.
/// - [`StatsError::OutOfDomain`] if a variance is not positive and finite.
/// - [`StatsError::NotConverged`].
///
/// # Source
/// `[@viechtbauer2010]`, `[@hartung2001]`, `[@rover2015]`, `[@viechtbauer2007]`, `[@higgins2002]`. Checked against R
/// `metafor::rma(yi, vi, method = "REML", test = "adhoc")`.
pub fn random_effects(studies: &[Study]) -> Result<RandomEffects> {
    let k = studies.len();
    if k < 2 {
        return Err(StatsError::TooFew { unit: "sites", needed: 2, found: k });
    }
    if !studies.iter().all(|s| s.variance > 0.0 && s.variance.is_finite() && s.estimate.is_finite())
    {
        return Err(StatsError::OutOfDomain {
            what: "a sampling variance",
            expected: "positive and finite",
        });
    }
    let tau2 = restricted(studies)?;
    let (mu, total) = pooled(studies, tau2);
    let df = (k - 1) as f64;
    let scatter = q_at(studies, tau2) / df / total;
    let floored = scatter < 1.0 / total;
    let se = scatter.max(1.0 / total).sqrt();
    let critical = student_t::critical(0.95, df);
    let reach = critical * (tau2 + se * se).sqrt();

    let w0: Vec<f64> = studies.iter().map(|s| 1.0 / s.variance).collect();
    let (sum, squares) = (w0.iter().sum::<f64>(), w0.iter().map(|w| w * w).sum::<f64>());
    let typical = df * sum / (sum * sum - squares);
    let q = q_at(studies, 0.0);
    Ok(RandomEffects {
        k,
        mu,
        se,
        floored,
        ci: [mu - critical * se, mu + critical * se],
        prediction: (k >= 3).then_some([mu - reach, mu + reach]),
        tau2,
        tau2_se: (2.0 / trace_pp(studies, tau2)).sqrt(),
        tau2_ci: q_profile(studies, df),
        i2: 100.0 * tau2 / (tau2 + typical),
        q,
        q_p: chi_square::upper_tail(q, df),
        weights: studies.iter().map(|s| 100.0 / (s.variance + tau2) / total).collect(),
    })
}

/// Pooled estimate and sum of the weights.
fn pooled(studies: &[Study], tau2: f64) -> (f64, f64) {
    let (mut sum, mut total) = (0.0, 0.0);
    for study in studies {
        let w = 1.0 / (study.variance + tau2);
        sum += w * study.estimate;
        total += w;
    }
    (sum / total, total)
}

/// Σ w (y − mu)² at this τ².
fn q_at(studies: &[Study], tau2: f64) -> f64 {
    let (mu, _) = pooled(studies, tau2);
    studies.iter().map(|s| (s.estimate - mu).powi(2) / (s.variance + tau2)).sum()
}

/// Σ w, Σ w², Σ w³.
fn powers(studies: &[Study], tau2: f64) -> [f64; 3] {
    let mut sums = [0.0; 3];
    for study in studies {
        let w = 1.0 / (study.variance + tau2);
        sums[0] += w;
        sums[1] += w * w;
        sums[2] += w * w * w;
    }
    sums
}

/// tr(PP), P = W − W1(1'W1)⁻¹1'W.
fn trace_pp(studies: &[Study], tau2: f64) -> f64 {
    let [w1, w2, w3] = powers(studies, tau2);
    w2 - 2.0 * w3 / w1 + (w2 / w1).powi(2)
}

/// τ² by Fisher scoring.
fn restricted(studies: &[Study]) -> Result<f64> {
    const STEPS: usize = 500;
    let k = studies.len() as f64;
    let mean = studies.iter().map(|s| s.estimate).sum::<f64>() / k;
    let scatter = studies.iter().map(|s| (s.estimate - mean).powi(2)).sum::<f64>() / (k - 1.0);
    let mut tau2 = (scatter - studies.iter().map(|s| s.variance).sum::<f64>() / k).max(0.0);
    for _ in 0..STEPS {
        let [w1, w2, _] = powers(studies, tau2);
        let (mu, _) = pooled(studies, tau2);
        let residual: f64 =
            studies.iter().map(|s| ((s.estimate - mu) / (s.variance + tau2)).powi(2)).sum();
        // y'PPy − tr P over tr(PP)
        let mut step = (residual - (w1 - w2 / w1)) / trace_pp(studies, tau2);
        // Where one study outweighs the others by more than the digits there are, the information vanishes.
        if !step.is_finite() {
            break;
        }
        let full = step;
        while tau2 + step < 0.0 {
            step *= 0.5;
            if step.abs() < 1e-14 {
                break;
            }
        }
        let next = (tau2 + step).max(0.0);
        // At 0 with a downward step the boundary is the estimate.
        if (next - tau2).abs() < 1e-13 || (full < 0.0 && next < 1e-12) {
            return Ok(if next < 1e-12 { 0.0 } else { next });
        }
        tau2 = next;
    }
    Err(StatsError::NotConverged { what: "tau²", iterations: STEPS })
}

/// The τ² at which Q equals the outer quantiles of its distribution; 0 where it lies below already.
fn q_profile(studies: &[Study], df: f64) -> [f64; 2] {
    [0.975, 0.025].map(|p| {
        let target = chi_square::quantile(p, df);
        if q_at(studies, 0.0) <= target {
            return 0.0;
        }
        let (mut low, mut high) = (0.0, 1.0);
        while q_at(studies, high) > target {
            low = high;
            high *= 2.0;
        }
        for _ in 0..200 {
            let middle = f64::midpoint(low, high);
            if q_at(studies, middle) > target {
                low = middle;
            } else {
                high = middle;
            }
        }
        f64::midpoint(low, high)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn studies(pairs: &[(f64, f64)]) -> Vec<Study> {
        pairs.iter().map(|&(estimate, variance)| Study { estimate, variance }).collect()
    }

    /// The edge case of Methods C1.10, values by R metafor.
    #[test]
    fn no_heterogeneity_uses_the_floor() {
        let v = 1.0 / 17.0;
        let fit = random_effects(&studies(&[
            (0.083_483_767_7, v),
            (0.124_679_664_2, v),
            (0.000_292_100_2, v),
            (0.243_810_795_5, v),
            (-0.201_968_225_8, v),
            (-0.306_265_031_7, 1.0 / 16.0),
        ]))
        .unwrap();
        assert!(fit.tau2 <= 0.0 && fit.floored);
        assert!((fit.mu - -0.006_387_849_274_5).abs() < 1e-10);
        assert!((fit.se - 0.099_503_719_021_0).abs() < 1e-10);
        assert!((fit.ci[0] - -0.262_170_301_968_5).abs() < 1e-9);
        assert!((fit.q - 3.583_392_746_588_49).abs() < 1e-7);
    }

    #[test]
    fn two_studies_have_no_prediction_interval_and_one_is_refused() {
        assert!(random_effects(&studies(&[(0.1, 0.05)])).is_err());
        assert!(
            random_effects(&studies(&[(0.1, 0.05), (0.3, 0.05)])).unwrap().prediction.is_none()
        );
        assert!(random_effects(&studies(&[(0.1, 0.0), (0.3, 0.05)])).is_err());
        // One study outweighs the others beyond the digits there are: an end, and no NaN.
        let lopsided = random_effects(&studies(&[(0.1, 1e-200), (0.3, 0.05), (0.2, 1.0)]));
        assert!(lopsided.is_err() || lopsided.is_ok_and(|fit| fit.tau2.is_finite()));
    }
}
