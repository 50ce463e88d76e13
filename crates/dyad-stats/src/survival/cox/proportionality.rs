//! Whether the hazard ratios stay the same over time.

use super::Cox;
use crate::distributions::chi_square;
use crate::linalg::Cholesky;
use crate::{Result, StatsError};

/// The function g of time that a hazard ratio may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeScale {
    /// 1 − Kaplan–Meier just before the time: R's default, few late times do not rule the test.
    KaplanMeier,
    /// Time itself.
    Identity,
    /// ln time; times must be above 0.
    Log,
}

/// The test of proportional hazards.
#[derive(Clone, Debug, PartialEq)]
pub struct Proportionality {
    /// Of each column, in their order: chi-square with 1 df, and p.
    pub columns: Vec<(f64, f64)>,
    /// Of all together.
    pub chi_square: f64,
    /// Number of columns.
    pub df: f64,
    /// Upper tail.
    pub p: f64,
}

impl Cox {
    /// Returns the score test of β(t) = β + θ·g(t) against θ = 0, for each column and for all.
    ///
    /// u = Σ g·(score of a time), with the information of (β, θ) as Σ of that of a time times (1, g)(1, g)'.
    ///
    /// # Errors
    /// - [`StatsError::Refused`] under [`Ties::Exact`](super::Ties::Exact).
    /// - [`StatsError::OutOfDomain`] for the logarithm of a time that is not above 0.
    /// - [`StatsError::NoVariation`] if everything happens at one time.
    ///
    /// # Source
    /// `[@grambsch1994]`. Checked against R `survival::cox.zph` (3.0 and later): `golden/stats/survival.R`.
    pub fn proportionality(&self, scale: TimeScale) -> Result<Proportionality> {
        let g = self.scaled_times(scale)?;
        let p = self.coefficients.len();
        let mut score = vec![0.0; p];
        // Blocks: Σ V, Σ g·V, Σ g²·V. Centred at the mean over the events: a shift of g changes nothing but the digits.
        let (mut plain, mut once, mut twice) =
            (vec![0.0; p * p], vec![0.0; p * p], vec![0.0; p * p]);
        let events: f64 = self.parts.iter().map(|part| f64::from(part.events)).sum();
        let mean =
            g.iter().zip(&self.parts).map(|(g, part)| g * f64::from(part.events)).sum::<f64>()
                / events;
        let mut spread = 0.0;
        for (g, part) in g.iter().zip(&self.parts) {
            let g = g - mean;
            spread += f64::from(part.events) * g * g;
            score.iter_mut().zip(&part.score).for_each(|(sum, u)| *sum += g * u);
            for (k, v) in part.information.iter().enumerate() {
                plain[k] += v;
                once[k] += g * v;
                twice[k] += g * g * v;
            }
        }
        if spread <= 1e-20 * events * mean * mean || self.parts.len() < 2 {
            return Err(StatsError::NoVariation { what: "the times of the events".into() });
        }
        // The information of θ given β: Σ g²V − Σ gV (Σ V)⁻¹ Σ gV.
        let unclear = |_| StatsError::NotIdentified { what: "a hazard ratio over time".into() };
        let factor = Cholesky::new(&plain, p, p, 1e-12).map_err(unclear)?;
        let mut rest = twice;
        for i in 0..p {
            let mut solved = once[i * p..(i + 1) * p].to_vec();
            factor.solve(&mut solved);
            for j in 0..p {
                rest[i * p + j] -=
                    solved.iter().zip(&once[j * p..(j + 1) * p]).map(|(a, b)| a * b).sum::<f64>();
            }
        }
        let columns = (0..p)
            .map(|k| {
                let chi_square = score[k] * score[k] / rest[k * p + k];
                (chi_square, chi_square::upper_tail(chi_square, 1.0))
            })
            .collect();
        let all = Cholesky::new(&rest, p, p, 1e-12).map_err(unclear)?.quadratic_form(&score);
        let df = p as f64;
        Ok(Proportionality { columns, chi_square: all, df, p: chi_square::upper_tail(all, df) })
    }

    fn scaled_times(&self, scale: TimeScale) -> Result<Vec<f64>> {
        if self.parts.is_empty() {
            return Err(StatsError::Refused(
                "the test of proportional hazards needs Efron's or Breslow's ties".into(),
            ));
        }
        let times = self.parts.iter();
        match scale {
            TimeScale::Identity => Ok(times.map(|part| part.time).collect()),
            TimeScale::Log if self.parts[0].time <= 0.0 => {
                Err(StatsError::OutOfDomain { what: "every time", expected: "above 0" })
            }
            TimeScale::Log => Ok(times.map(|part| part.time.ln()).collect()),
            TimeScale::KaplanMeier => Ok(times
                .scan(1.0, |survival, part| {
                    let before = *survival;
                    *survival *= 1.0 - f64::from(part.events) / f64::from(part.at_risk);
                    Some(1.0 - before)
                })
                .collect()),
        }
    }
}
