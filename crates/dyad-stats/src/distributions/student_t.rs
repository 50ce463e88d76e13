//! Student's t distribution, with any positive degrees of freedom.

use std::sync::OnceLock;

use super::{beta, normal};

/// P(T > t).
///
/// # Source
/// R: `pt(t, df, lower.tail = FALSE)`.
#[must_use]
pub fn upper_tail(t: f64, df: f64) -> f64 {
    if df.is_infinite() {
        return normal::upper_tail(t);
    }
    let half = 0.5 * two_sided(t, df);
    if t > 0.0 { half } else { 1.0 - half }
}

/// P(|T| > |t|).
#[must_use]
pub fn two_sided(t: f64, df: f64) -> f64 {
    if t.is_infinite() {
        return 0.0;
    }
    if df.is_infinite() {
        return normal::two_sided(t);
    }
    let t2 = t * t;
    let x = df / (df + t2);
    let y = t2 / (df + t2);
    beta::lower_tail(0.5 * df, 0.5, x, y)
}

/// ln of the density at t.
fn ln_density(t: f64, df: f64) -> f64 {
    -0.5 * (df + 1.0) * (t * t / df).ln_1p() - 0.5 * df.ln() - beta::ln_beta(0.5 * df, 0.5)
}

/// The t with P(T ≤ t) = p, for p strictly between 0 and 1.
///
/// A bracket from the normal quantile outwards, then Newton steps on our own tail that stay inside it.
///
/// # Source
/// R: `qt(p, df)`.
#[must_use]
pub fn quantile(p: f64, df: f64) -> f64 {
    if p.is_nan() || p <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if p >= 1.0 {
        return f64::INFINITY;
    }
    if df.is_infinite() {
        return normal::quantile(p);
    }
    // Compared by != 0.5 would need a tolerance; the smaller tail is never above one half.
    let tail = p.min(1.0 - p);
    let mut low = 0.0;
    let mut high = normal::quantile(tail).abs().max(0.5);
    while 0.5 * two_sided(high, df) > tail {
        low = high;
        high *= 2.0;
    }
    let mut t = 0.5 * (low + high);
    for _ in 0..200 {
        let error = 0.5 * two_sided(t, df) - tail;
        if error > 0.0 {
            low = t;
        } else {
            high = t;
        }
        let newton = t + error / ln_density(t, df).exp();
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - t).abs() <= 2e-16 * t.abs() || high - low <= f64::EPSILON * high {
            t = next;
            break;
        }
        t = next;
    }
    if p < 0.5 { -t } else { t }
}

/// The t that a two-sided interval of this level uses: `quantile(1 − (1 − level)/2)`.
#[must_use]
pub fn critical(level: f64, df: f64) -> f64 {
    // Asked once per client or coefficient, mostly for 95 % and few whole df: those are found once.
    static FOUND: [OnceLock<f64>; 256] = [const { OnceLock::new() }; 256];
    let compute = || -quantile(0.5 * (1.0 - level), df);
    let is_usual = level.to_bits() == 0.95_f64.to_bits() && (0.0..256.0).contains(&df);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
    let slot = if is_usual { df as usize } else { 0 };
    if is_usual && (df - slot as f64).to_bits() == 0 {
        FOUND.get(slot).map_or_else(compute, |found| *found.get_or_init(compute))
    } else {
        compute()
    }
}
