//! The profiled deviance as a function of the relative standard deviations θ = (√l_c, √l_t).

use super::rows::{Criterion, Rows};
use crate::linalg::Cholesky;

/// Relative size below which a pivot counts as zero: a column that depends on those before it.
const COLLINEAR: f64 = 1e-10;

/// Clusters of one size: w depends on the size alone, so they enter as sums.
struct SizeClass {
    size: f64,
    clusters: f64,
    /// Σ s s' over them, lower triangle.
    squares: Vec<f64>,
}

/// Clusters of one size within one outer cluster.
struct Part {
    class: usize,
    clusters: f64,
    /// Σ s over them.
    sum: Vec<f64>,
}

/// Everything an evaluation needs.
pub(super) struct Profile {
    nested: bool,
    total: Vec<f64>,
    classes: Vec<SizeClass>,
    outer: Vec<Vec<Part>>,
    q: usize,
    n: f64,
    criterion: Criterion,
}

/// The deviance and what it was made of, at one θ.
pub(super) struct At {
    /// The deviance, σ profiled out.
    pub(super) deviance: f64,
    /// The part of it that depends on neither σ nor the residuals.
    pub(super) log_terms: f64,
    pub(super) rss: f64,
    pub(super) beta: Vec<f64>,
    pub(super) factor: Cholesky,
}

impl Profile {
    pub(super) fn new(rows: &Rows, criterion: Criterion) -> Self {
        let q = rows.width();
        let mut sizes: Vec<u32> = rows.sizes.clone();
        sizes.sort_unstable();
        sizes.dedup();
        let mut classes: Vec<SizeClass> = sizes
            .iter()
            .map(|&s| SizeClass { size: f64::from(s), clusters: 0.0, squares: vec![0.0; q * q] })
            .collect();
        let class_of = |size: u32| sizes.partition_point(|&s| s < size);
        for (sum, &size) in rows.sums.chunks_exact(q).zip(&rows.sizes) {
            let class = &mut classes[class_of(size)];
            class.clusters += 1.0;
            for row in 0..q {
                for column in 0..=row {
                    class.squares[row * q + column] += sum[row] * sum[column];
                }
            }
        }
        let outer = if rows.nested { parts(rows, q, class_of) } else { Vec::new() };
        Self {
            nested: rows.nested,
            total: rows.total.clone(),
            classes,
            outer,
            q,
            n: rows.n as f64,
            criterion,
        }
    }

    /// Variance parameters: 1 or 2.
    pub(super) fn parameters(&self) -> usize {
        if self.nested { 2 } else { 1 }
    }

    /// N − p under REML, N under ML.
    pub(super) fn residual_df(&self) -> f64 {
        match self.criterion {
            Criterion::Reml => self.n - (self.q - 1) as f64,
            Criterion::Ml => self.n,
        }
    }

    /// Evaluates at θ. The deviance is even in each θ, so that it is smooth at the boundary 0.
    ///
    /// # Errors
    /// The position of a dependent column; the response's own position if nothing is left of it.
    pub(super) fn at(&self, theta: &[f64]) -> Result<At, usize> {
        let (q, p) = (self.q, self.q - 1);
        let l_c = theta[0] * theta[0];
        let mut g = self.total.clone();
        let mut log_terms = 0.0;
        let mut weights = Vec::with_capacity(self.classes.len());
        for class in &self.classes {
            let spread = class.size * l_c;
            let w = 1.0 / (1.0 + spread);
            weights.push(w);
            log_terms += class.clusters * spread.ln_1p();
            add_lower(&mut g, &class.squares, -l_c * w, q);
        }
        if let Some(theta_t) = theta.get(1) {
            let l_t = theta_t * theta_t;
            let mut a = vec![0.0; q];
            for parts in &self.outer {
                a.fill(0.0);
                let mut size = 0.0;
                for part in parts {
                    let w = weights[part.class];
                    size += part.clusters * self.classes[part.class].size * w;
                    a.iter_mut().zip(&part.sum).for_each(|(a, s)| *a += w * s);
                }
                let d = l_t / (1.0 + l_t * size);
                log_terms += (l_t * size).ln_1p();
                for row in 0..q {
                    for column in 0..=row {
                        g[row * q + column] -= d * a[row] * a[column];
                    }
                }
            }
        }
        let factor = Cholesky::new(&g, q, p, COLLINEAR)?;
        let b: Vec<f64> = (0..p).map(|k| g[p * q + k]).collect();
        let rss = g[p * q + p] - factor.quadratic_form(&b);
        let mut beta = b;
        factor.solve(&mut beta);
        if self.criterion == Criterion::Reml {
            log_terms += factor.log_determinant();
        }
        if rss.is_nan() || rss <= 1e-14 * self.total[p * q + p] {
            return Err(p);
        }
        let df = self.residual_df();
        let deviance = log_terms + df * (1.0 + (2.0 * std::f64::consts::PI * rss / df).ln());
        Ok(At { deviance, log_terms, rss, beta, factor })
    }
}

fn parts(rows: &Rows, q: usize, class_of: impl Fn(u32) -> usize) -> Vec<Vec<Part>> {
    let ends = rows.outer.iter().skip(1).copied().chain([rows.sizes.len()]);
    let ranges = rows.outer.iter().copied().zip(ends);
    ranges
        .map(|(first, end)| {
            let mut parts: Vec<Part> = Vec::new();
            for cluster in first..end {
                let class = class_of(rows.sizes[cluster]);
                let known = parts.iter().position(|p| p.class == class);
                let at = known.unwrap_or_else(|| {
                    parts.push(Part { class, clusters: 0.0, sum: vec![0.0; q] });
                    parts.len() - 1
                });
                let part = &mut parts[at];
                part.clusters += 1.0;
                let sum = &rows.sums[cluster * q..(cluster + 1) * q];
                part.sum.iter_mut().zip(sum).for_each(|(a, s)| *a += s);
            }
            parts
        })
        .collect()
}

fn add_lower(into: &mut [f64], matrix: &[f64], factor: f64, q: usize) {
    for row in 0..q {
        for column in 0..=row {
            into[row * q + column] += factor * matrix[row * q + column];
        }
    }
}
