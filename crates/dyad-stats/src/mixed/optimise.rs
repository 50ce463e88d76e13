//! Minimising a smooth function that is even in each parameter: Newton steps with derivatives by central differences.
//!
//! The function is cheap and exact, so differences of sixth order give derivatives good to nine digits; a second-order method then
//! needs a handful of steps and ends at an accuracy no simplex reaches.

/// Weights of the sixth-order central differences, for steps of 1, 2 and 3 h.
const FIRST: [f64; 3] = [0.75, -0.15, 1.0 / 60.0];
const SECOND: [f64; 3] = [1.5, -0.15, 1.0 / 90.0];

/// The step of the differences at a parameter's value.
pub(super) fn step_at(value: f64) -> f64 {
    0.01 * value.abs().max(0.1)
}

/// Gradient and Hessian (row after row) of `f` at `at`; `None` where `f` has no value.
pub(super) fn derivatives(
    f: &dyn Fn(&[f64]) -> Option<f64>,
    at: &[f64],
) -> Option<(Vec<f64>, Vec<f64>)> {
    let k = at.len();
    let steps: Vec<f64> = at.iter().map(|&v| step_at(v)).collect();
    let moved = |changes: &[(usize, f64)]| {
        let mut there = at.to_vec();
        for &(i, by) in changes {
            there[i] += by * steps[i];
        }
        f(&there)
    };
    let here = f(at)?;
    let (mut gradient, mut hessian) = (vec![0.0; k], vec![0.0; k * k]);
    for i in 0..k {
        for (m, (first, second)) in (1..).map(f64::from).zip(FIRST.iter().zip(SECOND)) {
            let (up, down) = (moved(&[(i, m)])?, moved(&[(i, -m)])?);
            gradient[i] += first * (up - down) / steps[i];
            hessian[i * k + i] += second * ((up - here) + (down - here)) / (steps[i] * steps[i]);
        }
        for j in 0..i {
            let mut mixed = 0.0;
            for (m, a) in (1..).map(f64::from).zip(FIRST) {
                for (n, b) in (1..).map(f64::from).zip(FIRST) {
                    let corners = (moved(&[(i, m), (j, n)])? - moved(&[(i, m), (j, -n)])?)
                        - (moved(&[(i, -m), (j, n)])? - moved(&[(i, -m), (j, -n)])?);
                    mixed += a * b * corners;
                }
            }
            mixed /= steps[i] * steps[j];
            hessian[i * k + j] = mixed;
            hessian[j * k + i] = mixed;
        }
    }
    Some((gradient, hessian))
}

/// Goes down from a start until a step changes nothing that matters. `None` if it does not get there.
pub(super) fn minimise(
    f: &dyn Fn(&[f64]) -> Option<f64>,
    start: &[f64],
) -> Option<(Vec<f64>, f64)> {
    let mut at = start.to_vec();
    let mut value = f(&at)?;
    for _ in 0..200 {
        let (gradient, hessian) = derivatives(f, &at)?;
        let direction = descent(&gradient, &hessian);
        let slope: f64 = direction.iter().zip(&gradient).map(|(d, g)| d * g).sum();
        let mut length = 1.0;
        let mut next = None;
        while length > 1e-10 {
            let there: Vec<f64> =
                at.iter().zip(&direction).map(|(a, d)| (a + length * d).abs()).collect();
            if let Some(lower) = f(&there).filter(|v| *v <= value + 1e-4 * length * slope) {
                next = Some((there, lower));
                break;
            }
            length *= 0.5;
        }
        // No step goes further down than the last digits of the function: this is the minimum.
        let Some((there, lower)) = next else { return Some((at, value)) };
        let moved = at
            .iter()
            .zip(&there)
            .map(|(a, b)| (a - b).abs() / (1e-3 + a.abs()))
            .fold(0.0, f64::max);
        let gained = value - lower;
        (at, value) = (there, lower);
        if moved < 1e-10 || (gained <= 1e-13 * value.abs() && moved < 1e-7) {
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
    loop {
        let mut damped = hessian.to_vec();
        for i in 0..k {
            damped[i * k + i] += damping;
        }
        if let Ok(factor) = crate::linalg::Cholesky::new(&damped, k, k, 1e-8) {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_those_of_the_function() {
        let f = |v: &[f64]| Some((v[0] * v[0] * v[1]).exp());
        let (g, h) = derivatives(&f, &[0.5, 0.8]).unwrap();
        let e = (0.25_f64 * 0.8).exp();
        assert!((g[0] - 0.8 * e).abs() < 1e-8 && (g[1] - 0.25 * e).abs() < 1e-8);
        assert!((h[1] - (1.0 + 0.2) * e).abs() < 1e-7);
        assert!((h[0] - (1.6 + 0.64) * e).abs() < 1e-7);
    }

    #[test]
    fn a_minimum_on_the_boundary_is_found() {
        let f = |v: &[f64]| Some((v[0] * v[0] + 0.5).ln() + (v[1] * v[1] - 2.0).powi(2));
        let (at, _) = minimise(&f, &[1.0, 1.0]).unwrap();
        assert!(at[0] < 1e-6 && (at[1] - 2.0_f64.sqrt()).abs() < 1e-8, "{at:?}");
    }
}
