//! A fitted model and what can be asked of it.

use super::coefficient::{Coefficient, satterthwaite};
use super::optimise;
use super::profile::{At, Profile};
use super::rows::Rows;
use crate::distributions::chi_square;
use crate::{Result, StatsError};

/// Below this, a relative standard deviation counts as 0: the fit is singular (lme4's `isSingular`).
const SINGULAR: f64 = 1e-4;

/// Variance components.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Variances {
    /// Between the clusters (clients, or therapists if those are the only level).
    pub cluster: f64,
    /// Between the outer clusters (therapists).
    pub outer: Option<f64>,
    /// Within clusters.
    pub residual: f64,
}

/// The predicted random intercept of one cluster.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomIntercept {
    /// Empirical Bayes prediction.
    pub estimate: f64,
    /// Conditional standard deviation, given the fixed effects and variances.
    pub se: f64,
    /// Variance of the prediction over that of the intercepts: τ²/(τ² + σ²/n).
    pub reliability: f64,
    /// Rows of the cluster.
    pub rows: u32,
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
    /// The criterion with all random intercepts left out.
    pub criterion_without: f64,
    /// Whether a variance lies at its boundary 0. Satterthwaite df are unreliable there.
    pub singular: bool,
    /// Variance components.
    pub variances: Variances,
    names: Vec<String>,
    centre: Vec<f64>,
    beta: Vec<f64>,
    theta: Vec<f64>,
    curvature: Curvature,
    data: Rows,
}

/// What Satterthwaite's df are made of: the deviance around the optimum as a function of (θ, σ).
#[derive(Clone, Debug)]
pub(super) struct Curvature {
    pub(super) sigma2: f64,
    /// Inverse of half the Hessian of the deviance in (θ, σ): the covariance matrix of the variance parameters.
    pub(super) covariance: Option<Vec<f64>>,
    /// A⁻¹ at θ and at the steps of the differences around it: `[at, (parameter, step) …]`.
    pub(super) inverse: Vec<f64>,
    pub(super) inverse_gradient: Vec<Vec<f64>>,
}

/// Minimises the profiled deviance and packages the result.
pub(super) fn fit(rows: Rows, profile: &Profile, centre: Vec<f64>) -> Result<Fit> {
    let k = profile.parameters();
    let none = vec![0.0; k];
    let without = profile.at(&none).map_err(|column| dependent(&rows, column))?;
    let deviance = |theta: &[f64]| profile.at(theta).ok().map(|at| at.deviance);

    let mut best: Option<(Vec<f64>, f64)> = None;
    for start in [1.0, 0.3] {
        let found = optimise::minimise(&deviance, &vec![start; k]);
        best = lower(best, found);
    }
    // The boundary is searched on its own, so that a minimum there is met exactly.
    for fixed in 0..k {
        let on_edge = |free: &[f64]| {
            let mut theta = none.clone();
            (0..k).filter(|i| *i != fixed).zip(free).for_each(|(i, v)| theta[i] = *v);
            deviance(&theta)
        };
        let found = if k == 1 {
            Some((none.clone(), without.deviance))
        } else {
            optimise::minimise(&on_edge, &vec![0.5; k - 1]).map(|(free, value)| {
                let mut theta = none.clone();
                (0..k).filter(|i| *i != fixed).zip(&free).for_each(|(i, v)| theta[i] = *v);
                (theta, value)
            })
        };
        best = lower(best, found);
    }
    best = lower(best, Some((none, without.deviance)));
    let (theta, _) =
        best.ok_or(StatsError::NotConverged { what: "the mixed model", iterations: 200 })?;
    let at = profile.at(&theta).map_err(|column| dependent(&rows, column))?;
    package(rows, profile, centre, theta, &at, without.deviance)
}

/// The lower of two minima; a later one must be lower by more than rounding, or on the boundary at the same height.
fn lower(best: Option<(Vec<f64>, f64)>, found: Option<(Vec<f64>, f64)>) -> Option<(Vec<f64>, f64)> {
    match (best, found) {
        (None, found) => found,
        (best, None) => best,
        (Some(best), Some(found)) => {
            let rounding = 1e-12 * best.1.abs().max(1.0);
            let on_edge = |theta: &[f64]| theta.iter().filter(|t| **t <= 0.0).count();
            let same_but_simpler =
                found.1 <= best.1 + rounding && on_edge(&found.0) > on_edge(&best.0);
            Some(if found.1 < best.1 - rounding || same_but_simpler { found } else { best })
        }
    }
}

