//! Fitting a model, and what comes out of it.

use super::kernel::evaluate::{At, Deviance, Shape};
use super::kernel::minimise::{Minimum, curvature_at, hessian, minimise};
use super::kernel::pair::Symmetric;
use super::kernel::rows::{Criterion, Level, Rows};
use crate::linalg::Cholesky;
use crate::{Result, StatsError};

/// Below this, a relative standard deviation counts as 0: the fit is singular (lme4's `isSingular`).
const SINGULAR: f64 = 1e-4;

/// Below this share of the response's variance there is no residual left: the model fits every row.
const NO_RESIDUAL: f64 = 1e-10;

/// Variance components, in squared units of the response.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Variances {
    /// Intercepts between the clusters (clients, or therapists if those are the only level). With a random slope: where its column is 0.
    pub cluster: f64,
    /// Intercepts between the outer clusters (therapists).
    pub outer: Option<f64>,
    /// Within clusters.
    pub residual: f64,
}

/// How a slope varies between the clusters of a level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SlopeVariance {
    /// Variance of the slopes.
    pub variance: f64,
    /// Covariance with the intercepts.
    pub covariance: f64,
    /// Correlation with the intercepts; `None` if one of them does not vary.
    pub correlation: Option<f64>,
}

/// A fitted mixed model.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Rows used.
    pub rows: usize,
    /// Clusters.
    pub clusters: usize,
    /// Outer clusters; 0 if there are none.
    pub outer_clusters: usize,
    /// The REML criterion, or −2 log-likelihood under ML.
    pub criterion: f64,
    /// The criterion with all random effects left out.
    pub criterion_without: f64,
    /// Whether a variance lies at its boundary 0, or a correlation at ±1. Satterthwaite df are unreliable there.
    pub singular: bool,
    /// Variance components.
    pub variances: Variances,
    pub(super) names: Vec<String>,
    /// Coefficients in the units of the data, intercept first.
    pub(super) beta: Vec<f64>,
    pub(super) solution: Solution,
    /// The rows, centred and scaled.
    pub(super) data: Rows,
    pub(super) scale: Vec<f64>,
    pub(super) kind: Criterion,
    pub(super) shape: Shape,
}

/// The minimum, in the centred and scaled columns.
#[derive(Clone, Debug)]
pub(super) struct Solution {
    pub(super) theta: Vec<f64>,
    pub(super) sigma2: f64,
    pub(super) beta: Vec<f64>,
    /// A⁻¹.
    pub(super) inverse: Vec<f64>,
    /// dA/dθ.
    pub(super) cross_slopes: Vec<Vec<f64>>,
    /// Twice the inverse of the Hessian of the deviance in (θ, σ): the covariance of the variance parameters. `None` if that has no
    /// minimum there.
    pub(super) covariance: Option<Vec<f64>>,
}

/// Where to begin the search.
pub(super) struct Start {
    /// θ of a model of nearly the same rows.
    pub(super) theta: Vec<f64>,
    /// The Hessian of the deviance there, if it is known.
    pub(super) curvature: Option<Vec<f64>>,
}

/// The least deviance.
pub(super) struct Optimum {
    pub(super) theta: Vec<f64>,
    /// The Hessian of the deviance there, where the search began near.
    curvature: Option<Vec<f64>>,
}

/// With so many clusters, a search among some of them shows where the least deviance of all lies.
const MANY: usize = 20_000;
/// How many of them are then searched first.
const SOME: usize = 4_000;

