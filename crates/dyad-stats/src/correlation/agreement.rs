//! Agreement of two raters: in absolute scores, ICC(2,1), and in the order of clients, ICC(3,1).

use super::pearson::check_pairs;
use crate::distributions::fisher_f;
use crate::moments::Moments;
use crate::{Result, StatsError};

/// An intraclass correlation with its F test.
#[derive(Clone, Debug, PartialEq)]
pub struct IntraclassCorrelation {
    /// The coefficient.
    pub icc: f64,
    /// 95 % interval.
    pub ci: [f64; 2],
    /// Mean square between clients over residual mean square.
    pub f: f64,
    /// Its degrees of freedom.
    pub df: [f64; 2],
    /// P(F > f): of no agreement at all.
    pub p: f64,
}

/// Returns ICC(2,1) of two raters: two-way random effects, absolute agreement, single rater.
///
/// (BMS − EMS)/(BMS + EMS + 2·(JMS − EMS)/n) with the mean squares between clients, raters and residual; interval by Shrout & Fleiss.
///
/// # Shape and units
/// `a`, `b`: length n ≥ 3, same unit; element i of both is the same client.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// As [`pearson`](super::pearson); [`StatsError::NoVariation`] if neither clients nor raters differ.
///
/// # Source
/// `[@shrout1979]`. Checked against R `psych::ICC(cbind(a, b), lmer = FALSE)`, row ICC2.
pub fn icc_agreement(a: &[f64], b: &[f64]) -> Result<IntraclassCorrelation> {
    let [between, raters, error] = mean_squares(a, b)?;
    let n = a.len() as f64;
    let k = 2.0;
    let icc = (between - error) / (between + (k - 1.0) * error + k * (raters - error) / n);
    let f = between / error;
    let df = [n - 1.0, (n - 1.0) * (k - 1.0)];

    // Shrout & Fleiss (1979): the degrees of freedom v of the denominator are approximated.
    let ratio = raters / error;
    let numerator =
        (k - 1.0) * (n - 1.0) * (k * icc * ratio + n * (1.0 + (k - 1.0) * icc) - k * icc).powi(2);
    let denominator = (n - 1.0) * k * k * icc * icc * ratio * ratio
        + (n * (1.0 + (k - 1.0) * icc) - k * icc).powi(2);
    let v = numerator / denominator;
    let upper = fisher_f::quantile(0.975, n - 1.0, v);
    let lower = fisher_f::quantile(0.975, v, n - 1.0);
    let common = k * raters + (k * n - k - n) * error;
    let ci = [
        n * (between - upper * error) / (upper * common + n * between),
        n * (lower * between - error) / (common + n * lower * between),
    ];
    Ok(IntraclassCorrelation { icc, ci, f, df, p: fisher_f::upper_tail(f, df[0], df[1]) })
}

/// Returns ICC(3,1) of two raters: two-way mixed effects, consistency, single rater. A difference in level between the raters is no
/// disagreement here.
///
/// (BMS − EMS)/(BMS + EMS); interval from that of F = BMS/EMS, which is exact for normal ratings.
///
/// # Shape and units
/// `a`, `b`: length n ≥ 3, same unit; element i of both is the same client.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// As [`icc_agreement`].
///
/// # Source
/// `[@shrout1979]`. Checked against R `psych::ICC(cbind(a, b), lmer = FALSE)`, row ICC3: `golden/stats/correlation.R`.
pub fn icc_consistency(a: &[f64], b: &[f64]) -> Result<IntraclassCorrelation> {
    let [between, _, error] = mean_squares(a, b)?;
    let df = [a.len() as f64 - 1.0; 2];
    let f = between / error;
    let critical = fisher_f::quantile(0.975, df[0], df[1]);
    let icc = |f: f64| (f - 1.0) / (f + 1.0);
    Ok(IntraclassCorrelation {
        icc: icc(f),
        ci: [icc(f / critical), icc(f * critical)],
        f,
        df,
        p: fisher_f::upper_tail(f, df[0], df[1]),
    })
}

/// Mean squares between clients, between raters, and residual.
fn mean_squares(a: &[f64], b: &[f64]) -> Result<[f64; 3]> {
    check_pairs(a, b, 3)?;
    let (mean_a, mean_b) = (Moments::of(a).mean()?, Moments::of(b).mean()?);
    let mut halves = Moments::new();
    let mut differences = Moments::new();
    for (a, b) in a.iter().zip(b) {
        halves.push(f64::midpoint(*a, *b));
        differences.push(a - b);
    }
    let between = 2.0 * halves.variance()?;
    let raters = a.len() as f64 * (mean_a - mean_b) * (mean_a - mean_b) / 2.0;
    let error = differences.variance()? / 2.0;
    if between <= 0.0 || error <= 0.0 {
        return Err(StatsError::NoVariation { what: "the ratings".into() });
    }
    Ok([between, raters, error])
}
