//! Standard errors of a linear model that know that rows share clusters.

use std::ops::Range;

use super::ols::Ols;
use crate::distributions::student_t;
use crate::linalg::design::{
    Pass, SquareSums, each_product, gram, transposed_times, width, with_width,
};
use crate::linalg::eigen;
use crate::{Result, StatsError};

/// How the residuals of a cluster are adjusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Correction {
    /// Not at all.
    Cr0,
    /// CR0 times G/(G − 1).
    Cr1,
    /// CR0 times G(N − 1)/((G − 1)(N − p)).
    Cr1s,
    /// By (I − H_gg)^(−1/2): unbiased if the rows are in truth independent.
    Cr2,
}

/// A coefficient with its cluster-robust standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClusterRobust {
    /// The least-squares estimate.
    pub estimate: f64,
    /// Its cluster-robust standard error.
    pub se: f64,
    /// Bell–McCaffrey degrees of freedom under CR2, else G − 1.
    pub df: f64,
    /// estimate/se.
    pub t: f64,
    /// Two-sided.
    pub p: f64,
    /// 95 % interval.
    pub ci: [f64; 2],
}

/// What one cluster adds for one coefficient c: b = A X M c.
struct Part {
    /// X'b.
    t: Vec<f64>,
    /// b'b.
    square: f64,
}

impl Ols {
    /// Cluster-robust standard error of a coefficient.
    ///
    /// V = M·Σ X_g'A_g u_g u_g'A_g X_g·M, M = (X'X)⁻¹; under CR2 A_g = (I − X_g M X_g')^(−1/2), symmetric, pseudo-inverse; Bell–McCaffrey df
    /// (Σ P_gg)²/Σ P_gh² with P_gh = δ_gh b_g'b_g − (X_g'b_g)'M(X_h'b_h). A_g is never formed: it differs from the identity in p dimensions only.
    ///
    /// # Shape and units
    /// `clusters`: contiguous ranges that cover all rows.
    ///
    /// # Errors
    /// - [`StatsError::Refused`] if there is no such column.
    /// - [`StatsError::TooFew`] below two clusters.
    /// - [`StatsError::NoVariation`] if the standard error is 0.
    ///
    /// # Source
    /// `[@bell2002]`, `[@pustejovsky2018]`. Checked against R `clubSandwich::coef_test(m, vcovCR(m, cluster, "CR2"), test = "Satterthwaite")`:
    /// `golden/stats/linear.R`.
    pub fn cluster_robust(
        &self,
        column: &str,
        clusters: &[Range<usize>],
        correction: Correction,
    ) -> Result<ClusterRobust> {
        let weights = self.weights(&[(column, 1.0)])?;
        self.robust(&weights, clusters, correction)
    }

    /// Cluster-robust standard error of a weighted sum of coefficients, given by the names of its columns.
    ///
    /// # Errors
    /// As [`Ols::cluster_robust`].
    ///
    /// # Source
    /// `[@pustejovsky2018]`. Checked against R `clubSandwich::linear_contrast`: `golden/stats/surface.R`.
    pub fn cluster_robust_contrast(
        &self,
        contrast: &[(&str, f64)],
        clusters: &[Range<usize>],
        correction: Correction,
    ) -> Result<ClusterRobust> {
        self.robust(&self.weights(contrast)?, clusters, correction)
    }

    fn robust(
        &self,
        weights: &[f64],
        clusters: &[Range<usize>],
        correction: Correction,
    ) -> Result<ClusterRobust> {
        if clusters.len() < 2 {
            return Err(StatsError::TooFew { unit: "clusters", needed: 2, found: clusters.len() });
        }
        let p = self.beta.len();
        let mut working = self.working(weights);
        // Relative to the largest, so that the squares of squares below are of a size that numbers have.
        let largest = working.iter().fold(0.0_f64, |l, w| l.max(w.abs()));
        for w in &mut working {
            *w /= largest;
        }
        let m_c = times(&self.inverse, &working, p);
        let estimate = dot(weights, &self.beta);
        let (mut variance, mut parts) = (0.0, Vec::with_capacity(clusters.len()));
        let mut b: Vec<f64> = Vec::new();
        let adjuster = (correction == Correction::Cr2).then(|| Adjuster::new(&self.inverse, p));
        for rows in clusters {
            let x = &self.design[rows.start * p..rows.end * p];
            let adjust = adjuster.as_ref().map_or_else(|| vec![0.0; p * p], |a| a.of(x));
            // b = A X M c = X M c + X K X' X M c, K the p × p matrix of the adjustment.
            b.clear();
            b.resize(rows.len(), 0.0);
            each_product(x, &m_c, &mut b, |b, product| *b = product);
            let inner = transposed_times(x, &b, p);
            let moved = times(&adjust, &inner, p);
            each_product(x, &moved, &mut b, |b, product| *b += product);
            let residuals = &self.residuals[rows.clone()];
            variance += dot(&b, residuals).powi(2);
            parts.push(Part { t: transposed_times(x, &b, p), square: dot(&b, &b) });
        }
        let (g, n) = (clusters.len() as f64, self.residuals.len() as f64);
        let factor = match correction {
            Correction::Cr0 | Correction::Cr2 => 1.0,
            Correction::Cr1 => g / (g - 1.0),
            Correction::Cr1s => g * (n - 1.0) / ((g - 1.0) * (n - p as f64)),
        };
        let se = (factor * variance).sqrt() * largest * self.unit;
        if se.is_nan() || se <= 1e-14 * estimate.abs().max(f64::MIN_POSITIVE) {
            return Err(StatsError::NoVariation { what: "the residuals".into() });
        }
        let df = if correction == Correction::Cr2 { self.bell_mccaffrey(&parts) } else { g - 1.0 };
        let (t, half) = (estimate / se, student_t::critical(0.95, df) * se);
        Ok(ClusterRobust {
            estimate,
            se,
            df,
            t,
            p: student_t::two_sided(t, df),
            ci: [estimate - half, estimate + half],
        })
    }

