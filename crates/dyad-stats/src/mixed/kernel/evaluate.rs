//! The deviance, σ profiled out, with its exact gradient in the relative covariances of the random effects.

use super::groups::{self, Outer, Part, Pattern};
use super::intercepts;
use super::pair::{Absorbed, Symmetric, inner, sandwich};
use super::rows::{Criterion, Level, Rows};
use super::slopes;
use crate::linalg::Cholesky;

/// Relative size below which a pivot counts as zero: a column that depends on those before it.
const COLLINEAR: f64 = 1e-10;

/// The three elements of a symmetric 2×2 matrix, as the matrices that stand before them.
const BASIS: [Symmetric; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

/// Which random effects there are, and how θ describes them.
///
/// Per level Σ = ΛΛ' with Λ lower triangular: (θ₁) for an intercept, (θ₁, θ₂, θ₃) = (Λ₁₁, Λ₂₁, Λ₂₂) with a slope.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) nested: bool,
    slope_at_cluster: bool,
    slope_at_outer: bool,
}

impl Shape {
    pub(crate) fn of(rows: &Rows) -> Self {
        let slope = |level| rows.slope.as_ref().is_some_and(|s| s.levels.contains(&level));
        Self {
            nested: rows.nested,
            slope_at_cluster: slope(Level::Cluster),
            slope_at_outer: rows.nested && slope(Level::Outer),
        }
    }

    /// Parameters of a level: 0, 1 or 3.
    pub(crate) fn parameters_of(self, level: Level) -> usize {
        match level {
            Level::Cluster if self.slope_at_cluster => 3,
            Level::Outer if !self.nested => 0,
            Level::Outer if self.slope_at_outer => 3,
            _ => 1,
        }
    }

    pub(crate) fn parameters(self) -> usize {
        self.parameters_of(Level::Cluster) + self.parameters_of(Level::Outer)
    }

    /// Positions in θ that are relative standard deviations, and so have a boundary at 0.
    pub(crate) fn diagonal(self) -> Vec<usize> {
        let mut at = vec![0];
        let first = self.parameters_of(Level::Cluster);
        if first == 3 {
            at.push(2);
        }
        match self.parameters_of(Level::Outer) {
            1 => at.push(first),
            3 => at.extend([first, first + 2]),
            _ => {}
        }
        at
    }

    /// Σ of a level.
    pub(crate) fn sigma(self, theta: &[f64], level: Level) -> Symmetric {
        let first = if level == Level::Outer { self.parameters_of(Level::Cluster) } else { 0 };
        match (self.parameters_of(level), &theta[first..]) {
            (3, [x, y, z, ..]) => [x * x, x * y, y * y + z * z],
            (1, [x, ..]) => [x * x, 0.0, 0.0],
            _ => [0.0; 3],
        }
    }

    /// From derivatives in the elements of Σ to derivatives in θ.
    pub(crate) fn chain<T>(
        self,
        theta: &[f64],
        elements: &[T],
        add: impl Fn(&[(f64, &T)]) -> T,
    ) -> Vec<T> {
        let mut out = Vec::with_capacity(theta.len());
        let mut at = 0;
        for level in [Level::Cluster, Level::Outer] {
            match self.parameters_of(level) {
                1 => out.push(add(&[(2.0 * theta[at], &elements[at])])),
                3 => {
                    let (x, y, z) = (theta[at], theta[at + 1], theta[at + 2]);
                    let [aa, ab, bb] = [&elements[at], &elements[at + 1], &elements[at + 2]];
                    out.push(add(&[(2.0 * x, aa), (y, ab)]));
                    out.push(add(&[(x, ab), (2.0 * y, bb)]));
                    out.push(add(&[(2.0 * z, bb)]));
                }
                _ => {}
            }
            at += self.parameters_of(level);
        }
        out
    }
}

/// Everything an evaluation needs.
pub(crate) struct Deviance {
    pub(crate) shape: Shape,
    pub(crate) criterion: Criterion,
    total: Vec<f64>,
    patterns: Vec<Pattern>,
    outer: Outer,
    /// 1 + columns + response, and random effects per cluster.
    q: usize,
    r: usize,
    n: f64,
}