/// Fits the model; `near` is θ of a fit to nearly the same rows, if there is one.
pub(super) fn fit(rows: &Rows, kind: Criterion, near: Option<&[f64]>) -> Result<Fit> {
    check(rows)?;
    let (data, scale) = standardised(rows)?;
    let deviance = Deviance::new(&data, kind);
    let none = vec![0.0; deviance.shape.parameters()];
    let without = deviance.at(&none, false).map_err(|column| dependent(&data, column))?.deviance;
    let start = match near {
        Some(theta) => Some(Start { theta: theta.to_vec(), curvature: None }),
        // Without a slope an evaluation costs less than to choose some.
        None if data.slope.is_some() && data.sizes.len() >= MANY => among_some(&data, kind),
        None => None,
    };
    let Optimum { theta, curvature } = optimum(&deviance, start.as_ref())?;
    let at = deviance.at(&theta, true).map_err(|column| dependent(&data, column))?;
    if at.rss / deviance.residual_df() < NO_RESIDUAL {
        return Err(fits_every_row());
    }
    let sigma2 = at.rss / deviance.residual_df();
    let solution = solution(&deviance, Optimum { theta, curvature }, sigma2, &at);
    Ok(package(data, scale, kind, &deviance, &at, solution, without))
}

/// The least deviance of a part of the clusters, its curvature scaled to all of them; `None` if it has none.
fn among_some(data: &Rows, kind: Criterion) -> Option<Start> {
    let some = data.every(data.sizes.len() / SOME);
    let deviance = Deviance::new(&some, kind);
    let found = search(&deviance, &[], &start(deviance.shape, 1.0), None)?;
    let Minimum { at, curvature, .. } = with_signs(deviance.shape, found);
    let ratio = data.sizes.len() as f64 / some.sizes.len().max(1) as f64;
    let curvature = curvature.map(|c| c.iter().map(|c| c * ratio).collect());
    Some(Start { theta: at, curvature })
}

/// The same standard deviation everywhere, and no covariance.
fn start(shape: Shape, value: f64) -> Vec<f64> {
    let mut theta = vec![0.0; shape.parameters()];
    for i in shape.diagonal() {
        theta[i] = value;
    }
    theta
}

fn fits_every_row() -> StatsError {
    StatsError::Saturated { what: "the model fits every row exactly".into() }
}

/// What can be refused before anything is computed.
fn check(rows: &Rows) -> Result<()> {
    let (clusters, outer) = (rows.sizes.len(), rows.outer.len());
    let p = rows.columns.len() + 1;
    if rows.n < p + 2 {
        let (needed, found) = (p + 2, rows.n);
        return Err(StatsError::TooFew { unit: "rows for the model", needed, found });
    }
    if clusters < 2 {
        return Err(StatsError::TooFew { unit: "clusters", needed: 2, found: clusters });
    }
    let slope = |level| rows.slope.as_ref().is_some_and(|s| s.levels.contains(&level));
    if clusters >= rows.n {
        return Err(StatsError::Saturated { what: "every row is a cluster of its own".into() });
    }
    if slope(Level::Cluster) && 2 * clusters >= rows.n {
        return Err(StatsError::Saturated {
            what: "as many random intercepts and slopes as rows".into(),
        });
    }
    if rows.nested && outer < 2 {
        return Err(StatsError::TooFew { unit: "therapists", needed: 2, found: outer });
    }
    if rows.nested && outer == clusters {
        let what = "with one client per therapist their variances cannot be told apart".into();
        return Err(StatsError::NotIdentified { what });
    }
    Ok(())
}

