//! The Cholesky factor of a small symmetric positive definite matrix.

/// A = L·L', L lower triangular, row after row.
#[derive(Clone, Debug)]
pub(crate) struct Cholesky {
    lower: Vec<f64>,
    size: usize,
}

impl Cholesky {
    /// Factors a matrix given row after row; of `stride` columns only the first `size` are read.
    ///
    /// # Errors
    /// The position of the first column that is, but for a relative `tolerance`, a combination of those before it.
    pub(crate) fn new(
        matrix: &[f64],
        stride: usize,
        size: usize,
        tolerance: f64,
    ) -> Result<Self, usize> {
        let mut lower = vec![0.0; size * size];
        for row in 0..size {
            for column in 0..=row {
                let before: f64 =
                    (0..column).map(|k| lower[row * size + k] * lower[column * size + k]).sum();
                let left = matrix[row * stride + column] - before;
                if row == column {
                    let scale = matrix[row * stride + row];
                    if left.is_nan() || left <= tolerance * scale {
                        return Err(row);
                    }
                    lower[row * size + row] = left.sqrt();
                } else {
                    lower[row * size + column] = left / lower[column * size + column];
                }
            }
        }
        Ok(Self { lower, size })
    }

    /// log|A|.
    pub(crate) fn log_determinant(&self) -> f64 {
        (0..self.size).map(|k| 2.0 * self.lower[k * self.size + k].ln()).sum()
    }

    /// L⁻¹·v, in place.
    pub(crate) fn forward(&self, v: &mut [f64]) {
        for row in 0..self.size {
            let before: f64 = (0..row).map(|k| self.lower[row * self.size + k] * v[k]).sum();
            v[row] = (v[row] - before) / self.lower[row * self.size + row];
        }
    }

    /// A⁻¹·v, in place.
    pub(crate) fn solve(&self, v: &mut [f64]) {
        self.forward(v);
        for row in (0..self.size).rev() {
            let after: f64 =
                (row + 1..self.size).map(|k| self.lower[k * self.size + row] * v[k]).sum();
            v[row] = (v[row] - after) / self.lower[row * self.size + row];
        }
    }

    /// A⁻¹, row after row.
    pub(crate) fn inverse(&self) -> Vec<f64> {
        let mut inverse = vec![0.0; self.size * self.size];
        // A⁻¹ is symmetric: its columns are its rows.
        for (k, row) in inverse.chunks_exact_mut(self.size).enumerate() {
            row[k] = 1.0;
            self.solve(row);
        }
        inverse
    }

    /// v'·A⁻¹·v.
    pub(crate) fn quadratic_form(&self, v: &[f64]) -> f64 {
        let mut half = v.to_vec();
        self.forward(&mut half);
        half.iter().map(|h| h * h).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_and_names_the_dependent_column() {
        let matrix = [4.0, 2.0, 2.0, 3.0];
        let factor = Cholesky::new(&matrix, 2, 2, 1e-12).unwrap();
        let mut v = [2.0, 1.0];
        factor.solve(&mut v);
        assert!((v[0] - 0.5).abs() < 1e-15 && v[1].abs() < 1e-15);
        assert!((factor.log_determinant() - 8.0_f64.ln()).abs() < 1e-14);
        assert_eq!(Cholesky::new(&[1.0, 2.0, 2.0, 4.0], 2, 2, 1e-12).unwrap_err(), 1);
    }
}
