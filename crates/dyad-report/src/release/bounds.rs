//! What can be worked out about suppressed cells: smallest and largest value consistent with everything released.
//!
//! Every released sum is an equation over the suppressed cells, which are at least 0. The bounds are found by linear
//! programming; sizes are tens of cells, so a dense simplex with Bland's rule is enough and always ends.

/// A linear equation: Σ coefficient · cell = constant.
#[derive(Clone, Debug)]
pub(crate) struct Equation {
    /// Coefficients by cell.
    pub(crate) terms: Vec<(usize, f64)>,
    /// The constant.
    pub(crate) constant: f64,
}

const TOLERANCE: f64 = 1e-7;

/// Returns the smallest and the largest value a cell can have; infinite where nothing bounds it.
pub(crate) fn interval(equations: &[Equation], cells: usize, cell: usize) -> [f64; 2] {
    let mut cost = vec![0.0; cells];
    cost[cell] = 1.0;
    let low = minimum(equations, &cost).map_or(0.0, |low| low.max(0.0));
    cost[cell] = -1.0;
    let high = minimum(equations, &cost).map_or(f64::INFINITY, |high| -high);
    [low, high]
}

/// The smallest value of Σ cost · x with x ≥ 0 and the equations; `None` if there is no such x, −∞ if it has no limit.
fn minimum(equations: &[Equation], cost: &[f64]) -> Option<f64> {
    let mut tableau = Tableau::new(equations, cost.len());
    tableau.first_phase()?;
    Some(tableau.second_phase(cost))
}

/// Rows are equations, columns the cells, then one artificial variable per row, then the constant.
struct Tableau {
    rows: Vec<Vec<f64>>,
    basis: Vec<usize>,
    cells: usize,
}

impl Tableau {
    fn new(equations: &[Equation], cells: usize) -> Self {
        let count = equations.len();
        let rows = equations
            .iter()
            .enumerate()
            .map(|(index, equation)| {
                let sign = if equation.constant < 0.0 { -1.0 } else { 1.0 };
                let mut row = vec![0.0; cells + count + 1];
                for &(cell, coefficient) in &equation.terms {
                    row[cell] += sign * coefficient;
                }
                row[cells + index] = 1.0;
                row[cells + count] = sign * equation.constant;
                row
            })
            .collect();
        Self { rows, basis: (cells..cells + count).collect(), cells }
    }

    /// Drives the artificial variables to 0; `None` if the equations contradict each other.
    fn first_phase(&mut self) -> Option<()> {
        let width = self.cells + self.rows.len();
        let cost: Vec<f64> = (0..width).map(|c| if c < self.cells { 0.0 } else { 1.0 }).collect();
        let least = self.descend(&cost);
        if least > TOLERANCE {
            return None;
        }
        // What is left of them in the basis is 0: put a cell in its place where the row has one.
        for row in 0..self.rows.len() {
            if self.basis[row] >= self.cells
                && let Some(column) = (0..self.cells).find(|&c| self.rows[row][c].abs() > TOLERANCE)
            {
                self.pivot(row, column);
            }
        }
        Some(())
    }

    fn second_phase(&mut self, cost: &[f64]) -> f64 {
        let width = self.cells + self.rows.len();
        let cost: Vec<f64> = (0..width).map(|c| cost.get(c).copied().unwrap_or(0.0)).collect();
        for row in &mut self.rows {
            // An artificial variable must not come back.
            row[self.cells..width].fill(0.0);
        }
        self.descend(&cost)
    }

    /// Simplex steps until no column lowers the cost; the cost, or −∞.
    fn descend(&mut self, cost: &[f64]) -> f64 {
        loop {
            let entering = (0..cost.len()).find(|&column| {
                let covered: f64 = self
                    .rows
                    .iter()
                    .zip(&self.basis)
                    .map(|(row, &basic)| cost[basic] * row[column])
                    .sum();
                !self.basis.contains(&column) && cost[column] - covered < -TOLERANCE
            });
            let Some(column) = entering else {
                return self
                    .rows
                    .iter()
                    .zip(&self.basis)
                    .map(|(row, &basic)| cost[basic] * row.last().copied().unwrap_or(0.0))
                    .sum();
            };
            let mut leaving: Option<(usize, f64)> = None;
            for (index, row) in self.rows.iter().enumerate() {
                if row[column] > TOLERANCE {
                    let ratio = row.last().copied().unwrap_or(0.0) / row[column];
                    let better = leaving.is_none_or(|(best, least)| {
                        ratio < least - TOLERANCE
                            || (ratio < least + TOLERANCE && self.basis[index] < self.basis[best])
                    });
                    if better {
                        leaving = Some((index, ratio));
                    }
                }
            }
            let Some((row, _)) = leaving else { return f64::NEG_INFINITY };
            self.pivot(row, column);
        }
    }

    fn pivot(&mut self, row: usize, column: usize) {
        let divisor = self.rows[row][column];
        for value in &mut self.rows[row] {
            *value /= divisor;
        }
        let pivot = self.rows[row].clone();
        for (index, other) in self.rows.iter_mut().enumerate() {
            let factor = other[column];
            if index != row && factor.abs() > 0.0 {
                for (value, subtracted) in other.iter_mut().zip(&pivot) {
                    *value -= factor * subtracted;
                }
            }
        }
        self.basis[row] = column;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(cells: &[usize], constant: f64) -> Equation {
        Equation { terms: cells.iter().map(|&c| (c, 1.0)).collect(), constant }
    }

    fn is_between(range: [f64; 2], low: f64, high: f64) -> bool {
        (range[0] - low).abs() < 1e-9 && (range[1] - high).abs() < 1e-9
    }

    #[test]
    fn a_single_hole_in_a_sum_is_known() {
        assert!(is_between(interval(&[sum(&[0], 3.0)], 1, 0), 3.0, 3.0));
    }

    #[test]
    fn a_two_by_two_square_is_bounded_by_its_margins() {
        // Rows sum to 5 and 7, columns to 4 and 8.
        let equations =
            [sum(&[0, 1], 5.0), sum(&[2, 3], 7.0), sum(&[0, 2], 4.0), sum(&[1, 3], 8.0)];
        assert!(is_between(interval(&equations, 4, 0), 0.0, 4.0));
        assert!(is_between(interval(&equations, 4, 1), 1.0, 5.0));
        assert!(is_between(interval(&equations, 4, 3), 3.0, 7.0));
    }

    #[test]
    fn what_no_equation_names_has_no_upper_bound() {
        let [low, high] = interval(&[sum(&[0], 3.0)], 2, 1);
        assert!(low.abs() < 1e-9 && high.is_infinite());
    }
}
