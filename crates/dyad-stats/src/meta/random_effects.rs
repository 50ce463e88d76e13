//! The random-effects model.

use super::between_variance::{self, BetweenVariance};
use crate::distributions::{chi_square, normal, student_t};
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
    /// Its standard error, from the restricted information at τ².
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

/// Fewer studies than these, and the interval of the pooled estimate is on the safe side.
const FEW_STUDIES: usize = 10;
/// A prediction interval takes as many studies …
const STUDIES_TO_PREDICT: usize = 40;
/// … and that much of their variation beyond chance, in per cent.
const I2_TO_PREDICT: f64 = 75.0;

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

    /// t and p of the difference from a published value that is itself an estimate: its standard error is added to ours.
    ///
    /// # Source
    /// `[@hartung2001]`. Checked against R: `golden/stats/meta.R`.
    #[must_use]
    pub fn benchmark(&self, value: f64, value_se: f64) -> (f64, f64) {
        let t = (self.mu - value) / self.se.hypot(value_se);
        (t, student_t::two_sided(t, self.df()))
    }

    /// p of the two one-sided tests that the pooled estimate lies within a band: equivalent at 5 % if it is below .05.
    ///
    /// # Source
    /// `[@lakens2017]`. Checked against R: `golden/stats/meta.R`.
    #[must_use]
    pub fn equivalence(&self, low: f64, high: f64) -> f64 {
        let above = student_t::upper_tail((self.mu - low) / self.se, self.df());
        let below = student_t::upper_tail((high - self.mu) / self.se, self.df());
        above.max(below)
    }

    /// The 95 % interval in which the true value of another study lies, by either convention of its degrees of freedom; `None` below
    /// three studies. When τ² is small against the sampling variances it holds another study in 87 to 91 % of cases only, because τ² is
    /// then often estimated as 0 (`crates/dyad-bench/coverage.md`).
    ///
    /// # Source
    /// `[@higgins2009]`, `[@inthout2016]`. Checked against R `metafor::predict` and by hand: `golden/stats/meta.R`.
    #[must_use]
    pub fn prediction_interval(&self, df: PredictionDf) -> Option<[f64; 2]> {
        let df = match df {
            PredictionDf::KMinusOne => self.k.checked_sub(1)?,
            PredictionDf::KMinusTwo => self.k.checked_sub(2)?,
        };
        (self.k >= 3).then(|| {
            let reach = student_t::critical(0.95, df as f64) * self.tau2.sqrt().hypot(self.se);
            [self.mu - reach, self.mu + reach]
        })
    }

    /// Whether the studies are so few that the interval of the pooled estimate is wider than it need be: the floor of Hartung–Knapp makes it
    /// hold the truth in 97 to 100 % of cases below ten studies (`crates/dyad-bench/coverage.md`).
    #[must_use]
    pub fn is_on_the_safe_side(&self) -> bool {
        self.k < FEW_STUDIES
    }

    /// Whether the prediction interval cannot be relied on to hold another study in 95 % of cases: few studies, or differences between them
    /// that are small against their sampling errors (`crates/dyad-bench/coverage.md`).
    #[must_use]
    pub fn prediction_is_rough(&self) -> bool {
        self.k < STUDIES_TO_PREDICT || self.i2 < I2_TO_PREDICT
    }

    /// The share of studies whose true value lies above a cut, Φ((mu − cut)/√(τ² + SE²)).
    ///
    /// # Source
    /// `[@higgins2009]`. Checked against R: `golden/stats/meta.R`.
    #[must_use]
    pub fn share_above(&self, cut: f64) -> f64 {
        normal::upper_tail((cut - self.mu) / self.tau2.sqrt().hypot(self.se))
    }
}

/// Degrees of freedom of a prediction interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PredictionDf {
    /// k − 1: those of the Hartung–Knapp interval, as metafor has it.
    KMinusOne,
    /// k − 2: one more for τ², as Riley and IntHout have it; a little wider.
    KMinusTwo,
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
    random_effects_by(studies, BetweenVariance::Reml)
}