/// Columns with mean 0 and mean square 1: the digits of the result do not depend on the units of the data.
fn standardised(rows: &Rows) -> Result<(Rows, Vec<f64>)> {
    let mut data = rows.clone();
    data.close_block();
    let (q, n) = (data.width(), data.n as f64);
    let mut means: Vec<f64> = data.overall().iter().map(|sum| sum / n).collect();
    means[0] = 0.0;
    data.subtract(&means);
    let mut scale = vec![1.0; q];
    for k in 1..q {
        let spread = (data.total[k * q + k] / n).max(0.0).sqrt();
        // Σ(x − first)² keeps its digits, so what is left of a constant is rounding of its own size.
        if spread <= 1e-13 * data.shift[k].abs() || spread < f64::MIN_POSITIVE.sqrt() {
            return Err(match rows.columns.get(k - 1) {
                Some(column) => StatsError::Collinear {
                    columns: vec!["(intercept)".to_owned(), column.clone()],
                },
                None => StatsError::NoVariation { what: "the response".into() },
            });
        }
        scale[k] = spread;
    }
    data.divide(&scale);
    if scale.iter().chain(&data.total).any(|v| !v.is_finite()) {
        return Err(StatsError::NotFinite { what: "the sum of squares of a column".into() });
    }
    if let Some(slope) = &data.slope {
        let varies = data.sums.chunks_exact(2 * q).zip(&data.sizes).any(|(m, &size)| {
            let spread = m[q + slope.at] - m[slope.at] * m[slope.at] / f64::from(size);
            spread > 1e-10
        });
        if !varies {
            return Err(StatsError::NotIdentified {
                what: format!("{} does not vary within clusters", data.columns[slope.at - 1])
                    .into(),
            });
        }
    }
    Ok((data, scale))
}

/// Which column failed, and those it depends on.
fn dependent(data: &Rows, column: usize) -> StatsError {
    let (q, p) = (data.width(), data.width() - 1);
    if column == p {
        return fits_every_row();
    }
    let name = |k: usize| k.checked_sub(1).map_or("(intercept)", |k| data.columns[k].as_str());
    let mut weights = data.total[column * q..column * q + column].to_vec();
    let mut columns: Vec<String> = Vec::new();
    if let Ok(factor) = Cholesky::new(&data.total, q, column, 1e-10) {
        factor.solve(&mut weights);
        columns.extend(
            weights
                .iter()
                .enumerate()
                .filter(|(_, w)| w.abs() > 1e-6)
                .map(|(k, _)| name(k).to_owned()),
        );
    }
    columns.push(name(column).to_owned());
    StatsError::Collinear { columns }
}

/// The deviance and its gradient in θ.
fn with_gradient(deviance: &Deviance, theta: &[f64]) -> Option<(f64, Vec<f64>)> {
    let at = deviance.at(theta, true).ok()?;
    Some((at.deviance, deviance.gradient(theta, &at)))
}

/// The least deviance that a search from a start finds, some parameters fixed at 0.
fn search(
    deviance: &Deviance,
    fixed: &[usize],
    start: &[f64],
    known: Option<Vec<f64>>,
) -> Option<Minimum> {
    let k = deviance.shape.parameters();
    let free: Vec<usize> = (0..k).filter(|i| !fixed.contains(i)).collect();
    let widen = |v: &[f64]| {
        let mut theta = vec![0.0; k];
        free.iter().zip(v).for_each(|(&i, value)| theta[i] = *value);
        theta
    };
    if free.is_empty() {
        let at = widen(&[]);
        let value = deviance.at(&at, false).ok()?.deviance;
        return Some(Minimum { at, value, curvature: None });
    }
    let objective = |v: &[f64]| {
        let (value, gradient) = with_gradient(deviance, &widen(v))?;
        Some((value, free.iter().map(|&i| gradient[i]).collect()))
    };
    let from: Vec<f64> = free.iter().map(|&i| start[i]).collect();
    let found = minimise(&objective, &from, known)?;
    // Of all parameters or of none.
    let curvature = found.curvature.filter(|_| fixed.is_empty());
    Some(Minimum { at: widen(&found.at), value: found.value, curvature })
}

