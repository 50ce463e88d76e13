//! Do small studies find more, and does one study decide?

use super::random_effects::{check, in_typical_errors};
use super::{RandomEffects, Study, random_effects};
use crate::distributions::{normal, student_t};
use crate::{Result, StatsError};

/// The regression of the estimates on their standard errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Asymmetry {
    /// Egger's slope: change of the estimate per unit of standard error, weights 1/variance.
    pub slope: f64,
    /// t with k − 2 df, the residual variance estimated.
    pub t: f64,
    /// k − 2.
    pub df: f64,
    /// Two-sided.
    pub p: f64,
    /// The estimate that a study without sampling error would have.
    pub limit: f64,
    /// The same slope in the random-effects model, divided by its standard error; REML.
    pub z: f64,
    /// Two-sided, normal.
    pub z_p: f64,
}

/// Returns Egger's test of the asymmetry of a funnel, in its classical and in its random-effects form.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// - As [`random_effects`]; [`StatsError::TooFew`] below three studies.
/// - [`StatsError::NoVariation`] if all studies are equally precise.
///
/// # Source
/// `[@egger1997]`, `[@viechtbauer2010]`. Checked against R `metafor::regtest(model = "lm")` and `regtest(rma(…), predictor = "sei")`:
/// `golden/stats/meta.R`.
pub fn egger(studies: &[Study]) -> Result<Asymmetry> {
    check(studies)?;
    let k = studies.len();
    if k < 3 {
        return Err(StatsError::TooFew { unit: "sites", needed: 3, found: k });
    }
    let (studies, unit) = in_typical_errors(studies);
    let fixed = Line::fit(&studies, 0.0)?;
    let df = k as f64 - 2.0;
    let slope_se = (fixed.residual / df * fixed.inverse[2]).sqrt();
    let t = fixed.slope / slope_se;
    let random = Line::fit(&studies, restricted(&studies)?)?;
    let z = random.slope / random.inverse[2].sqrt();
    Ok(Asymmetry {
        slope: fixed.slope,
        t,
        df,
        p: student_t::two_sided(t, df),
        limit: fixed.intercept * unit,
        z,
        z_p: normal::two_sided(z),
    })
}

/// Weighted least squares of the estimates on (1, standard error), w = 1/(v + τ²).
struct Line {
    intercept: f64,
    slope: f64,
    /// (X'WX)⁻¹: 11, 12, 22.
    inverse: [f64; 3],
    /// Σ w e².
    residual: f64,
}

impl Line {
    fn fit(studies: &[Study], tau2: f64) -> Result<Self> {
        let (mut w0, mut mean_s, mut mean_y) = (0.0, 0.0, 0.0);
        for study in studies {
            let w = 1.0 / (study.variance + tau2);
            w0 += w;
            mean_s += w * study.variance.sqrt();
            mean_y += w * study.estimate;
        }
        (mean_s, mean_y) = (mean_s / w0, mean_y / w0);
        let (mut ss, mut sy) = (0.0, 0.0);
        for study in studies {
            let (w, s) = (1.0 / (study.variance + tau2), study.variance.sqrt() - mean_s);
            ss += w * s * s;
            sy += w * s * (study.estimate - mean_y);
        }
        if ss <= 1e-20 * w0 * mean_s * mean_s {
            return Err(StatsError::NoVariation { what: "the precision of the sites".into() });
        }
        let slope = sy / ss;
        let intercept = mean_y - slope * mean_s;
        let residual = studies
            .iter()
            .map(|study| {
                let e = study.estimate - intercept - slope * study.variance.sqrt();
                e * e / (study.variance + tau2)
            })
            .sum();
        let inverse = [1.0 / w0 + mean_s * mean_s / ss, -mean_s / ss, 1.0 / ss];
        Ok(Self { intercept, slope, inverse, residual })
    }

    /// tr((X'WX)⁻¹·X'UX) for weights u.
    fn trace(&self, studies: &[Study], u: impl Fn(&Study) -> f64) -> f64 {
        studies
            .iter()
            .map(|study| {
                let s = study.variance.sqrt();
                let [a, b, c] = self.inverse;
                u(study) * (a + 2.0 * b * s + c * s * s)
            })
            .sum()
    }
}