/// Returns the random-effects model with τ² by the method given; everything else as [`random_effects`].
///
/// # Errors
/// As [`random_effects`].
///
/// # Source
/// `[@dersimonian1986]`, `[@paule1982]`. Checked against R `metafor::rma(method = "DL" or "PM", test = "adhoc")`: `golden/stats/meta.R`.
pub fn random_effects_by(studies: &[Study], method: BetweenVariance) -> Result<RandomEffects> {
    check(studies)?;
    let (scaled, unit) = in_typical_errors(studies);
    let fit = in_units(&scaled, method)?;
    let pair = |[low, high]: [f64; 2], unit: f64| [low * unit, high * unit];
    Ok(RandomEffects {
        mu: fit.mu * unit,
        se: fit.se * unit,
        ci: pair(fit.ci, unit),
        prediction: fit.prediction.map(|interval| pair(interval, unit)),
        tau2: fit.tau2 * unit * unit,
        tau2_se: fit.tau2_se * unit * unit,
        tau2_ci: pair(fit.tau2_ci, unit * unit),
        ..fit
    })
}

/// The studies in units of a typical standard error, and that unit: a power of two, which costs no digit. Convergence then does not depend on
/// the scale.
pub(super) fn in_typical_errors(studies: &[Study]) -> (Vec<Study>, f64) {
    let mean = studies.iter().map(|s| s.variance / studies.len() as f64).sum::<f64>();
    let unit = mean.sqrt().log2().round().exp2();
    let scaled =
        |s: &Study| Study { estimate: s.estimate / unit, variance: s.variance / unit / unit };
    (studies.iter().map(scaled).collect(), unit)
}

fn in_units(studies: &[Study], method: BetweenVariance) -> Result<RandomEffects> {
    let k = studies.len();
    let tau2 = between_variance::estimate(studies, method)?;
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

/// Refuses fewer than two studies, and variances that are none.
pub(super) fn check(studies: &[Study]) -> Result<()> {
    if studies.len() < 2 {
        return Err(StatsError::TooFew { unit: "sites", needed: 2, found: studies.len() });
    }
    if !studies.iter().all(|s| s.variance > 0.0 && s.variance.is_finite() && s.estimate.is_finite())
    {
        return Err(StatsError::OutOfDomain {
            what: "a sampling variance",
            expected: "positive and finite",
        });
    }
    Ok(())
}

/// Pooled estimate and sum of the weights.
pub(super) fn pooled(studies: &[Study], tau2: f64) -> (f64, f64) {
    let (mut sum, mut total) = (0.0, 0.0);
    for study in studies {
        let w = 1.0 / (study.variance + tau2);
        sum += w * study.estimate;
        total += w;
    }
    (sum / total, total)
}

/// Σ w (y − mu)² at this τ².
pub(super) fn q_at(studies: &[Study], tau2: f64) -> f64 {
    let (mu, _) = pooled(studies, tau2);
    studies.iter().map(|s| (s.estimate - mu).powi(2) / (s.variance + tau2)).sum()
}

/// Σ w, Σ w², Σ w³.
pub(super) fn powers(studies: &[Study], tau2: f64) -> [f64; 3] {
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
pub(super) fn trace_pp(studies: &[Study], tau2: f64) -> f64 {
    let [w1, w2, w3] = powers(studies, tau2);
    w2 - 2.0 * w3 / w1 + (w2 / w1).powi(2)
}

/// The τ² at which Q equals the outer quantiles of its distribution; 0 where it lies below already.
fn q_profile(studies: &[Study], df: f64) -> [f64; 2] {
    [0.975, 0.025].map(|p| between_variance::tau2_with_q(studies, chi_square::quantile(p, df)))
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
    fn what_the_intervals_can_be_relied_on_for() {
        let of = |k: u32, spread: f64| {
            let each = (0..k).map(|i| (spread * (f64::from(i) * 2.4).sin(), 0.03));
            random_effects(&studies(&each.collect::<Vec<_>>())).unwrap()
        };
        let (few, alike, enough) = (of(6, 0.6), of(50, 0.1), of(50, 0.6));
        assert!(few.is_on_the_safe_side() && few.prediction_is_rough());
        assert!(!alike.is_on_the_safe_side() && alike.prediction_is_rough());
        assert!(!enough.is_on_the_safe_side() && !enough.prediction_is_rough());
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