/// θ at the minimum. The deviance is smooth and even in each standard deviation, so the boundary 0 is an inner point of the search;
/// it is also searched on its own, so that a minimum there is met exactly.
pub(super) fn optimum(deviance: &Deviance, near: Option<&Start>) -> Result<Optimum> {
    let shape = deviance.shape;
    let diagonal = shape.diagonal();
    let search =
        |fixed: &[usize], start: &[f64], known| self::search(deviance, fixed, start, known);
    let start = |value: f64| start(shape, value);
    let mut best: Option<Minimum> = near.and_then(|near| {
        // At 0 exactly the deviance is level whether or not that is its minimum.
        let mut from = near.theta.clone();
        for &i in &diagonal {
            from[i] = from[i].max(0.1);
        }
        search(&[], &from, near.curvature.clone())
    });
    let known = best.is_some();
    // With few clusters the deviance can have two minima.
    let few = deviance.clusters() < 500.0 && !known;
    let starts: &[f64] = if known {
        &[]
    } else if few {
        &[1.0, 0.2]
    } else {
        &[1.0]
    };
    // Where neither leads to a minimum another may.
    let others = [0.05, 0.5, 3.0, 10.0];
    for (at, &value) in starts.iter().chain(&others).enumerate() {
        if at >= starts.len() && best.is_some() {
            break;
        }
        if let Some(found) = search(&[], &start(value), None) {
            let rounding = 1e-12 * found.value.abs();
            if best.as_ref().is_none_or(|b| found.value < b.value - rounding) {
                best = Some(found);
            }
        }
    }
    let Some(mut best) = best else {
        let vast = deviance.at(&start(1e4), false);
        return Err(match vast {
            Ok(at) if at.rss / deviance.residual_df() > 1e-6 => {
                StatsError::NotConverged { what: "the mixed model", iterations: 200 }
            }
            _ => fits_every_row(),
        });
    };
    // At 0 the gradient in a standard deviation vanishes, minimum or not; that in its variance tells.
    if let Some(found) = deviance.off_the_ridge(&best.at).and_then(|from| search(&[], &from, None))
        && found.value < best.value
    {
        best = found;
    }
    // From the likeliest corner to the least likely: all at 0, then each alone.
    let near: Vec<usize> = diagonal.iter().copied().filter(|&i| best.at[i].abs() < 0.1).collect();
    let mut corners: Vec<Vec<usize>> = near.iter().map(|&i| vec![i]).collect();
    if near.len() > 1 {
        corners.insert(0, near.clone());
    }
    // With few clusters the least deviance may lie at 0 though another minimum lies far from it.
    if few && near.len() < diagonal.len() {
        corners.insert(0, diagonal.clone());
    }
    for mut corner in corners {
        let slopes: Vec<usize> =
            corner.iter().copied().filter(|&i| is_intercept_of_slope(shape, i)).collect();
        corner.extend(slopes.iter().map(|i| i + 1));
        let rounding = 1e-12 * best.value.abs().max(1e3);
        if known && is_hopeless(deviance, &corner, &best) {
            continue;
        }
        let found = search(&corner, &best.at, None);
        if let Some(found) = found.filter(|found| found.value <= best.value + rounding) {
            let zeros =
                |theta: &[f64]| diagonal.iter().filter(|&&i| theta[i].abs() < 1e-300).count();
            if zeros(&found.at) > zeros(&best.at) || found.value < best.value - rounding {
                best = found;
            }
        }
    }
    let Minimum { at: theta, curvature, .. } = with_signs(shape, best);
    // Otherwise it is measured to more digits than a search needs.
    let curvature = if known {
        curvature.or_else(|| curvature_at(&|theta| with_gradient(deviance, theta), &theta))
    } else {
        None
    };
    Ok(Optimum { theta, curvature })
}

/// Whether the deviance with some parameters at 0 stays above the least one by far: a Newton step there, ten times as good as it
/// promises, would not reach it.
fn is_hopeless(deviance: &Deviance, corner: &[usize], best: &Minimum) -> bool {
    let k = best.at.len();
    let mut theta = best.at.clone();
    for &i in corner {
        theta[i] = 0.0;
    }
    let promised = || {
        let at = deviance.at(&theta, true).ok()?;
        let mut curvature = best.curvature.clone()?;
        let mut gradient = deviance.gradient(&theta, &at);
        for &i in corner {
            gradient[i] = 0.0;
            (0..k).for_each(|j| (curvature[i * k + j], curvature[j * k + i]) = (0.0, 0.0));
            curvature[i * k + i] = 1.0;
        }
        let factor = Cholesky::new(&curvature, k, k, 1e-10).ok()?;
        Some(at.deviance - 5.0 * factor.quadratic_form(&gradient))
    };
    promised().is_some_and(|promised| promised > best.value + 1e-3)
}