/// The deviance and what it was made of, at one Σ.
pub(crate) struct At {
    /// The deviance, σ profiled out.
    pub(crate) deviance: f64,
    /// The part of it that depends on neither σ nor the residuals.
    pub(crate) log_terms: f64,
    pub(crate) rss: f64,
    pub(crate) beta: Vec<f64>,
    pub(crate) factor: Cholesky,
    /// In the elements of Σ, level after level; empty if not asked for.
    pub(crate) gradient: Vec<Slope>,
}

/// The derivative in one element of Σ.
#[derive(Clone, Debug)]
pub(crate) struct Slope {
    pub(crate) log_terms: f64,
    pub(crate) rss: f64,
    /// Of A, the cross-products of the columns; both triangles.
    pub(crate) cross: Vec<f64>,
}

/// Room for one outer cluster's matrices, used again for the next.
struct Room {
    a: Vec<f64>,
    da: Vec<f64>,
    kept: Vec<f64>,
    u: Vec<f64>,
    other: Vec<f64>,
}

/// The running sums of an evaluation and its gradient.
struct Sums {
    g: Vec<f64>,
    log_terms: f64,
    slopes: Vec<(f64, Vec<f64>)>,
}

impl Deviance {
    pub(crate) fn new(rows: &Rows, criterion: Criterion) -> Self {
        let (patterns, outer) = groups::group(rows);
        Self {
            shape: Shape::of(rows),
            criterion,
            total: rows.total.clone(),
            patterns,
            outer,
            q: rows.width(),
            r: rows.effects(),
            n: rows.n as f64,
        }
    }

    /// Clusters of the inner level.
    pub(crate) fn clusters(&self) -> f64 {
        self.patterns.iter().map(|pattern| pattern.clusters).sum()
    }

    /// N − p under REML, N under ML.
    pub(crate) fn residual_df(&self) -> f64 {
        match self.criterion {
            Criterion::Reml => self.n - (self.q - 1) as f64,
            Criterion::Ml => self.n,
        }
    }

    /// Evaluates at relative covariances of clusters and outer clusters.
    ///
    /// # Errors
    /// The position of a dependent column; the response's own position if nothing is left of it.
    pub(crate) fn at(&self, theta: &[f64], with_gradient: bool) -> Result<At, usize> {
        let cluster = self.shape.sigma(theta, Level::Cluster);
        let outer = self.shape.sigma(theta, Level::Outer);
        self.at_sigma(cluster, outer, with_gradient)
    }

    /// As [`Self::at`], from Σ itself.
    pub(crate) fn at_sigma(
        &self,
        cluster: Symmetric,
        outer: Symmetric,
        with_gradient: bool,
    ) -> Result<At, usize> {
        let elements = if with_gradient { self.shape.parameters() } else { 0 };
        let mut sums = Sums {
            g: self.total.clone(),
            log_terms: 0.0,
            slopes: vec![(0.0, vec![0.0; self.q * self.q]); elements],
        };
        let of_cluster = if with_gradient { self.shape.parameters_of(Level::Cluster) } else { 0 };
        let absorbed: Vec<Absorbed> =
            self.patterns.iter().map(|pattern| Absorbed::new(cluster, pattern.cross)).collect();
        for (pattern, a) in self.patterns.iter().zip(&absorbed) {
            sums.log_terms += pattern.clusters * a.log_determinant;
            self.subtract_squares(&mut sums.g, pattern, a.taken);
            for (slope, basis) in sums.slopes[..of_cluster].iter_mut().zip(BASIS) {
                slope.0 += pattern.clusters * inner(basis, a.cross);
                // d(M'KM) = M'T'·dΣ·TM.
                self.subtract_squares(&mut slope.1, pattern, sandwich(a.kept, basis));
            }
        }
        if self.shape.nested && !self.outer_intercepts(outer[0], &absorbed, &mut sums) {
            let empty = || vec![0.0; self.r * self.q];
            let da = vec![0.0; of_cluster * self.r * self.q];
            let mut room = Room { a: empty(), da, kept: empty(), u: empty(), other: empty() };
            let width = self.r * self.q;
            let mut from = 0;
            for &end in &self.outer.ends {
                let parts =
                    (&self.outer.parts[from..end], &self.outer.sums[from * width..end * width]);
                self.absorb_outer(parts, outer, &absorbed, &mut sums, &mut room);
                from = end;
            }
        }
        self.solve(sums)
    }

