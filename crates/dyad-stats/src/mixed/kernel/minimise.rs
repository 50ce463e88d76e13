//! Minimising a smooth function with an exact gradient: Newton steps whose curvature comes from differences of the gradient.

use crate::linalg::Cholesky;

/// A function's value and gradient; `None` where it has none.
pub(crate) type Objective<'a> = dyn Fn(&[f64]) -> Option<(f64, Vec<f64>)> + 'a;

/// The Hessian (row after row) by central differences of fourth order; `None` where the function has no value.
pub(crate) fn hessian(f: &Objective<'_>, at: &[f64]) -> Option<Vec<f64>> {
    differences(f, at, 5e-3, &[(1.0, 2.0 / 3.0), (2.0, -1.0 / 12.0)])
}

fn differences(
    f: &Objective<'_>,
    at: &[f64],
    relative: f64,
    weights: &[(f64, f64)],
) -> Option<Vec<f64>> {
    let k = at.len();
    let mut hessian = vec![0.0; k * k];
    let mut there = at.to_vec();
    for i in 0..k {
        let step = relative * at[i].abs().max(0.1);
        for &(multiple, weight) in weights {
            for sign in [1.0, -1.0] {
                there[i] = at[i] + sign * multiple * step;
                let (_, gradient) = f(&there)?;
                for j in 0..k {
                    hessian[i * k + j] += sign * weight * gradient[j] / step;
                }
            }
        }
        there[i] = at[i];
    }
    for i in 0..k {
        for j in 0..i {
            let mean = f64::midpoint(hessian[i * k + j], hessian[j * k + i]);
            hessian[i * k + j] = mean;
            hessian[j * k + i] = mean;
        }
    }
    Some(hessian)
}

/// Goes down from a start until a Newton step promises nothing that matters. `None` if it does not get there.
///
/// The minimum is found to about 1e-11 of the function's value, and to 1e-8 in the parameters where they are determined.
pub(crate) fn minimise(f: &Objective<'_>, start: &[f64]) -> Option<(Vec<f64>, f64)> {
    let mut at = start.to_vec();
    let (mut value, mut gradient) = f(&at)?;
    for _ in 0..200 {
        let curvature = differences(f, &at, 1e-4, &[(1.0, 0.5)]).or_else(|| hessian(f, &at))?;
        let direction = descent(&gradient, &curvature);
        let slope: f64 = direction.iter().zip(&gradient).map(|(d, g)| d * g).sum();
        // What the values cannot show any more is left to the gradient.
        let rounding = 4.0 * f64::EPSILON * value.abs().max(1.0);
        let mut length = 1.0;
        let mut next = None;
        while length > 1e-9 {
            let there: Vec<f64> = at.iter().zip(&direction).map(|(a, d)| a + length * d).collect();
            if let Some((lower, g)) = f(&there)
                && lower <= value + 1e-4 * length * slope + rounding
            {
                next = Some((there, lower, g));
                break;
            }
            length *= 0.5;
        }
        let Some((there, lower, g)) = next else { return Some((at, value)) };
        (at, value, gradient) = (there, lower, g);
        if -slope < 1e-14 * value.abs().max(1e3) {
            return Some((at, value));
        }
    }
    None
}

/// The Newton direction, or a damped one where the function is not convex; never longer than a trust radius.
fn descent(gradient: &[f64], hessian: &[f64]) -> Vec<f64> {
    let k = gradient.len();
    let scale = (0..k).map(|i| hessian[i * k + i].abs()).fold(1e-8, f64::max);
    let mut damping = 0.0;
    for _ in 0..60 {
        let mut damped = hessian.to_vec();
        for i in 0..k {
            damped[i * k + i] += damping;
        }
        if let Ok(factor) = Cholesky::new(&damped, k, k, 1e-10) {
            let mut direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
            factor.solve(&mut direction);
            let length = direction.iter().map(|d| d * d).sum::<f64>().sqrt();
            if length > 1.0 {
                for d in &mut direction {
                    *d /= length;
                }
            }
            return direction;
        }
        damping = if damping > 0.0 { 4.0 * damping } else { 1e-3 * scale };
    }
    gradient.iter().map(|g| -g / scale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hessian_is_that_of_the_function() {
        let f = |v: &[f64]| {
            let e = (v[0] * v[0] * v[1]).exp();
            Some((e, vec![2.0 * v[0] * v[1] * e, v[0] * v[0] * e]))
        };
        let h = hessian(&f, &[0.5, 0.8]).unwrap();
        let e = (0.25_f64 * 0.8).exp();
        assert!((h[1] - (1.0 + 0.2) * e).abs() < 1e-8);
        assert!((h[0] - (1.6 + 0.64) * e).abs() < 1e-8);
    }

    #[test]
    fn a_minimum_where_the_function_is_even_is_found() {
        let f = |v: &[f64]| {
            let (a, b) = (v[0] * v[0] + 0.5, v[1] * v[1] - 2.0);
            Some((a.ln() + b * b, vec![2.0 * v[0] / a, 4.0 * v[1] * b]))
        };
        let (at, _) = minimise(&f, &[1.0, 1.0]).unwrap();
        assert!(at[0].abs() < 1e-6 && (at[1] - 2.0_f64.sqrt()).abs() < 1e-8, "{at:?}");
    }
}
