//! Likelihood ratio tests of mixed models.

use super::fit::Fit;
use super::kernel::rows::Criterion;
use crate::distributions::chi_square;
use crate::{Result, StatsError};

/// A likelihood ratio test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LikelihoodRatio {
    /// The difference of the criteria; at least 0.
    pub ratio: f64,
    /// p value.
    pub p: f64,
    /// Degrees of freedom of the chi-square distributions that are averaged: one, or two when a variance lies on its boundary under
    /// the null.
    pub df: [usize; 2],
}

/// Compares a model with a smaller one on the same rows.
///
/// Fixed effects: chi-square with as many df as columns were added; both models by ML. Random effects: the larger model adds one level
/// of random intercepts (½χ²(0) + ½χ²(1)), or a random slope at one level (½χ²(1) + ½χ²(2)), because a variance lies on its boundary
/// under the null; ML or REML.
///
/// # Missing values
/// None: both models must use the same rows.
///
/// # Errors
/// [`StatsError::Refused`] if the models differ in rows, criterion, or in both fixed and random effects; if fixed effects are compared
/// by REML; or if more than one variance is tested at once, where the mixture is not known.
///
/// # Source
/// `[@self1987]`. Checked against R: `logLik` of `lme4::lmer` and `lm`: `golden/stats/mixed.R`.
pub fn likelihood_ratio(larger: &Fit, smaller: &Fit) -> Result<LikelihoodRatio> {
    let refuse = |why: &'static str| Err(StatsError::Refused(why.into()));
    if larger.rows != smaller.rows || larger.kind != smaller.kind {
        return refuse("the models differ in rows or criterion");
    }
    if !smaller.names.iter().all(|name| larger.names.contains(name)) {
        return refuse("the smaller model has columns the larger has not");
    }
    let columns = larger.names.len() - smaller.names.len();
    let effects = |fit: &Fit| fit.shape.parameters();
    let random = effects(larger).checked_sub(effects(smaller));
    let ratio = (smaller.criterion - larger.criterion).max(0.0);
    match (columns, random) {
        (0, Some(0)) | (_, None) => refuse("the first model is not larger than the second"),
        (_, Some(0)) if larger.kind == Criterion::Reml => {
            refuse("models with different fixed effects are compared by ML")
        }
        (columns, Some(0)) => {
            let p = chi_square::upper_tail(ratio, columns as f64);
            Ok(LikelihoodRatio { ratio, p, df: [columns, columns] })
        }
        (0, Some(1)) => Ok(mixture(ratio, 0)),
        (0, Some(2)) if larger.shape.nested == smaller.shape.nested => Ok(mixture(ratio, 1)),
        (0, Some(_)) => refuse("one variance is tested at a time"),
        _ => refuse("the models differ in both fixed and random effects"),
    }
}

/// ½χ²(below) + ½χ²(below + 1).
fn mixture(ratio: f64, below: usize) -> LikelihoodRatio {
    let tail = |df: usize| match df {
        0 => 0.0,
        df => chi_square::upper_tail(ratio, df as f64),
    };
    let p = if ratio < 1e-8 { 1.0 } else { f64::midpoint(tail(below), tail(below + 1)) };
    LikelihoodRatio { ratio, p, df: [below, below + 1] }
}

impl Fit {
    /// The (restricted) likelihood ratio against the model without random effects, and its p value for one variance: half
    /// chi-square(1), because the variance lies on its boundary under the null; 1 if the ratio is 0.
    ///
    /// # Source
    /// `[@self1987]`. Checked against R: `logLik` of `lmer` and `lm`: `golden/stats/mixed.R`.
    #[must_use]
    pub fn likelihood_ratio(&self) -> (f64, f64) {
        let test = mixture((self.criterion_without - self.criterion).max(0.0), 0);
        (test.ratio, test.p)
    }
}