    /// Absorbs the outer clusters of a model with random intercepts only; `false` if it is another.
    fn outer_intercepts(&self, sigma: f64, absorbed: &[Absorbed], sums: &mut Sums) -> bool {
        let taken = (self.r == 1).then(|| intercepts::absorb(&self.outer, sigma, absorbed, self.q));
        let Some(taken) = taken.flatten() else { return false };
        sums.log_terms += taken.log_terms;
        sums.g.iter_mut().zip(&taken.g).for_each(|(g, t)| *g -= t);
        for (slope, added) in sums.slopes.iter_mut().zip([taken.by_cluster, taken.by_outer]) {
            slope.0 += added.0;
            slope.1.iter_mut().zip(&added.1).for_each(|(s, t)| *s += t);
        }
        true
    }

    fn subtract_squares(&self, into: &mut [f64], pattern: &Pattern, k: Symmetric) {
        // The upper triangles hold nothing that is read: a loop without an inner end is the faster one.
        let size = self.q * self.q;
        match pattern.squares.split_at(size) {
            (first, []) => into.iter_mut().zip(first).for_each(|(to, s)| *to -= k[0] * s),
            (first, others) => {
                let (second, third) = others.split_at(size);
                for (to, ((a, b), c)) in into.iter_mut().zip(first.iter().zip(second).zip(third)) {
                    *to -= k[0] * a + k[1] * b + k[2] * c;
                }
            }
        }
    }

    /// What an outer cluster takes away, once its clusters are absorbed.
    fn absorb_outer(
        &self,
        (parts, of_parts): (&[Part], &[f64]),
        sigma: Symmetric,
        absorbed: &[Absorbed],
        sums: &mut Sums,
        room: &mut Room,
    ) {
        let (q, r) = (self.q, self.r);
        let Room { a, da, kept, u, other } = room;
        let of_cluster = da.len() / (r * q);
        a.fill(0.0);
        da.fill(0.0);
        let mut cross = [0.0; 3];
        let mut dcross = [[0.0; 3]; 3];
        let walked = r == 2 && slopes::walk((parts, of_parts), absorbed, q, a, da);
        for (part, sum) in parts.iter().zip(of_parts.chunks_exact(r * q)) {
            let own = &absorbed[part.pattern as usize];
            if !walked {
                left_multiply(own.kept, sum, q, kept);
                a.iter_mut().zip(&*kept).for_each(|(a, k)| *a += k);
            }
            cross.iter_mut().zip(own.cross).for_each(|(c, p)| *c += part.clusters * p);
            for (element, basis) in BASIS.iter().enumerate().take(of_cluster) {
                // dA = −P·dΣ·TM, dQ = −P·dΣ·P.
                let p = own.cross;
                if !walked {
                    let into = &mut da[element * r * q..(element + 1) * r * q];
                    add_left(times(p, *basis), kept, q, -1.0, into);
                }
                let pep = sandwich([p[0], p[1], p[1], p[2]], *basis);
                dcross[element].iter_mut().zip(pep).for_each(|(d, v)| *d -= part.clusters * v);
            }
        }
        let own = Absorbed::new(sigma, cross);
        sums.log_terms += own.log_determinant;
        let l = own.taken;
        left_multiply([l[0], l[1], l[1], l[2]], a, q, u);
        add_products(&mut sums.g, a, u, q, -1.0);
        for element in 0..of_cluster {
            let slope = &mut sums.slopes[element];
            slope.0 += inner(l, dcross[element]);
            let da = &da[element * r * q..(element + 1) * r * q];
            add_products(&mut slope.1, da, u, q, -1.0);
            add_products(&mut slope.1, u, da, q, -1.0);
            let d = dcross[element];
            left_multiply([d[0], d[1], d[1], d[2]], u, q, other);
            add_products(&mut slope.1, u, other, q, 1.0);
        }
        if sums.slopes.len() > of_cluster {
            left_multiply(own.kept, a, q, kept);
            for (slope, basis) in sums.slopes[of_cluster..].iter_mut().zip(BASIS) {
                slope.0 += inner(basis, own.cross);
                left_multiply([basis[0], basis[1], basis[1], basis[2]], kept, q, other);
                add_products(&mut slope.1, kept, other, q, -1.0);
            }
        }
    }