/// τ² of the regression by Fisher scoring on the restricted likelihood.
fn restricted(studies: &[Study]) -> Result<f64> {
    const STEPS: usize = 500;
    let mut tau2 = 0.0;
    for _ in 0..STEPS {
        let line = Line::fit(studies, tau2)?;
        let w = |study: &Study| 1.0 / (study.variance + tau2);
        let trace_p = studies.iter().map(w).sum::<f64>() - line.trace(studies, |s| w(s).powi(2));
        // tr PP = Σw² − 2·tr(A⁻¹X'W³X) + tr((A⁻¹X'W²X)²).
        let moved = |i: usize| -> [f64; 2] {
            let sums = studies.iter().fold([0.0; 3], |mut sums, study| {
                let (w2, s) = (w(study).powi(2), study.variance.sqrt());
                sums[0] += w2;
                sums[1] += w2 * s;
                sums[2] += w2 * s * s;
                sums
            });
            let [a, b, c] = line.inverse;
            let row = if i == 0 { [a, b] } else { [b, c] };
            [row[0] * sums[0] + row[1] * sums[1], row[0] * sums[1] + row[1] * sums[2]]
        };
        let (first, second) = (moved(0), moved(1));
        let square = first[0] * first[0] + 2.0 * first[1] * second[0] + second[1] * second[1];
        let trace_pp = studies.iter().map(|s| w(s).powi(2)).sum::<f64>()
            - 2.0 * line.trace(studies, |s| w(s).powi(3))
            + square;
        let scores: f64 = studies
            .iter()
            .map(|study| {
                let e = study.estimate - line.intercept - line.slope * study.variance.sqrt();
                (w(study) * e).powi(2)
            })
            .sum();
        let step = (scores - trace_p) / trace_pp;
        if !step.is_finite() {
            break;
        }
        let mut next = tau2 + step;
        if next < 0.0 {
            next = if tau2 > 1e-12 { 0.5 * tau2 } else { 0.0 };
        }
        if (next - tau2).abs() < 1e-13 * (1.0 + next) || (step < 0.0 && next < 1e-12) {
            return Ok(if next < 1e-12 { 0.0 } else { next });
        }
        tau2 = next;
    }
    Err(StatsError::NotConverged { what: "τ² of the regression", iterations: STEPS })
}

/// Returns the random-effects model without each study in turn, in the order given.
///
/// # Errors
/// As [`random_effects`]; [`StatsError::TooFew`] below three studies.
///
/// # Source
/// `[@viechtbauer2010]`. Checked against R `metafor::leave1out`: `golden/stats/meta.R`.
pub fn leave_one_out(studies: &[Study]) -> Result<Vec<RandomEffects>> {
    if studies.len() < 3 {
        return Err(StatsError::TooFew { unit: "sites", needed: 3, found: studies.len() });
    }
    let mut rest = Vec::with_capacity(studies.len());
    (0..studies.len())
        .map(|out| {
            rest.clear();
            rest.extend(studies.iter().enumerate().filter(|(at, _)| *at != out).map(|(_, s)| *s));
            random_effects(&rest)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals() {
        let of = |pairs: &[(f64, f64)]| -> Vec<Study> {
            pairs.iter().map(|&(estimate, variance)| Study { estimate, variance }).collect()
        };
        assert!(egger(&of(&[(0.1, 0.1), (0.2, 0.2)])).is_err());
        assert!(matches!(
            egger(&of(&[(0.1, 0.1), (0.2, 0.1), (0.4, 0.1)])),
            Err(StatsError::NoVariation { .. })
        ));
        assert!(leave_one_out(&of(&[(0.1, 0.1), (0.2, 0.2)])).is_err());
        // Estimates on a line with the standard error: the slope is the line's.
        let line: Vec<Study> = [0.1, 0.2, 0.3, 0.5]
            .map(|s| Study { estimate: 0.2 + 1.5 * s + 0.01 * f64::sin(s * 50.0), variance: s * s })
            .to_vec();
        assert!((egger(&line).unwrap().slope - 1.5).abs() < 0.2);
    }
}
