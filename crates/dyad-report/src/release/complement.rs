//! Complementary suppression: what else must go so that nothing suppressed can be worked out.

use super::bounds::{Equation, interval};

/// Counts and the sums that hold between them.
#[derive(Clone, Debug, Default)]
pub(crate) struct System {
    /// The counts, as they are.
    pub(crate) counts: Vec<u64>,
    /// Sums that a reader knows or can see: (cells, total).
    pub(crate) sums: Vec<(Vec<usize>, Total)>,
    /// Numbers published elsewhere, such as the clients of the study.
    pub(crate) published: Vec<u64>,
}

/// The other side of a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Total {
    /// A number published elsewhere.
    Known(u64),
    /// Another cell.
    Cell(usize),
}

/// Why a cell is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hidden {
    /// It fails a rule itself.
    Primary,
    /// It protects another.
    Secondary,
}

impl System {
    /// Finds the sums in a table of counts: a row or a column that is the sum of the others, and columns or rows that add up to
    /// one of the published totals. A chance agreement only hides more.
    pub(crate) fn of_table(
        rows: &[Vec<Option<u64>>],
        published: &[u64],
    ) -> (Self, Vec<Vec<Option<usize>>>) {
        let mut system = Self { published: published.to_vec(), ..Self::default() };
        let index: Vec<Vec<Option<usize>>> = rows
            .iter()
            .map(|row| {
                row.iter()
                    .map(|cell| {
                        cell.map(|count| {
                            system.counts.push(count);
                            system.counts.len() - 1
                        })
                    })
                    .collect()
            })
            .collect();
        let columns = index.iter().map(Vec::len).max().unwrap_or(0);
        for row in &index {
            let cells: Vec<usize> = row.iter().flatten().copied().collect();
            system.find_sums(&cells, published);
        }
        for column in 0..columns {
            let cells: Vec<usize> =
                index.iter().filter_map(|row| row.get(column).copied().flatten()).collect();
            system.find_sums(&cells, published);
        }
        (system, index)
    }

    /// Adds the sums among cells that stand in one line.
    pub(crate) fn find_sums(&mut self, cells: &[usize], published: &[u64]) {
        if cells.len() < 2 {
            return;
        }
        let total: u64 = cells.iter().map(|&c| self.counts[c]).sum();
        if published.contains(&total) {
            self.sums.push((cells.to_vec(), Total::Known(total)));
        }
        for (position, &cell) in cells.iter().enumerate() {
            if cells.len() > 2 && 2 * self.counts[cell] == total {
                let mut others = cells.to_vec();
                others.remove(position);
                self.sums.push((others, Total::Cell(cell)));
            }
        }
    }

    /// Hides cells until no primary one can be narrowed below the threshold; `None` if even hiding everything does not help.
    pub(crate) fn protect(&self, primary: &[bool], threshold: u64) -> Option<Vec<Option<Hidden>>> {
        let hidden = primary.iter().map(|&p| p.then_some(Hidden::Primary)).collect();
        self.protect_from(hidden, threshold)
    }

    /// The same where something is hidden already.
    pub(crate) fn protect_from(
        &self,
        mut hidden: Vec<Option<Hidden>>,
        threshold: u64,
    ) -> Option<Vec<Option<Hidden>>> {
        loop {
            let exposed = (0..self.counts.len()).find(|&cell| {
                hidden[cell] == Some(Hidden::Primary) && !self.is_safe(&hidden, cell, threshold)
            });
            let Some(exposed) = exposed else { return Some(hidden) };
            let next = self.cheapest(&hidden, exposed)?;
            hidden[next] = Some(Hidden::Secondary);
        }
    }

    /// Whether what is released leaves a hidden cell wide enough.
    fn is_safe(&self, hidden: &[Option<Hidden>], cell: usize, threshold: u64) -> bool {
        let [low, high] = self.feasible(hidden, cell);
        let threshold = threshold as f64;
        high - low > threshold - 1e-6 && low < threshold - 1e-6
    }