/// Which column failed, in words.
fn dependent(rows: &Rows, column: usize) -> StatsError {
    match column.checked_sub(1) {
        Some(k) if k < rows.columns.len() => {
            StatsError::Collinear { columns: vec![rows.columns[k].clone()] }
        }
        _ => StatsError::Saturated { what: "the model fits every row exactly".into() },
    }
}

fn package(
    rows: Rows,
    profile: &Profile,
    centre: Vec<f64>,
    theta: Vec<f64>,
    at: &At,
    criterion_without: f64,
) -> Result<Fit> {
    let sigma2 = at.rss / profile.residual_df();
    let curvature = curvature(profile, &theta, at, sigma2).ok_or(StatsError::NotConverged {
        what: "the curvature of the mixed model",
        iterations: 1,
    })?;
    let mut names = vec!["(intercept)".to_owned()];
    names.extend(rows.columns.iter().cloned());
    // Columns were centred: only the intercept has to be moved back.
    let mut beta = at.beta.clone();
    let p = beta.len();
    beta[0] += centre[p] - (1..p).map(|k| beta[k] * centre[k]).sum::<f64>();
    Ok(Fit {
        rows: rows.n,
        clusters: rows.sizes.len(),
        outer_clusters: if rows.nested { rows.outer.len() } else { 0 },
        criterion: at.deviance,
        criterion_without,
        singular: theta.iter().any(|t| *t < SINGULAR),
        variances: Variances {
            cluster: theta[0] * theta[0] * sigma2,
            outer: theta.get(1).map(|t| t * t * sigma2),
            residual: sigma2,
        },
        names,
        centre,
        beta,
        theta,
        curvature,
        data: rows,
    })
}

/// D(θ, σ) = log terms(θ) + df·log(2πσ²) + RSS(θ)/σ²: exact in σ, by differences in θ.
fn curvature(profile: &Profile, theta: &[f64], at: &At, sigma2: f64) -> Option<Curvature> {
    let (k, sigma) = (theta.len(), sigma2.sqrt());
    let terms = |t: &[f64]| profile.at(t).ok().map(|at| at.log_terms + at.rss / sigma2);
    let rss = |t: &[f64]| profile.at(t).ok().map(|at| at.rss);
    let (_, in_theta) = optimise::derivatives(&terms, theta)?;
    let (rss_gradient, _) = optimise::derivatives(&rss, theta)?;
    let size = k + 1;
    let mut hessian = vec![0.0; size * size];
    for i in 0..k {
        for j in 0..k {
            hessian[i * size + j] = in_theta[i * k + j];
        }
        let cross = -2.0 * rss_gradient[i] / (sigma2 * sigma);
        hessian[i * size + k] = cross;
        hessian[k * size + i] = cross;
    }
    let df = profile.residual_df();
    hessian[k * size + k] = -2.0 * df / sigma2 + 6.0 * at.rss / (sigma2 * sigma2);
    let covariance = twice_inverse(&hessian, size);

    let p = at.beta.len();
    let inverse = inverse_of(at, p);
    let mut inverse_gradient = Vec::with_capacity(k);
    for i in 0..k {
        let step = optimise::step_at(theta[i]);
        let mut gradient = vec![0.0; p * p];
        for (m, weight) in [(1.0, 0.75), (2.0, -0.15), (3.0, 1.0 / 60.0)] {
            for sign in [1.0, -1.0] {
                let mut there = theta.to_vec();
                there[i] += sign * m * step;
                let inverse = inverse_of(&profile.at(&there).ok()?, p);
                gradient.iter_mut().zip(&inverse).for_each(|(g, v)| *g += sign * weight * v / step);
            }
        }
        inverse_gradient.push(gradient);
    }
    Some(Curvature { sigma2, covariance, inverse, inverse_gradient })
}

fn inverse_of(at: &At, p: usize) -> Vec<f64> {
    let mut inverse = vec![0.0; p * p];
    let mut column = vec![0.0; p];
    for k in 0..p {
        column.fill(0.0);
        column[k] = 1.0;
        at.factor.solve(&mut column);
        for row in 0..p {
            inverse[row * p + k] = column[row];
        }
    }
    inverse
}

/// 2·H⁻¹, or `None` if H is not positive definite.
fn twice_inverse(hessian: &[f64], size: usize) -> Option<Vec<f64>> {
    let factor = crate::linalg::Cholesky::new(hessian, size, size, 1e-12).ok()?;
    let mut inverse = vec![0.0; size * size];
    let mut column = vec![0.0; size];
    for k in 0..size {
        column.fill(0.0);
        column[k] = 2.0;
        factor.solve(&mut column);
        for row in 0..size {
            inverse[row * size + k] = column[row];
        }
    }
    Some(inverse)
}

