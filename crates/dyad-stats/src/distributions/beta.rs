//! The regularised incomplete beta function, from which t, F and binomial tails come.

/// ln B(a, b).
#[must_use]
pub fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    if large > 1e4 && small < large / 10.0 {
        // ln Γ(large) − ln Γ(large + small) cancels badly; Stirling's difference does not.
        return libm::lgamma(small) + stirling_difference(large, small);
    }
    libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b)
}

/// ln Γ(x) − ln Γ(x + d) for large x, by Stirling's series with the large terms taken together.
fn stirling_difference(x: f64, d: f64) -> f64 {
    let correction = |x: f64| {
        let x2 = x * x;
        (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / (1260.0 * x2)) / x2) / x
    };
    // (x − ½) ln x − (x + d − ½) ln(x + d) + d
    -(x - 0.5) * (d / x).ln_1p() - d * (x + d).ln() + d + correction(x) - correction(x + d)
}

/// I_x(a, b) = P(X ≤ x) for X ~ Beta(a, b), with the complement given as well so that neither tail loses accuracy.
///
/// `x` and `y = 1 − x` are both passed, because near 1 the caller knows y better than 1 − x says.
#[must_use]
pub fn lower_tail(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if y <= 0.0 {
        return 1.0;
    }
    let log_front = a * x.ln() + b * y.ln() - ln_beta(a, b);
    if x < (a + 1.0) / (a + b + 2.0) {
        log_front.exp() * fraction(a, b, x) / a
    } else {
        1.0 - log_front.exp() * fraction(b, a, y) / b
    }
}

/// The continued fraction of the incomplete beta function, by Lentz's method.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let guard = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for m in 1..100_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / guard(1.0 + even * d);
        c = guard(1.0 + even / c);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / guard(1.0 + odd * d);
        c = guard(1.0 + odd / c);
        let step = d * c;
        value *= step;
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

/// The x with I_x(a, b) = p: bisection to a bracket, then Newton steps that stay inside it.
///
/// # Source
/// R: `qbeta(p, a, b)`.
#[must_use]
pub fn quantile(p: f64, a: f64, b: f64) -> f64 {
    if p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return 1.0;
    }
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    let mut x = (a / (a + b)).clamp(1e-12, 1.0 - 1e-12);
    let front = ln_beta(a, b);
    for _ in 0..400 {
        let error = lower_tail(a, b, x, 1.0 - x) - p;
        if error > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let log_density = (a - 1.0) * x.ln() + (b - 1.0) * (-x).ln_1p() - front;
        let newton = x - error / log_density.exp();
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - x).abs() <= 1e-16 * x.abs() || high - low <= f64::EPSILON * high {
            return next;
        }
        x = next;
    }
    x
}
