//! The variance of the true values between studies, τ².

use super::Study;
use super::random_effects::{pooled, powers, q_at, trace_pp};
use crate::{Result, StatsError};

/// How τ² is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BetweenVariance {
    /// Restricted maximum likelihood: the default.
    Reml,
    /// DerSimonian & Laird: from Q, in one step.
    DerSimonianLaird,
    /// Paule & Mandel: the τ² at which Q equals its df.
    PauleMandel,
}

pub(super) fn estimate(studies: &[Study], method: BetweenVariance) -> Result<f64> {
    match method {
        BetweenVariance::Reml => restricted(studies),
        BetweenVariance::DerSimonianLaird => {
            let [w1, w2, _] = powers(studies, 0.0);
            let df = studies.len() as f64 - 1.0;
            Ok(((q_at(studies, 0.0) - df) / (w1 - w2 / w1)).max(0.0))
        }
        BetweenVariance::PauleMandel => Ok(tau2_with_q(studies, studies.len() as f64 - 1.0)),
    }
}

/// The τ² at which Q equals a value; 0 where it lies below already.
pub(super) fn tau2_with_q(studies: &[Study], target: f64) -> f64 {
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
        if (next - tau2).abs() < 1e-13 * (1.0 + next) || (full < 0.0 && next < 1e-12) {
            return Ok(if next < 1e-12 { 0.0 } else { next });
        }
        tau2 = next;
    }
    Err(StatsError::NotConverged { what: "tau²", iterations: STEPS })
}