impl Fit {
    /// The coefficient of a column, or of `(intercept)`, with Satterthwaite df.
    ///
    /// # Errors
    /// [`StatsError::Refused`] if there is no such column.
    pub fn coefficient(&self, column: &str) -> Result<Coefficient> {
        self.contrast(&[(column, 1.0)])
    }

    /// A linear combination of coefficients, with Satterthwaite df.
    ///
    /// # Errors
    /// [`StatsError::Refused`] if there is no such column.
    ///
    /// # Source
    /// `[@satterthwaite1946]`, `[@kuznetsova2017]`. Checked against R `lmerTest::contest(m, L, joint = FALSE)`.
    pub fn contrast(&self, weights: &[(&str, f64)]) -> Result<Coefficient> {
        let p = self.beta.len();
        let mut l = vec![0.0; p];
        for (name, weight) in weights {
            let at = self.names.iter().position(|n| n == name);
            let at = at.ok_or_else(|| {
                StatsError::Refused(format!("the model has no column {name}").into())
            })?;
            l[at] += weight;
        }
        let estimate = l.iter().zip(&self.beta).map(|(l, b)| l * b).sum();
        // On the centred columns the intercept is that at the means.
        let intercept = l[0];
        for k in 1..p {
            l[k] -= intercept * self.centre[k];
        }
        Ok(satterthwaite(estimate, &l, &self.curvature))
    }

    /// The covariance of two coefficients.
    ///
    /// # Errors
    /// [`StatsError::Refused`] if there is no such column, or one is the intercept.
    pub fn covariance(&self, one: &str, other: &str) -> Result<f64> {
        let at = |name: &str| {
            let found = self.names.iter().skip(1).position(|n| n == name).map(|k| k + 1);
            found.ok_or_else(|| {
                StatsError::Refused(format!("the model has no column {name}").into())
            })
        };
        Ok(self.curvature.sigma2 * self.curvature.inverse[at(one)? * self.beta.len() + at(other)?])
    }

    /// Share of the variance that lies between the outermost clusters.
    #[must_use]
    pub fn icc(&self) -> f64 {
        let v = self.variances;
        let outermost = v.outer.unwrap_or(v.cluster);
        outermost / (v.cluster + v.outer.unwrap_or(0.0) + v.residual)
    }

    /// The (restricted) likelihood ratio against the model without random intercepts, and its p value for one variance: half
    /// chi-square(1), because the variance lies on its boundary under the null; 1 if the ratio is 0.
    ///
    /// # Source
    /// `[@self1987]`. Checked against R: `logLik` of `lmer` and `lm`.
    #[must_use]
    pub fn likelihood_ratio(&self) -> (f64, f64) {
        let ratio = (self.criterion_without - self.criterion).max(0.0);
        let p = if ratio < 1e-8 { 1.0 } else { 0.5 * chi_square::upper_tail(ratio, 1.0) };
        (ratio, p)
    }

    /// The predicted random intercepts of a model with one level of clusters, in the order of the rows.
    ///
    /// u_j = l/(1 + n_j·l)·Σ (y − x'β), se² = σ²·l/(1 + n_j·l), reliability τ²/(τ² + σ²/n_j).
    ///
    /// # Errors
    /// [`StatsError::Refused`] for a model with two levels.
    ///
    /// # Source
    /// `[@bates2015]`. Checked against R `lme4::ranef(m, condVar = TRUE)`.
    pub fn random_intercepts(&self) -> Result<Vec<RandomIntercept>> {
        if self.data.nested {
            return Err(StatsError::Refused(
                "predictions are given for models with one level of clusters".into(),
            ));
        }
        let q = self.data.width();
        let l = self.theta[0] * self.theta[0];
        // The sums are of centred rows, and the centred model's intercept is β0 + Σ β_k·mean_k − mean_y.
        let p = self.beta.len();
        let mut centred = self.beta.clone();
        centred[0] += (1..p).map(|k| self.beta[k] * self.centre[k]).sum::<f64>() - self.centre[p];
        let predict = |(sum, &rows): (&[f64], &u32)| {
            let n = f64::from(rows);
            let fitted: f64 = centred.iter().zip(sum).map(|(b, s)| b * s).sum();
            let weight = l / (1.0 + n * l);
            RandomIntercept {
                estimate: weight * (sum[q - 1] - fitted),
                se: (self.curvature.sigma2 * weight).sqrt(),
                reliability: n * l / (1.0 + n * l),
                rows,
            }
        };
        Ok(self.data.sums.chunks_exact(q).zip(&self.data.sizes).map(predict).collect())
    }
}
