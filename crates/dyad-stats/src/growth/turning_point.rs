//! Where a parabola turns, by the delta method.

/// Returns the turning point of b₁·t + b₂·t² and its standard error.
///
/// t = −b₁/(2·b₂), variance g'Vg with g = (−1/(2·b₂), b₁/(2·b₂²)).
///
/// # Shape and units
/// `b`: slope at t = 0 and curvature, b₂ not 0; `v`: variance of the slope, covariance, variance of the curvature. In the unit of t.
///
/// # Missing values
/// None accepted.
///
/// # Source
/// Delta method, first order; [`vertex`](super::vertex) gives the interval of `[@fieller1954]`, which does not need b₂ to be known well.
/// Checked against R: `tests/golden/_early_peak.R`.
#[must_use]
pub fn turning_point([b1, b2]: [f64; 2], [v11, v12, v22]: [f64; 3]) -> (f64, f64) {
    let g = [-0.5 / b2, 0.5 * b1 / (b2 * b2)];
    let variance = g[0] * g[0] * v11 + g[1] * g[1] * v22 + 2.0 * g[0] * g[1] * v12;
    (-0.5 * b1 / b2, variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_curvature_leaves_the_error_of_the_slope() {
        let (at, se) = turning_point([2.0, -0.5], [0.09, 0.0, 0.0]);
        assert!((at - 2.0).abs() < 1e-12 && (se - 0.3).abs() < 1e-12);
    }
}
