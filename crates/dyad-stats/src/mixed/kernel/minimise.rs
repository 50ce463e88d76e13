//! Minimising a smooth function with an exact gradient: Newton steps whose curvature comes from differences of the gradient and from the steps.

use crate::linalg::{Cholesky, eigen};

/// A function's value and gradient; `None` where it has none.
pub(crate) type Objective<'a> = dyn Fn(&[f64]) -> Option<(f64, Vec<f64>)> + 'a;

/// The Hessian (row after row) by central differences of fourth order; `None` where the function has no value.
pub(crate) fn hessian(f: &Objective<'_>, at: &[f64]) -> Option<Vec<f64>> {
    differences(f, at, 5e-3, &[(1.0, 2.0 / 3.0), (2.0, -1.0 / 12.0)])
}

/// The Hessian by the fewest differences that give eight digits of it.
pub(crate) fn curvature_at(f: &Objective<'_>, at: &[f64]) -> Option<Vec<f64>> {
    differences(f, at, 1e-4, &[(1.0, 0.5)]).or_else(|| hessian(f, at))
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
    symmetrise(&mut hessian, k);
    Some(hessian)
}

fn symmetrise(matrix: &mut [f64], k: usize) {
    for i in 0..k {
        for j in 0..i {
            let mean = f64::midpoint(matrix[i * k + j], matrix[j * k + i]);
            matrix[i * k + j] = mean;
            matrix[j * k + i] = mean;
        }
    }
}

/// Where a function is least.
pub(crate) struct Minimum {
    pub(crate) at: Vec<f64>,
    pub(crate) value: f64,
    /// The curvature there, as measured to about eight digits; `None` at the end of a valley that falls by nothing.
    pub(crate) curvature: Option<Vec<f64>>,
}

/// Goes down from a start until a Newton step promises nothing that matters. `None` if it does not get there.
///
/// An evaluation is what costs: curvature is measured at the start, unless something near it is known, and where the search would end,
/// and in between learnt from the steps (BFGS). The minimum is found to about 1e-11 of the function's value, and to 1e-8 in the
/// parameters where they are determined.
pub(crate) fn minimise(
    f: &Objective<'_>,
    start: &[f64],
    known: Option<Vec<f64>>,
) -> Option<Minimum> {
    let mut at = start.to_vec();
    let (mut value, mut gradient) = f(&at)?;
    let measured = |at: &[f64]| curvature_at(f, at);
    let (mut curvature, mut fresh) = match known {
        Some(known) => (known, false),
        None => (measured(&at)?, true),
    };
    let mut halfway = value;
    for iteration in 1..=200 {
        let direction = descent(&gradient, &curvature);
        let slope: f64 = direction.iter().zip(&gradient).map(|(d, g)| d * g).sum();
        // What the values cannot show any more is left to the gradient.
        if -slope < 1e-14 * value.abs().max(1e3) {
            if fresh {
                (at, value) = polished(f, (at, value), gradient, &curvature);
                return Some(Minimum { at, value, curvature: Some(curvature) });
            }
            (curvature, fresh) = (measured(&at)?, true);
            continue;
        }
        // A sum over many clusters is off by more than its last digit.
        let rounding = 64.0 * f64::EPSILON * value.abs().max(1.0);
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
        let Some((there, lower, g)) = next else {
            if fresh {
                return Some(Minimum { at, value, curvature: Some(curvature) });
            }
            (curvature, fresh) = (measured(&at)?, true);
            continue;
        };
        let step: Vec<f64> = there.iter().zip(&at).map(|(b, a)| b - a).collect();
        let change: Vec<f64> = g.iter().zip(&gradient).map(|(b, a)| b - a).collect();
        (at, value, gradient) = (there, lower, g);
        // A curvature that was measured where the function is not convex, steps alone do not put right.
        fresh = !learn(&mut curvature, &step, &change) || iteration % 10 == 0;
        if fresh {
            curvature = measured(&at)?;
        }
        if iteration == 100 {
            halfway = value;
        }
    }
    // A valley that bends and falls by nothing: where an intercept does not vary, its covariance with a slope is not determined.
    let ends = halfway - value <= 1e-7 * value.abs().max(1.0);
    ends.then_some(Minimum { at, value, curvature: None })
}

/// Two more steps with the curvature known: the values show nothing any more, the gradient still does.
fn polished(
    f: &Objective<'_>,
    (mut at, mut value): (Vec<f64>, f64),
    mut gradient: Vec<f64>,
    curvature: &[f64],
) -> (Vec<f64>, f64) {
    let size = |gradient: &[f64]| gradient.iter().map(|g| g * g).sum::<f64>();
    for _ in 0..2 {
        let direction = descent(&gradient, curvature);
        let there: Vec<f64> = at.iter().zip(&direction).map(|(a, d)| a + d).collect();
        match f(&there) {
            Some((v, g)) if size(&g) < size(&gradient) => (at, value, gradient) = (there, v, g),
            _ => break,
        }
    }
    (at, value)
}

/// The BFGS update B += yy'/s'y − Bss'B/s'Bs; `false`, and B as it was, where the function is not convex along the step.
fn learn(curvature: &mut [f64], step: &[f64], change: &[f64]) -> bool {
    let k = step.len();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let curved: Vec<f64> = curvature.chunks_exact(k).map(|row| dot(row, step)).collect();
    let (along, before) = (dot(step, change), dot(step, &curved));
    if !(along > 1e-8 * (dot(step, step) * dot(change, change)).sqrt() && before > 0.0) {
        return false;
    }
    for i in 0..k {
        for j in 0..k {
            curvature[i * k + j] += change[i] * change[j] / along - curved[i] * curved[j] / before;
        }
    }
    true
}

/// Longest step. Not 1: the deviance is even in each standard deviation, so from a start at 1 a whole step down would end on 0, where
/// the gradient vanishes whether or not that is a minimum.
const TRUST: f64 = 0.85;

/// The Newton direction; where the function is not convex, along each of its axes by the size of the curvature, so that a saddle is left
/// as fast as a minimum is reached. Never longer than a trust radius.
fn descent(gradient: &[f64], hessian: &[f64]) -> Vec<f64> {
    let k = gradient.len();
    let mut direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
    if let Ok(factor) = Cholesky::new(hessian, k, k, 1e-10) {
        factor.solve(&mut direction);
    } else {
        let (curvatures, axes) = eigen(hessian, k);
        let least = 1e-6 * curvatures.iter().fold(1e-8_f64, |most, c| most.max(c.abs()));
        direction.fill(0.0);
        for (e, curvature) in curvatures.iter().enumerate() {
            let along: f64 = (0..k).map(|i| axes[i * k + e] * gradient[i]).sum();
            let step = along / curvature.abs().max(least);
            for (i, d) in direction.iter_mut().enumerate() {
                *d -= step * axes[i * k + e];
            }
        }
    }
    let length = direction.iter().map(|d| d * d).sum::<f64>().sqrt();
    if length > TRUST {
        for d in &mut direction {
            *d *= TRUST / length;
        }
    }
    direction
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
        for known in [None, Some(vec![3.0, 0.5, 0.5, 9.0])] {
            let found = minimise(&f, &[1.0, 1.0], known).unwrap();
            let at = found.at;
            assert!(at[0].abs() < 1e-6 && (at[1] - 2.0_f64.sqrt()).abs() < 1e-8, "{at:?}");
            let curvature = found.curvature.unwrap();
            for (found, exact) in curvature.iter().zip([4.0, 0.0, 0.0, 16.0]) {
                assert!((found - exact).abs() < 1e-5, "{curvature:?}");
            }
        }
    }
}