    fn bell_mccaffrey(&self, parts: &[Part]) -> f64 {
        let p = self.beta.len();
        let mut total = vec![0.0; p * p];
        let (mut trace, mut squares) = (0.0, 0.0);
        for part in parts {
            let h = dot(&part.t, &times(&self.inverse, &part.t, p));
            trace += part.square - h;
            squares += (part.square - h).powi(2) - h * h;
            for i in 0..p {
                for j in 0..p {
                    total[i * p + j] += part.t[i] * part.t[j];
                }
            }
        }
        // Σ_gh (t_g'M t_h)² = tr((M T)²), T = Σ t t'.
        let mt = matrix_times(&self.inverse, &total, p);
        let cross: f64 = (0..p)
            .flat_map(|i| (0..p).map(move |j| (i, j)))
            .map(|(i, j)| mt[i * p + j] * mt[j * p + i])
            .sum();
        trace * trace / (squares + cross)
    }
}

/// What adjusts the residuals of a cluster under CR2.
struct Adjuster<'a> {
    /// M.
    inverse: &'a [f64],
    /// R with M = R R, R symmetric.
    root: Vec<f64>,
    p: usize,
}

/// Below this bound of the eigenvalues of M·X_g'X_g the binomial series of the adjustment is summed: at most 28 terms, nine where it is
/// 0.02, and no eigenvalue is needed. In a study of twenty therapists nearly every cluster lies below it.
const SERIES: f64 = 0.25;

/// w(λ) = Σ cₖ·λᵏ, c₀ = 1/2, cₖ = cₖ₋₁·(2k + 1)/(2k + 2): K = Σ cₖ·M(G M)ᵏ. No eigenvalue of G M is above `bound`, which says when to end.
struct Series<'a> {
    /// M.
    inverse: &'a [f64],
    /// G M.
    step: &'a [f64],
    bound: f64,
}

impl Pass for Series<'_> {
    type Given = Vec<f64>;

    fn over<const P: usize>(self, any: usize) -> Vec<f64> {
        let p = width::<P>(any);
        let mut rooms = [(); 3].map(|()| SquareSums::new(p * p));
        let [power, next, sum] = rooms.each_mut().map(|room| room.of(p * p));
        power.copy_from_slice(self.inverse);
        sum.iter_mut().zip(self.inverse).for_each(|(sum, m)| *sum = 0.5 * m);
        let (mut c, mut left, mut k) = (0.5, self.bound, 1.0);
        while left > 1e-17 {
            for i in 0..p {
                for j in 0..p {
                    let mut product = 0.0;
                    for e in 0..p {
                        product += power[i * p + e] * self.step[e * p + j];
                    }
                    next[i * p + j] = product;
                }
            }
            power.copy_from_slice(next);
            c *= (2.0 * k + 1.0) / (2.0 * k + 2.0);
            sum.iter_mut().zip(&*power).for_each(|(sum, power)| *sum += c * power);
            (left, k) = (left * self.bound, k + 1.0);
        }
        sum.to_vec()
    }
}

impl<'a> Adjuster<'a> {
    fn new(inverse: &'a [f64], p: usize) -> Self {
        let (values, vectors) = eigen(inverse, p);
        let of = |i: usize, j: usize| -> f64 {
            let term =
                |e: usize| values[e].max(0.0).sqrt() * vectors[i * p + e] * vectors[j * p + e];
            (0..p).map(term).sum()
        };
        Self { inverse, root: (0..p * p).map(|k| of(k / p, k % p)).collect(), p }
    }

