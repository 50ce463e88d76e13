//! A fixed effect with Satterthwaite degrees of freedom.

use super::fit::Curvature;
use crate::distributions::student_t;

/// A fixed effect or a contrast of several.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coefficient {
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
    /// Satterthwaite degrees of freedom; `None` where the variance parameters have no curvature to take them from.
    pub df: Option<f64>,
    /// estimate/se.
    pub t: f64,
    /// Two-sided; `None` without df.
    pub p: Option<f64>,
    /// 95 % interval; `None` without df.
    pub ci: Option<[f64; 2]>,
}

/// df = 2v²/(g'Wg), v = σ²·l'A⁻¹l, g its gradient in (θ, σ), W the covariance matrix of (θ, σ).
pub(super) fn satterthwaite(estimate: f64, l: &[f64], curvature: &Curvature) -> Coefficient {
    let p = l.len();
    let form = |matrix: &[f64]| -> f64 {
        (0..p).map(|i| l[i] * (0..p).map(|j| matrix[i * p + j] * l[j]).sum::<f64>()).sum()
    };
    let unit = form(&curvature.inverse);
    let v = curvature.sigma2 * unit;
    let se = v.sqrt();
    let mut g: Vec<f64> =
        curvature.inverse_gradient.iter().map(|m| curvature.sigma2 * form(m)).collect();
    g.push(2.0 * curvature.sigma2.sqrt() * unit);
    let df = curvature.covariance.as_ref().map(|w| {
        let size = g.len();
        let spread: f64 =
            (0..size).map(|i| g[i] * (0..size).map(|j| w[i * size + j] * g[j]).sum::<f64>()).sum();
        2.0 * v * v / spread
    });
    let df = df.filter(|df| df.is_finite() && *df > 0.0);
    let t = estimate / se;
    let half = df.map(|df| student_t::critical(0.95, df) * se);
    Coefficient {
        estimate,
        se,
        df,
        t,
        p: df.map(|df| student_t::two_sided(t, df)),
        ci: half.map(|half| [estimate - half, estimate + half]),
    }
}
