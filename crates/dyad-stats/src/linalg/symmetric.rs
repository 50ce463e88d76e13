//! Eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi rotations.

/// Eigenvalues, and eigenvectors as columns of a matrix given row after row.
pub(crate) fn eigen(matrix: &[f64], size: usize) -> (Vec<f64>, Vec<f64>) {
    let mut a = matrix.to_vec();
    let mut vectors = vec![0.0; size * size];
    (0..size).for_each(|k| vectors[k * size + k] = 1.0);
    for _ in 0..100 {
        let off: f64 = (0..size)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .map(|(i, j)| a[i * size + j].powi(2))
            .sum();
        let scale: f64 = (0..size).map(|k| a[k * size + k].powi(2)).sum();
        if off <= 1e-32 * scale || off <= 0.0 {
            break;
        }
        for i in 1..size {
            for j in 0..i {
                rotate(&mut a, &mut vectors, size, j, i);
            }
        }
    }
    ((0..size).map(|k| a[k * size + k]).collect(), vectors)
}

/// One rotation that makes the entry (p, q) zero.
fn rotate(a: &mut [f64], vectors: &mut [f64], size: usize, p: usize, q: usize) {
    let apq = a[p * size + q];
    if apq.abs() < f64::MIN_POSITIVE {
        return;
    }
    let theta = (a[q * size + q] - a[p * size + p]) / (2.0 * apq);
    // A tangent of at most 1. θ² may overflow: then t is 0, as it should be to all digits.
    let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let c = 1.0 / (t * t + 1.0).sqrt();
    let s = t * c;
    for k in 0..size {
        let (akp, akq) = (a[k * size + p], a[k * size + q]);
        a[k * size + p] = c * akp - s * akq;
        a[k * size + q] = s * akp + c * akq;
    }
    for k in 0..size {
        let (apk, aqk) = (a[p * size + k], a[q * size + k]);
        a[p * size + k] = c * apk - s * aqk;
        a[q * size + k] = s * apk + c * aqk;
        let (vkp, vkq) = (vectors[k * size + p], vectors[k * size + q]);
        vectors[k * size + p] = c * vkp - s * vkq;
        vectors[k * size + q] = s * vkp + c * vkq;
    }
}

#[cfg(test)]
mod tests {
    use super::eigen;

    #[test]
    fn the_matrix_is_put_together_again() {
        let matrix = [4.0, 1.0, 0.5, 1.0, 3.0, -0.2, 0.5, -0.2, 1.0];
        let (values, v) = eigen(&matrix, 3);
        for i in 0..3 {
            for j in 0..3 {
                let back: f64 = (0..3).map(|k| values[k] * v[i * 3 + k] * v[j * 3 + k]).sum();
                assert!((back - matrix[i * 3 + j]).abs() < 1e-13);
            }
        }
    }
}