    /// K with A_g = I + X_g K X_g', of a function of H = X_g M X_g': w(λ) = ((1 − λ)^(−1/2) − 1)/λ, K = R·w(R X_g'X_g R)·R.
    fn of(&self, x: &[f64]) -> Vec<f64> {
        let p = self.p;
        let gram = gram(x, p);
        let (step, bound) = self.step(&gram);
        if bound < SERIES {
            with_width(p, Series { inverse: self.inverse, step: &step, bound })
        } else {
            self.by_eigenvalues(&gram)
        }
    }

    /// G M, and a bound of its eigenvalues: √tr((G M)²).
    fn step(&self, gram: &[f64]) -> (Vec<f64>, f64) {
        let p = self.p;
        let step = matrix_times(gram, self.inverse, p);
        let squares: f64 = (0..p * p).map(|k| step[k] * step[k % p * p + k / p]).sum();
        (step, squares.max(0.0).sqrt())
    }

    fn by_eigenvalues(&self, gram: &[f64]) -> Vec<f64> {
        let p = self.p;
        let inner = matrix_times(&self.root, &matrix_times(gram, &self.root, p), p);
        let (lambda, q) = eigen(&inner, p);
        // Where the cluster alone determines a coefficient, λ = 1: the pseudo-inverse has 0 there.
        let weight = |l: f64| {
            if l < 1e-9 {
                0.5
            } else if l > 1.0 - 1e-9 {
                -1.0 / l
            } else {
                ((1.0 - l).sqrt().recip() - 1.0) / l
            }
        };
        let rq = matrix_times(&self.root, &q, p);
        let of = |i: usize, j: usize| -> f64 {
            (0..p).map(|e| weight(lambda[e]) * rq[i * p + e] * rq[j * p + e]).sum()
        };
        (0..p * p).map(|k| of(k / p, k % p)).collect()
    }
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A·v.
fn times(a: &[f64], v: &[f64], p: usize) -> Vec<f64> {
    a.chunks_exact(p).map(|row| dot(row, v)).collect()
}

/// A·B of p × p matrices.
fn matrix_times(a: &[f64], b: &[f64], p: usize) -> Vec<f64> {
    (0..p * p).map(|k| (0..p).map(|e| a[k / p * p + e] * b[e * p + k % p]).sum()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear::ols;

    #[test]
    fn clusters_of_one_row_are_hc2() {
        // With one row per cluster A is 1/√(1 − h): HC2, which for a mean is the classical standard error.
        let y = [1.0, 4.0, 2.0, 8.0, 5.0, 7.0];
        let clusters: Vec<_> = (0..6).map(|i| i..i + 1).collect();
        let fit = ols(&[], &y).unwrap();
        let robust = fit.cluster_robust("(intercept)", &clusters, Correction::Cr2).unwrap();
        assert!((robust.se - fit.se[0]).abs() < 1e-12);
        assert!((robust.df - 5.0).abs() < 1e-9);
    }

    #[test]
    fn the_series_is_what_the_eigenvalues_give() {
        let x: Vec<f64> = (0..1200).map(|k| f64::from(k * k % 17)).collect();
        let z: Vec<f64> = (0..1200).map(|k| 100.0 + f64::from(k * 7 % 23)).collect();
        let y: Vec<f64> = (0..1200).map(|k| f64::from(k * k % 13)).collect();
        let fit = ols(&[("x", &x), ("z", &z)], &y).unwrap();
        let adjuster = Adjuster::new(&fit.inverse, 3);
        let (mut summed, mut largest) = (0, 0.0_f64);
        // 300, 60 and 15 clusters: from few terms of the series to nearly all.
        for size in [4, 20, 80] {
            for rows in fit.design.chunks_exact(3 * size) {
                let gram = gram(rows, 3);
                let (step, bound) = adjuster.step(&gram);
                if bound >= SERIES {
                    continue;
                }
                let series = Series { inverse: &fit.inverse, step: &step, bound };
                let (a, b) = (with_width(3, series), adjuster.by_eigenvalues(&gram));
                let scale = b.iter().fold(0.0_f64, |most, b| most.max(b.abs()));
                for (a, b) in a.iter().zip(&b) {
                    largest = largest.max((a - b).abs() / scale);
                }
                summed += 1;
            }
        }
        // The roots of the eigenvalues of M lose digits that the series keeps.
        assert!(summed > 370 && largest < 1e-10, "{summed} {largest}");
    }

    #[test]
    fn refusals() {
        let y = [1.0, 4.0, 2.0, 8.0];
        let fit = ols(&[], &y).unwrap();
        assert!(fit.cluster_robust("x", &[0..2, 2..4], Correction::Cr2).is_err());
        assert!(
            fit.cluster_robust("(intercept)", std::slice::from_ref(&(0..4)), Correction::Cr2)
                .is_err()
        );
        let twice = [1.0, 2.0, 3.0, 4.0];
        assert!(matches!(
            ols(&[("a", &twice), ("b", &twice)], &y),
            Err(StatsError::Collinear { .. })
        ));
        assert!(ols(&[("a", &twice[..3])], &y).is_err());
    }
}