/// Whether a position of θ is the intercept of a level with a slope: without it there is no covariance.
fn is_intercept_of_slope(shape: Shape, at: usize) -> bool {
    let first = shape.parameters_of(Level::Cluster);
    (at == 0 && first == 3) || (at == first && shape.parameters_of(Level::Outer) == 3)
}

/// Standard deviations are given as positive numbers.
fn with_signs(shape: Shape, mut found: Minimum) -> Minimum {
    let k = found.at.len();
    let mut signs = vec![1.0; k];
    for i in shape.diagonal().into_iter().filter(|&i| found.at[i] < 0.0) {
        signs[i] = -1.0;
        if is_intercept_of_slope(shape, i) {
            signs[i + 1] = -signs[i + 1];
        }
    }
    found.at.iter_mut().zip(&signs).for_each(|(theta, sign)| *theta *= sign);
    for (place, element) in found.curvature.iter_mut().flatten().enumerate() {
        *element *= signs[place / k] * signs[place % k];
    }
    found
}

fn solution(deviance: &Deviance, optimum: Optimum, sigma2: f64, at: &At) -> Solution {
    let Optimum { theta, curvature } = optimum;
    let slopes: Vec<Vec<f64>> = at.gradient.iter().map(|s| s.cross.clone()).collect();
    let cross_slopes = deviance.shape.chain(&theta, &slopes, |terms| {
        let mut sum = vec![0.0; at.beta.len() * at.beta.len()];
        for (weight, cross) in terms {
            sum.iter_mut().zip(*cross).for_each(|(s, c)| *s += weight * c);
        }
        sum
    });
    let covariance = covariance(deviance, (&theta, curvature), sigma2, at);
    let inverse = at.factor.inverse();
    Solution { theta, sigma2, beta: at.beta.clone(), inverse, cross_slopes, covariance }
}

/// D(θ, σ) = log terms(θ) + df·log(2πσ²) + RSS(θ)/σ²: its Hessian is exact in σ. That in θ is the one of the deviance, σ profiled out,
/// plus df·∇RSS∇RSS'/RSS²; where that was not measured, it comes from differences of exact gradients.
fn covariance(
    deviance: &Deviance,
    (theta, curvature): (&[f64], Option<Vec<f64>>),
    sigma2: f64,
    at: &At,
) -> Option<Vec<f64>> {
    let (k, sigma) = (theta.len(), sigma2.sqrt());
    let shape = deviance.shape;
    let in_theta = |theta: &[f64], at: &At, of: &dyn Fn(f64, f64) -> f64| {
        let elements: Vec<f64> = at.gradient.iter().map(|s| of(s.log_terms, s.rss)).collect();
        shape.chain(theta, &elements, |terms| terms.iter().map(|(w, v)| w * *v).sum())
    };
    let objective = |theta: &[f64]| {
        let at = deviance.at(theta, true).ok()?;
        Some((at.deviance, in_theta(theta, &at, &|log_terms, rss| log_terms + rss / sigma2)))
    };
    let rss_slope = in_theta(theta, at, &|_, rss| rss);
    let curved = match curvature {
        Some(mut profiled) => {
            let factor = deviance.residual_df() / (at.rss * at.rss);
            for (place, element) in profiled.iter_mut().enumerate() {
                *element += factor * rss_slope[place / k] * rss_slope[place % k];
            }
            profiled
        }
        None => hessian(&objective, theta)?,
    };
    let size = k + 1;
    let mut all = vec![0.0; size * size];
    for i in 0..k {
        all[i * size..i * size + k].copy_from_slice(&curved[i * k..(i + 1) * k]);
        let mixed = -2.0 * rss_slope[i] / (sigma2 * sigma);
        all[i * size + k] = mixed;
        all[k * size + i] = mixed;
    }
    all[k * size + k] = -2.0 * deviance.residual_df() / sigma2 + 6.0 * at.rss / (sigma2 * sigma2);
    let factor = Cholesky::new(&all, size, size, 1e-12).ok()?;
    Some(factor.inverse().iter().map(|v| 2.0 * v).collect())
}

