//! The chi-square distribution, from the regularised incomplete gamma function.

/// P(X > x) with df degrees of freedom.
///
/// # Source
/// R: `pchisq(x, df, lower.tail = FALSE)`.
#[must_use]
pub fn upper_tail(x: f64, df: f64) -> f64 {
    if x <= 0.0 { 1.0 } else { upper_gamma(0.5 * df, 0.5 * x) }
}

/// P(X ≤ x).
#[must_use]
pub fn lower_tail(x: f64, df: f64) -> f64 {
    if x <= 0.0 { 0.0 } else { lower_gamma(0.5 * df, 0.5 * x) }
}

fn front(a: f64, x: f64) -> f64 {
    (a * x.ln() - x - libm::lgamma(a)).exp()
}

/// P(a, x) by its series where it converges fast, else from the other tail.
fn lower_gamma(a: f64, x: f64) -> f64 {
    if x >= a + 1.0 {
        return 1.0 - upper_gamma(a, x);
    }
    let (mut term, mut sum, mut k) = (1.0 / a, 1.0 / a, a);
    for _ in 0..100_000 {
        k += 1.0;
        term *= x / k;
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum * front(a, x)
}

/// Q(a, x) by its continued fraction where it converges fast, else from the other tail.
fn upper_gamma(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    if x < a + 1.0 {
        return 1.0 - lower_gamma(a, x);
    }
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut value = d;
    for i in 1..100_000 {
        let i = f64::from(i);
        let an = -i * (i - a);
        b += 2.0;
        d = 1.0 / (an * d + b);
        c = b + an / c;
        let step = d * c;
        value *= step;
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value * front(a, x)
}

/// The x with P(X ≤ x) = p: bisection in a doubling bracket, to the last bit that matters.
///
/// # Source
/// R: `qchisq(p, df)`.
#[must_use]
pub fn quantile(p: f64, df: f64) -> f64 {
    if p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return f64::INFINITY;
    }
    let above =
        |x: f64| if p < 0.5 { lower_tail(x, df) >= p } else { upper_tail(x, df) <= 1.0 - p };
    let (mut low, mut high) = (0.0, df.max(1.0));
    while !above(high) {
        low = high;
        high *= 2.0;
    }
    for _ in 0..2000 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high || high - low <= f64::EPSILON * high {
            break;
        }
        if above(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    0.5 * (low + high)
}
