//! Two correlations that share a variable, from the same clients.

use super::fisher_z;
use super::pearson::{check_pairs, coefficient};
use crate::distributions::{normal, student_t};
use crate::moments::Cross;
use crate::{Result, StatsError};

/// The comparison of two dependent correlations.
#[derive(Clone, Debug, PartialEq)]
pub struct DependentCorrelations {
    /// Correlation of the first variable with the shared one.
    pub r1: f64,
    /// Correlation of the second variable with the shared one.
    pub r2: f64,
    /// Correlation of the first with the second.
    pub r12: f64,
    /// r1 − r2.
    pub difference: f64,
    /// Zou's 95 % interval of the difference.
    pub ci: [f64; 2],
    /// Williams' t.
    pub t: f64,
    /// n − 3.
    pub df: f64,
    /// Two-sided.
    pub p: f64,
}

/// Returns Williams' test of two correlations that share a variable, with Zou's interval of their difference.
///
/// t = (r1 − r2)·√((n−1)(1+r12)/(2·((n−1)/(n−3))·|R| + r̄²(1−r12)³)), |R| = 1 − r1² − r2² − r12² + 2·r1·r2·r12, r̄ = (r1+r2)/2. Zou: limits from
/// the Fisher intervals (l, u) of r1 and r2 and their correlation c.
///
/// # Shape and units
/// `x1`, `x2`, `y`: length n ≥ 5; element i of each is the same client.
///
/// # Missing values
/// None accepted: all three correlations rest on the same clients.
///
/// # Errors
/// As [`pearson`](super::pearson); [`StatsError::Collinear`] if the first two determine each other.
///
/// # Source
/// `[@williams1959]`, `[@zou2007]`. Checked against R: the formulas of `cocor::cocor.dep.groups.overlap` in base R.
pub fn williams(x1: &[f64], x2: &[f64], y: &[f64]) -> Result<DependentCorrelations> {
    check_pairs(x1, y, 5)?;
    check_pairs(x2, y, 5)?;
    let r1 = coefficient(&Cross::of(x1, y), ["the first variable", "the shared variable"])?;
    let r2 = coefficient(&Cross::of(x2, y), ["the second variable", "the shared variable"])?;
    let r12 = coefficient(&Cross::of(x1, x2), ["the first variable", "the second variable"])?;
    if r12.abs() >= 1.0 - 1e-12 {
        let columns = vec!["the first variable".to_owned(), "the second variable".to_owned()];
        return Err(StatsError::Collinear { columns });
    }
    let n = x1.len() as f64;
    let determinant = 1.0 - r1 * r1 - r2 * r2 - r12 * r12 + 2.0 * r1 * r2 * r12;
    let mean = f64::midpoint(r1, r2);
    let spread = 2.0 * ((n - 1.0) / (n - 3.0)) * determinant + mean * mean * (1.0 - r12).powi(3);
    let difference = r1 - r2;
    let (t, df) = (difference * ((n - 1.0) * (1.0 + r12) / spread).sqrt(), n - 3.0);

    let se = 1.0 / (n - 3.0).sqrt();
    let ([l1, u1], [l2, u2]) = (fisher_z::interval(r1, se), fisher_z::interval(r2, se));
    let (s1, s2) = (1.0 - r1 * r1, 1.0 - r2 * r2);
    let c =
        ((r12 - 0.5 * r1 * r2) * (1.0 - r1 * r1 - r2 * r2 - r12 * r12) + r12.powi(3)) / (s1 * s2);
    let reach = |a: f64, b: f64| (a * a + b * b - 2.0 * c * a * b).max(0.0).sqrt();
    let ci = [difference - reach(r1 - l1, u2 - r2), difference + reach(u1 - r1, r2 - l2)];
    Ok(DependentCorrelations { r1, r2, r12, difference, ci, t, df, p: student_t::two_sided(t, df) })
}

impl DependentCorrelations {
    /// Returns Steiger's Z of the same difference, and its two-sided p.
    ///
    /// Z = (atanh r1 − atanh r2)·√(n − 3)/√(2 − 2c), c = [r12(1 − 2r̄²) − r̄²(1 − 2r̄² − r12²)/2]/(1 − r̄²)².
    ///
    /// # Source
    /// `[@steiger1980]`. Checked against R: the formula in `golden/stats/correlation.R`.
    #[must_use]
    pub fn steiger(&self) -> (f64, f64) {
        let mean2 = f64::midpoint(self.r1, self.r2).powi(2);
        let plain = 1.0 - 2.0 * mean2;
        let c = (self.r12 * plain - 0.5 * mean2 * (plain - self.r12 * self.r12))
            / (1.0 - mean2).powi(2);
        // df = n − 3.
        let z = (self.r1.atanh() - self.r2.atanh()) * self.df.sqrt() / (2.0 - 2.0 * c).sqrt();
        (z, normal::two_sided(z))
    }
}