fn package(
    data: Rows,
    scale: Vec<f64>,
    kind: Criterion,
    deviance: &Deviance,
    at: &At,
    solution: Solution,
    without: f64,
) -> Fit {
    let p = solution.beta.len();
    let unit = scale[p];
    let mut names = vec!["(intercept)".to_owned()];
    names.extend(data.columns.iter().cloned());
    let mut beta: Vec<f64> = (0..p).map(|k| unit * solution.beta[k] / scale[k]).collect();
    beta[0] += data.shift[p] - (1..p).map(|k| beta[k] * data.shift[k]).sum::<f64>();
    // The criterion of the columns as they were given.
    let mut back = deviance.residual_df() * 2.0 * unit.ln();
    if kind == Criterion::Reml {
        back += 2.0 * scale[1..p].iter().map(|s| s.ln()).sum::<f64>();
    }
    let shape = deviance.shape;
    let singular = shape.diagonal().iter().any(|&i| solution.theta[i] < SINGULAR);
    let mut fit = Fit {
        rows: data.n,
        clusters: data.sizes.len(),
        outer_clusters: if data.nested { data.outer.len() } else { 0 },
        criterion: at.deviance + back,
        criterion_without: without + back,
        singular,
        variances: Variances { cluster: 0.0, outer: None, residual: solution.sigma2 * unit * unit },
        names,
        beta,
        solution,
        data,
        scale,
        kind,
        shape,
    };
    fit.variances.cluster = fit.covariance_of(Level::Cluster)[0];
    fit.variances.outer = fit.shape.nested.then(|| fit.covariance_of(Level::Outer)[0]);
    fit
}

impl Fit {
    /// The covariance of the random effects of a level, in the units of the data.
    pub(super) fn covariance_of(&self, level: Level) -> Symmetric {
        let unit = self.scale[self.scale.len() - 1];
        let factor = self.solution.sigma2 * unit * unit;
        let sigma = self.shape.sigma(&self.solution.theta, level).map(|v| v * factor);
        let (centre, scale) = self.slope_origin();
        // b₀ = b₀* − b₁*·c/s, b₁ = b₁*/s.
        let ratio = centre / scale;
        [
            sigma[0] - 2.0 * ratio * sigma[1] + ratio * ratio * sigma[2],
            (sigma[1] - ratio * sigma[2]) / scale,
            sigma[2] / (scale * scale),
        ]
    }

    /// Centre and scale of the column with the random slope; (0, 1) without one.
    pub(super) fn slope_origin(&self) -> (f64, f64) {
        let at = self.data.slope.as_ref().map(|slope| slope.at);
        at.map_or((0.0, 1.0), |at| (self.data.shift[at], self.scale[at]))
    }

    /// How the slope varies at a level; `None` if it does not by design.
    #[must_use]
    pub fn slope_variance(&self, level: Level) -> Option<SlopeVariance> {
        (self.shape.parameters_of(level) == 3).then(|| {
            let [intercept, covariance, variance] = self.covariance_of(level);
            let both = (intercept * variance).sqrt();
            let correlation = (both > 0.0).then(|| (covariance / both).clamp(-1.0, 1.0));
            SlopeVariance { variance, covariance, correlation }
        })
    }

    /// The fixed effects: name and estimate, intercept first.
    pub fn fixed(&self) -> impl Iterator<Item = (&str, f64)> {
        self.names.iter().map(String::as_str).zip(self.beta.iter().copied())
    }
}