    fn solve(&self, sums: Sums) -> Result<At, usize> {
        let Sums { g, mut log_terms, slopes } = sums;
        let (q, p) = (self.q, self.q - 1);
        let factor = Cholesky::new(&g, q, p, COLLINEAR)?;
        let mut beta: Vec<f64> = g[p * q..p * q + p].to_vec();
        let rss = g[p * q + p] - factor.quadratic_form(&beta);
        factor.solve(&mut beta);
        if rss.is_nan() || rss <= 1e-14 * self.total[p * q + p] {
            return Err(p);
        }
        let reml = self.criterion == Criterion::Reml;
        let inverse = if slopes.is_empty() { Vec::new() } else { factor.inverse() };
        let mut gradient = Vec::with_capacity(slopes.len());
        for (mut log_slope, lower) in slopes {
            let full = |i: usize, j: usize| lower[i.max(j) * q + i.min(j)];
            let cross: Vec<f64> = (0..p * p).map(|at| full(at / p, at % p)).collect();
            if reml {
                log_slope += cross.iter().zip(&inverse).map(|(d, a)| d * a).sum::<f64>();
            }
            let mut rss_slope = full(p, p);
            for i in 0..p {
                let row: f64 = (0..p).map(|j| cross[i * p + j] * beta[j]).sum();
                rss_slope += beta[i] * (row - 2.0 * full(p, i));
            }
            gradient.push(Slope { log_terms: log_slope, rss: rss_slope, cross });
        }
        if reml {
            log_terms += factor.log_determinant();
        }
        let df = self.residual_df();
        let deviance = log_terms + df * (1.0 + (2.0 * std::f64::consts::PI * rss / df).ln());
        Ok(At { deviance, log_terms, rss, beta, factor, gradient })
    }

    /// Where to search again if a standard deviation is 0 although its variance would lower the deviance; `None` if none is.
    pub(crate) fn off_the_ridge(&self, theta: &[f64]) -> Option<Vec<f64>> {
        let at = self.at(theta, true).ok()?;
        let per_rss = self.residual_df() / at.rss;
        let mut from = theta.to_vec();
        let mut first = 0;
        for level in [Level::Cluster, Level::Outer] {
            let parameters = self.shape.parameters_of(level);
            if parameters > 0 && theta[first].abs() < 1e-3 {
                let slope = &at.gradient[first];
                if slope.log_terms + per_rss * slope.rss < 0.0 {
                    from[first] = 0.1;
                }
            }
            first += parameters;
        }
        from.iter().zip(theta).any(|(a, b)| (a - b).abs() > 0.0).then_some(from)
    }

    /// The gradient of the deviance in θ.
    pub(crate) fn gradient(&self, theta: &[f64], at: &At) -> Vec<f64> {
        let per_rss = self.residual_df() / at.rss;
        let elements: Vec<f64> =
            at.gradient.iter().map(|s| s.log_terms + per_rss * s.rss).collect();
        self.shape.chain(theta, &elements, |terms| terms.iter().map(|(w, v)| w * *v).sum())
    }
}

/// The product of two symmetric matrices.
fn times(a: Symmetric, b: Symmetric) -> [f64; 4] {
    [
        a[0] * b[0] + a[1] * b[1],
        a[0] * b[1] + a[1] * b[2],
        a[1] * b[0] + a[2] * b[1],
        a[1] * b[1] + a[2] * b[2],
    ]
}

/// into = A·M, where M has one or two rows of q.
fn left_multiply(a: [f64; 4], m: &[f64], q: usize, into: &mut [f64]) {
    into.fill(0.0);
    add_left(a, m, q, 1.0, into);
}

fn add_left(a: [f64; 4], m: &[f64], q: usize, factor: f64, into: &mut [f64]) {
    let (first, second) = m.split_at(q);
    let (top, bottom) = into.split_at_mut(q);
    for (to, x) in top.iter_mut().zip(first) {
        *to += factor * a[0] * x;
    }
    for (k, x) in second.iter().enumerate() {
        top[k] += factor * a[1] * x;
        bottom[k] += factor * (a[2] * first[k] + a[3] * x);
    }
}

/// Lower triangle of into += factor · A'B.
fn add_products(into: &mut [f64], a: &[f64], b: &[f64], q: usize, factor: f64) {
    for (a, b) in a.chunks_exact(q).zip(b.chunks_exact(q)) {
        for row in 0..q {
            let left = factor * a[row];
            for (to, right) in into[row * q..=row * q + row].iter_mut().zip(b) {
                *to += left * right;
            }
        }
    }
}
