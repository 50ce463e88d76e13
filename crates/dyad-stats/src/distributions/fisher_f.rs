//! The F distribution.

use super::beta;

/// P(F > f) with df1 and df2 degrees of freedom.
///
/// # Source
/// R: `pf(f, df1, df2, lower.tail = FALSE)`.
#[must_use]
pub fn upper_tail(f: f64, df1: f64, df2: f64) -> f64 {
    if f <= 0.0 {
        return 1.0;
    }
    let total = df2 + df1 * f;
    beta::lower_tail(0.5 * df2, 0.5 * df1, df2 / total, df1 * f / total)
}

/// The f with P(F ≤ f) = p.
///
/// # Source
/// R: `qf(p, df1, df2)`.
#[must_use]
pub fn quantile(p: f64, df1: f64, df2: f64) -> f64 {
    let x = beta::quantile(1.0 - p, 0.5 * df2, 0.5 * df1);
    df2 * (1.0 - x) / (df1 * x)
}
