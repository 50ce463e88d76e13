//! The one-factor model of a correlation matrix, by maximum likelihood.

use crate::linalg::{Cholesky, eigen};
use crate::{Result, StatsError};

/// Least share of an item's variance that its own part may keep.
const LEAST_UNIQUE: f64 = 1e-4;

/// The model of the correlations: R = λλ' + Θ.
pub(super) struct OneFactor {
    /// λ, standardised, signed so that they add to 0 or more.
    pub loadings: Vec<f64>,
    /// Θ, shares of the items' variances.
    pub uniques: Vec<f64>,
    /// log|Σ| + tr(RΣ⁻¹) − log|R| − k, 0 for a model that fits exactly.
    pub discrepancy: f64,
}

/// The discrepancy as a function of log Θ, with λ at its best.
struct Point {
    discrepancy: f64,
    gradient: Vec<f64>,
    /// Expected second derivatives.
    information: Vec<f64>,
    loadings: Vec<f64>,
}

/// Fits by scoring on log Θ.
///
/// With γ and ω the eigenvalues and vectors of Θ^−½·R·Θ^−½, largest first: λ = Θ^½·ω₁·√(γ₁ − 1), F = Σₘ₌₂(γₘ − log γₘ − 1),
/// ∂F/∂log θᵢ = Σₘ₌₂(1 − γₘ)ω²ᵢₘ, second derivatives about (Σₘ₌₂ ωᵢₘωⱼₘ)².
///
/// # Errors
/// [`StatsError::Collinear`], [`StatsError::Refused`] for a Heywood case, [`StatsError::NotConverged`].
pub(super) fn one_factor(correlations: &[f64], size: usize) -> Result<OneFactor> {
    const ITERATIONS: usize = 500;
    let factor = Cholesky::new(correlations, size, size, 1e-10).map_err(|item| {
        StatsError::Collinear { columns: vec![format!("item {} given those before it", item + 1)] }
    })?;
    // The share of each item that the others do not predict, a little less: the usual start.
    let inverse = factor.inverse();
    let shrink = 1.0 - 0.5 / size as f64;
    let mut logs: Vec<f64> = (0..size).map(|i| (shrink / inverse[i * size + i]).ln()).collect();
    let least = LEAST_UNIQUE.ln();
    let mut point = Point::new(correlations, size, &logs)?;
    for _ in 0..ITERATIONS {
        // An item at the edge that would go beyond it stays there.
        let held: Vec<bool> =
            logs.iter().zip(&point.gradient).map(|(log, g)| *log <= least && *g > 0.0).collect();
        let steepest =
            |limit: f64| held.iter().zip(&point.gradient).all(|(held, g)| *held || g.abs() < limit);
        if steepest(1e-12) {
            return finish(&point, &logs);
        }
        let mut step = point.gradient.clone();
        let mut information = point.information.clone();
        for i in 0..size {
            // A ridge keeps the step finite where the information is nearly singular.
            information[i * size + i] += 1e-10;
            if held[i] {
                step[i] = 0.0;
                for j in 0..size {
                    information[i * size + j] = f64::from(i == j);
                    information[j * size + i] = f64::from(i == j);
                }
            }
        }
        if let Ok(information) = Cholesky::new(&information, size, size, 1e-14) {
            information.solve(&mut step);
        }
        let longest = step.iter().map(|s| s.abs()).fold(0.0, f64::max);
        let mut length = (2.0 / longest).min(1.0);
        let next = loop {
            let moved: Vec<f64> = logs
                .iter()
                .zip(&step)
                .map(|(log, s)| (log - length * s).clamp(least, 0.0))
                .collect();
            let next = Point::new(correlations, size, &moved)?;
            // Near the end the discrepancy has no digits left to fall by, and the gradient still has.
            let level = next.discrepancy <= point.discrepancy + 1e-13;
            if next.discrepancy < point.discrepancy && longest > 1e-5
                || level && next.steepness(&held) < point.steepness(&held)
            {
                break Some((moved, next));
            }
            length *= 0.5;
            if length < 1e-10 {
                break None;
            }
        };
        let Some((moved, next)) = next else {
            // No step goes down any more: the least there is, within the digits there are.
            if point.steepness(&held) < 1e-7 {
                return finish(&point, &logs);
            }
            break;
        };
        (logs, point) = (moved, next);
    }
    Err(StatsError::NotConverged { what: "the one-factor model", iterations: ITERATIONS })
}

/// Packages, unless an item has no part of its own.
fn finish(point: &Point, logs: &[f64]) -> Result<OneFactor> {
    if let Some(item) = logs.iter().position(|log| *log <= (1.01 * LEAST_UNIQUE).ln()) {
        let what = format!(
            "Heywood case: the unique variance of item {} would be zero or negative, so one factor does not describe the items",
            item + 1
        );
        return Err(StatsError::Refused(what.into()));
    }
    let sign = if point.loadings.iter().sum::<f64>() < 0.0 { -1.0 } else { 1.0 };
    Ok(OneFactor {
        loadings: point.loadings.iter().map(|l| sign * l).collect(),
        uniques: logs.iter().map(|log| log.exp()).collect(),
        discrepancy: point.discrepancy,
    })
}

impl Point {
    /// The largest derivative of those that are free.
    fn steepness(&self, held: &[bool]) -> f64 {
        let free = held.iter().zip(&self.gradient).filter(|(held, _)| !**held);
        free.map(|(_, g)| g.abs()).fold(0.0, f64::max)
    }

    fn new(correlations: &[f64], size: usize, logs: &[f64]) -> Result<Self> {
        let root: Vec<f64> = logs.iter().map(|log| (0.5 * log).exp()).collect();
        let scaled: Vec<f64> = (0..size * size)
            .map(|at| correlations[at] / root[at / size] / root[at % size])
            .collect();
        let (values, vectors) = eigen(&scaled, size);
        let first = (0..size).max_by(|&a, &b| values[a].total_cmp(&values[b])).unwrap_or(0);
        let rest = || (0..size).filter(move |&m| m != first);
        if !rest().all(|m| values[m] > 0.0) {
            return Err(StatsError::NotConverged { what: "the eigenvalues", iterations: 100 });
        }
        // γ − 1 − log γ in a form that keeps its digits near γ = 1.
        let discrepancy = rest().map(|m| (values[m] - 1.0) - (values[m] - 1.0).ln_1p()).sum();
        let gradient = (0..size)
            .map(|i| rest().map(|m| (1.0 - values[m]) * vectors[i * size + m].powi(2)).sum())
            .collect();
        let information = (0..size * size)
            .map(|at| {
                let (i, j) = (at / size, at % size);
                rest().map(|m| vectors[i * size + m] * vectors[j * size + m]).sum::<f64>().powi(2)
            })
            .collect();
        let strength = (values[first] - 1.0).max(0.0).sqrt();
        let loadings = (0..size).map(|i| root[i] * vectors[i * size + first] * strength).collect();
        Ok(Self { discrepancy, gradient, information, loadings })
    }
}
