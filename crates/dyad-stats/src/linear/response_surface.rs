//! Agreement and disagreement of two raters as predictors: the response surface.

use std::ops::Range;

use super::{ClusterRobust, Contrast, Correction, Ols, ols};
use crate::{Result, StatsError};

/// A quadratic surface in two predictors and its four numbers.
#[derive(Clone, Debug)]
pub struct ResponseSurface {
    /// The regression: columns `x`, `y`, `x²`, `xy`, `y²` and the covariates.
    pub fit: Ols,
    /// The value both predictors are centred at.
    pub centre: f64,
}

/// Which number of the surface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SurfaceNumber {
    /// b1 + b2: slope where both agree.
    SlopeOfAgreement,
    /// b3 + b4 + b5: curvature where both agree.
    CurvatureOfAgreement,
    /// b1 − b2: slope along disagreement, x above y.
    SlopeOfDisagreement,
    /// b3 − b4 + b5: curvature along disagreement: what matters is how far apart, whoever is higher.
    CurvatureOfDisagreement,
}

impl SurfaceNumber {
    fn contrast(self) -> Vec<(&'static str, f64)> {
        match self {
            Self::SlopeOfAgreement => vec![("x", 1.0), ("y", 1.0)],
            Self::CurvatureOfAgreement => vec![("x²", 1.0), ("xy", 1.0), ("y²", 1.0)],
            Self::SlopeOfDisagreement => vec![("x", 1.0), ("y", -1.0)],
            Self::CurvatureOfDisagreement => vec![("x²", 1.0), ("xy", -1.0), ("y²", 1.0)],
        }
    }
}

impl ResponseSurface {
    /// Returns one number of the surface with its classical test.
    ///
    /// # Errors
    /// As [`Ols::contrast`].
    ///
    /// # Source
    /// `[@edwards1993]`. Checked against R `vcov(lm)`: `golden/stats/surface.R`.
    pub fn number(&self, which: SurfaceNumber) -> Result<Contrast> {
        self.fit.contrast(&which.contrast())
    }

    /// Returns one number of the surface with its cluster-robust test, CR2.
    ///
    /// # Errors
    /// As [`Ols::cluster_robust`].
    ///
    /// # Source
    /// `[@edwards1993]`, `[@pustejovsky2018]`. Checked against R `clubSandwich::linear_contrast`: `golden/stats/surface.R`.
    pub fn robust_number(
        &self,
        which: SurfaceNumber,
        clusters: &[Range<usize>],
    ) -> Result<ClusterRobust> {
        self.fit.cluster_robust_contrast(&which.contrast(), clusters, Correction::Cr2)
    }
}

/// Returns the response surface z = b0 + b1·x + b2·y + b3·x² + b4·xy + b5·y² + covariates, x and y centred at one common value: the mean
/// of the two means, so that agreement is x = y.
///
/// # Shape and units
/// `x`, `y`: two raters on the same scale; all columns of length n.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// As [`ols`]; [`StatsError::UnequalLengths`].
///
/// # Source
/// `[@edwards1993]`. Checked against R `lm`: `golden/stats/surface.R`.
pub fn response_surface(
    x: &[f64],
    y: &[f64],
    covariates: &[(&str, &[f64])],
    outcome: &[f64],
) -> Result<ResponseSurface> {
    if x.len() != y.len() {
        return Err(StatsError::UnequalLengths {
            what: "the two raters",
            left: x.len(),
            right: y.len(),
        });
    }
    let centre = x.iter().chain(y).sum::<f64>() / (x.len() + y.len()).max(1) as f64;
    let centred = |values: &[f64]| values.iter().map(|v| v - centre).collect::<Vec<f64>>();
    let (x, y) = (centred(x), centred(y));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).collect::<Vec<f64>>();
    let (xx, xy, yy) = (product(&x, &x), product(&x, &y), product(&y, &y));
    let mut columns: Vec<(&str, &[f64])> =
        vec![("x", &x), ("y", &y), ("x²", &xx), ("xy", &xy), ("y²", &yy)];
    columns.extend(covariates);
    Ok(ResponseSurface { fit: ols(&columns, outcome)?, centre })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_surface_put_in_is_found_again_and_raters_that_agree_are_refused() {
        let x: Vec<f64> = (0..12).map(|i| f64::from(i * 7 % 12)).collect();
        let y: Vec<f64> = (0..12).map(|i| f64::from(i * 5 % 11)).collect();
        let noise = |i: usize| 1e-3 * (i as f64 * 2.7).sin();
        let z: Vec<f64> = (0..12).map(|i| 2.0 - 0.5 * (x[i] - y[i]).powi(2) + noise(i)).collect();
        let surface = response_surface(&x, &y, &[], &z).unwrap();
        let of = |which| surface.number(which).unwrap().estimate;
        // −½(x − y)² has curvature −½(1 + 2 + 1) along disagreement and none along agreement.
        assert!((of(SurfaceNumber::CurvatureOfDisagreement) - -2.0).abs() < 1e-2);
        assert!(of(SurfaceNumber::CurvatureOfAgreement).abs() < 1e-2);
        assert!(matches!(response_surface(&x, &x, &[], &z), Err(StatsError::Collinear { .. })));
    }
}