    /// What a reader can work out about a hidden cell.
    pub(crate) fn feasible(&self, hidden: &[Option<Hidden>], cell: usize) -> [f64; 2] {
        let mut place = vec![usize::MAX; self.counts.len()];
        let mut unknown = 0;
        for (index, state) in hidden.iter().enumerate() {
            if state.is_some() {
                place[index] = unknown;
                unknown += 1;
            }
        }
        let mut equations = Vec::new();
        for (cells, total) in &self.sums {
            let mut equation = Equation { terms: Vec::new(), constant: 0.0 };
            let mut add = |index: usize, sign: f64| {
                if hidden[index].is_some() {
                    equation.terms.push((place[index], sign));
                } else {
                    equation.constant -= sign * self.counts[index] as f64;
                }
            };
            for &index in cells {
                add(index, 1.0);
            }
            match *total {
                Total::Known(total) => equation.constant += total as f64,
                Total::Cell(index) => add(index, -1.0),
            }
            if !equation.terms.is_empty() {
                equations.push(equation);
            }
        }
        interval(&equations, unknown, place[cell])
    }

    /// The smallest shown cell of a sum that the exposed cell is in, or, failing that, of any sum with a hidden cell.
    pub(crate) fn cheapest(&self, hidden: &[Option<Hidden>], exposed: usize) -> Option<usize> {
        let members = |(cells, total): &(Vec<usize>, Total)| -> Vec<usize> {
            let mut all = cells.clone();
            if let Total::Cell(cell) = total {
                all.push(*cell);
            }
            all
        };
        let smallest = |near: &dyn Fn(&[usize]) -> bool| {
            self.sums
                .iter()
                .map(members)
                .filter(|cells| near(cells))
                .flatten()
                .filter(|&cell| hidden[cell].is_none())
                .min_by_key(|&cell| (self.counts[cell] == 0, self.counts[cell], cell))
        };
        smallest(&|cells| cells.contains(&exposed))
            .or_else(|| smallest(&|cells| cells.iter().any(|&c| hidden[c].is_some())))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every non-negative whole-number filling of the hidden cells of a table with margins, by trying them all.
    fn attack(rows: &[Vec<u64>], hidden: &[Vec<bool>]) -> Vec<((usize, usize), u64, u64)> {
        let holes: Vec<(usize, usize)> = (0..rows.len())
            .flat_map(|r| (0..rows[0].len()).map(move |c| (r, c)))
            .filter(|&(r, c)| hidden[r][c])
            .collect();
        let row_left: Vec<u64> = (0..rows.len())
            .map(|r| (0..rows[0].len()).filter(|&c| hidden[r][c]).map(|c| rows[r][c]).sum())
            .collect();
        let column_left: Vec<u64> = (0..rows[0].len())
            .map(|c| (0..rows.len()).filter(|&r| hidden[r][c]).map(|r| rows[r][c]).sum())
            .collect();
        let mut seen: Vec<(u64, u64)> = vec![(u64::MAX, 0); holes.len()];
        let mut filling = vec![0; holes.len()];
        search(&holes, 0, &mut filling, &row_left, &column_left, &mut seen);
        holes.into_iter().zip(seen).map(|(at, (low, high))| (at, low, high)).collect()
    }

    fn search(
        holes: &[(usize, usize)],
        next: usize,
        filling: &mut Vec<u64>,
        rows: &[u64],
        columns: &[u64],
        seen: &mut [(u64, u64)],
    ) {
        if next == holes.len() {
            if rows.iter().chain(columns).all(|&left| left == 0) {
                for (range, &value) in seen.iter_mut().zip(filling.iter()) {
                    *range = (range.0.min(value), range.1.max(value));
                }
            }
            return;
        }
        let (r, c) = holes[next];
        let last = !holes[next + 1..].iter().any(|hole| hole.0 == r);
        let from = if last { rows[r] } else { 0 };
        for value in from..=rows[r].min(columns[c]) {
            filling[next] = value;
            let (mut rows, mut columns) = (rows.to_vec(), columns.to_vec());
            rows[r] -= value;
            columns[c] -= value;
            search(holes, next + 1, filling, &rows, &columns, seen);
        }
    }

    /// The system of a table whose row and column sums are all published.
    fn with_margins(rows: &[Vec<u64>]) -> System {
        let (height, width) = (rows.len(), rows[0].len());
        let mut system = System { counts: rows.concat(), ..System::default() };
        for (r, row) in rows.iter().enumerate() {
            let cells = (0..width).map(|c| r * width + c).collect();
            system.sums.push((cells, Total::Known(row.iter().sum())));
        }
        for c in 0..width {
            let cells = (0..height).map(|r| r * width + c).collect();
            system.sums.push((cells, Total::Known(rows.iter().map(|row| row[c]).sum())));
        }
        system
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn no_attack_narrows_a_suppressed_cell_below_the_policy(
            height in 2..5_usize, width in 2..5_usize, values in prop::collection::vec(0..9_u64, 16),
        ) {
            let threshold = 3;
            let rows: Vec<Vec<u64>> = (0..height).map(|r| values[4 * r..4 * r + width].to_vec()).collect();
            let system = with_margins(&rows);
            let primary: Vec<bool> = system.counts.iter().map(|&v| v > 0 && v < threshold).collect();
            let Some(hidden) = system.protect(&primary, threshold) else { return Ok(()) };
            let shape: Vec<Vec<bool>> =
                (0..height).map(|r| (0..width).map(|c| hidden[r * width + c].is_some()).collect()).collect();
            prop_assume!(shape.iter().flatten().filter(|h| **h).count() <= 11);
            for ((r, c), low, high) in attack(&rows, &shape) {
                let cell = r * width + c;
                let bounds = system.feasible(&hidden, cell);
                // Sums of whole numbers have whole-number extremes: the two routes agree.
                prop_assert!((bounds[0] - low as f64).abs() < 1e-6 && (bounds[1] - high as f64).abs() < 1e-6);
                if primary[cell] {
                    prop_assert!(high - low >= threshold, "cell {} is between {} and {}", cell, low, high);
                    prop_assert!(low < threshold);
                }
            }
        }
    }

    #[test]
    fn a_total_gives_a_single_hole_away_unless_a_second_is_made() {
        // Total 8 with one group of 7 reveals 1.
        let (system, _) = System::of_table(&[vec![Some(7)], vec![Some(1)], vec![Some(20)]], &[28]);
        let primary = [false, true, false];
        let alone: Vec<Option<Hidden>> =
            primary.iter().map(|&p| p.then_some(Hidden::Primary)).collect();
        assert!(system.feasible(&alone, 1).iter().all(|bound| (bound - 1.0).abs() < 1e-9));
        let hidden = system.protect(&primary, 5).unwrap();
        assert_eq!(hidden, [Some(Hidden::Secondary), Some(Hidden::Primary), None]);
    }

    #[test]
    fn a_margin_row_is_found_and_counts() {
        let (system, _) =
            System::of_table(&[vec![Some(2)], vec![Some(30)], vec![Some(40)], vec![Some(72)]], &[]);
        assert_eq!(system.sums, [(vec![0, 1, 2], Total::Cell(3))]);
        let hidden = system.protect(&[true, false, false, false], 5).unwrap();
        assert_eq!(hidden.iter().filter(|h| h.is_some()).count(), 2);
    }

    #[test]
    fn what_cannot_be_protected_is_said() {
        let system =
            System { counts: vec![2], sums: vec![(vec![0], Total::Known(2))], ..System::default() };
        assert!(system.protect(&[true], 5).is_none());
    }
}
