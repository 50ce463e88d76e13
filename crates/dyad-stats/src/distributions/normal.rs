//! The standard normal distribution.

use std::f64::consts::{PI, SQRT_2};

/// P(Z > z).
#[must_use]
pub fn upper_tail(z: f64) -> f64 {
    0.5 * libm::erfc(z / SQRT_2)
}

/// P(Z ≤ z).
#[must_use]
pub fn lower_tail(z: f64) -> f64 {
    upper_tail(-z)
}

/// P(|Z| > |z|).
#[must_use]
pub fn two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() / SQRT_2)
}

/// The density at z.
#[must_use]
pub fn density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
}

/// The z with P(Z ≤ z) = p, for p strictly between 0 and 1; infinite at the ends.
///
/// A rational start (Acklam's form is not used; a logistic start suffices), then Halley steps on our own tail.
///
/// # Source
/// R: `qnorm(p)`.
#[must_use]
pub fn quantile(p: f64) -> f64 {
    if p.is_nan() || p <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if p >= 1.0 {
        return f64::INFINITY;
    }
    // Work in the smaller tail, where relative accuracy is kept.
    let tail = p.min(1.0 - p);
    let log = (-2.0 * tail.ln()).sqrt();
    // Abramowitz & Stegun 26.2.23: within 4.5e-4, then three Halley steps.
    let mut z = log
        - (2.515_517 + log * (0.802_853 + log * 0.010_328))
            / (1.0 + log * (1.432_788 + log * (0.189_269 + log * 0.001_308)));
    for _ in 0..4 {
        let error = (upper_tail(z) - tail) / density(z);
        z += error / (1.0 - 0.5 * z * error);
    }
    if p < 0.5 { -z } else { z }
}
