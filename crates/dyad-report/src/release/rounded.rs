//! What rounding leaves open: counts are rounded and small ones withheld, and yet a withheld one can follow from a total that was
//! counted before it was rounded. Sevens beside one another are such a case: 7 + 7 + 7 + 27 is released as 50, 27 as 25, and nothing
//! below 21 fits between them.

use super::bounds::{Equation, interval};
use super::complement::{Hidden, System, Total};

/// More counts than these are not worked through.
const MOST: usize = 240;

/// How a profile rounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rounding {
    /// Counts are rounded to multiples of it.
    pub(crate) base: u64,
    /// Counts from 1 to one less are withheld.
    pub(crate) threshold: u64,
    /// Whether totals inside a table were counted before they were rounded; else they are sums of rounded cells.
    pub(crate) counted_totals: bool,
}

impl System {
    /// Hides counts until no withheld one is the only whole number that fits; `None` if that cannot be reached.
    pub(crate) fn protect_rounded(
        &self,
        primary: &[bool],
        rounding: Rounding,
    ) -> Option<Vec<Option<Hidden>>> {
        let mut hidden: Vec<Option<Hidden>> =
            primary.iter().map(|&p| p.then_some(Hidden::Primary)).collect();
        if !primary.contains(&true) {
            return Some(hidden);
        }
        if self.counts.len() > MOST {
            return None;
        }
        loop {
            let exposed = (0..self.counts.len()).find(|&cell| {
                let [low, high] = match hidden[cell] {
                    Some(Hidden::Primary) => self.feasible_rounded(&hidden, cell, rounding),
                    _ => return false,
                };
                // Fewer than two whole numbers fit.
                (high + 1e-6).floor() - (low - 1e-6).ceil() < 0.5
            });
            let Some(exposed) = exposed else { return Some(hidden) };
            let next = self.cheapest(&hidden, exposed)?;
            hidden[next] = Some(Hidden::Secondary);
        }
    }

    /// What a reader can work out about a withheld count.
    fn feasible_rounded(
        &self,
        hidden: &[Option<Hidden>],
        cell: usize,
        rounding: Rounding,
    ) -> [f64; 2] {
        let mut known = Known { equations: Vec::new(), variables: self.counts.len() };
        // A total that is made of rounded cells is shown as their sum, which tells nothing of its own; that the true total is
        // the sum of the true cells holds all the same, and the number may be published elsewhere.
        // Where a part equals the total, which of the two is the total cannot be told, and neither is taken for one.
        let mut made = vec![false; self.counts.len()];
        for (parts, total) in &self.sums {
            if let (Total::Cell(index), false) = (*total, rounding.counted_totals) {
                made[index] |= parts.iter().all(|&part| self.counts[part] != self.counts[index]);
            }
        }
        for (index, state) in hidden.iter().enumerate() {
            let count = self.counts[index];
            match state {
                None if made[index] => {
                    if self.published.contains(&count) {
                        let [low, high] = rounding.behind(count);
                        known.between(vec![(index, 1.0)], low, high);
                    }
                }
                None => {
                    let [low, high] = rounding.behind(count);
                    // What is shown and not 0 passed the threshold.
                    let low = if high > 0 { low.max(rounding.threshold) } else { low };
                    known.between(vec![(index, 1.0)], low, high);
                }
                Some(Hidden::Primary) if (1..rounding.threshold).contains(&count) => {
                    known.between(vec![(index, 1.0)], 1, rounding.threshold - 1);
                }
                Some(_) => {}
            }
        }
        for (cells, total) in &self.sums {
            let mut terms: Vec<(usize, f64)> = cells.iter().map(|&index| (index, 1.0)).collect();
            match *total {
                Total::Known(total) => {
                    let [low, high] = rounding.behind(total);
                    known.between(terms, low, high);
                }
                Total::Cell(index) => {
                    terms.push((index, -1.0));
                    known.equations.push(Equation { terms, constant: 0.0 });
                }
            }
        }
        interval(&known.equations, known.variables, cell)
    }
}

impl Rounding {
    /// The whole numbers behind a rounded one; nothing but 0 is behind 0, since small counts are withheld.
    fn behind(self, count: u64) -> [u64; 2] {
        let half = self.base / 2;
        let rounded = (count + half) / self.base * self.base;
        if rounded == 0 { [0, 0] } else { [rounded - half, rounded + half] }
    }
}

/// Equations over the counts, with one variable more for each side of a bound.
struct Known {
    equations: Vec<Equation>,
    variables: usize,
}

impl Known {
    /// low ≤ Σ terms ≤ high.
    fn between(&mut self, mut terms: Vec<(usize, f64)>, low: u64, high: u64) {
        let (above, below) = (self.variables, self.variables + 1);
        self.variables += 2;
        terms.push((above, -1.0));
        self.equations.push(Equation { terms, constant: low as f64 });
        let room = (high - low) as f64;
        self.equations.push(Equation { terms: vec![(above, 1.0), (below, 1.0)], constant: room });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NHS: Rounding = Rounding { base: 5, threshold: 8, counted_totals: true };

    #[test]
    fn sevens_beside_one_another_do_not_follow_from_their_total() {
        let system = System {
            counts: vec![7, 7, 7, 27],
            sums: vec![((0..4).collect(), Total::Known(48))],
            ..System::default()
        };
        let primary = [true, true, true, false];
        let alone = primary.map(|p| p.then_some(Hidden::Primary));
        let [low, high] = system.feasible_rounded(&alone, 0, NHS);
        assert!((low - 7.0).abs() < 1e-6 && (high - 7.0).abs() < 1e-6, "{low} {high}");
        let hidden = system.protect_rounded(&primary, NHS).unwrap();
        assert_eq!(hidden[3], Some(Hidden::Secondary));
    }

    #[test]
    fn a_total_of_rounded_cells_is_known_where_it_is_published() {
        let made = Rounding { counted_totals: false, ..NHS };
        // 0 and 1 in a row, 13 and 18 in the next, their totals, and 32 clients in the study.
        let counts = [[0, 1, 1], [13, 18, 31], [13, 19, 32]];
        let rows: Vec<Vec<Option<u64>>> = counts.map(|row| row.map(Some).to_vec()).to_vec();
        let (system, _) = System::of_table(&rows, &[32]);
        let primary: Vec<bool> = counts.concat().iter().map(|n| (1..8).contains(n)).collect();
        let alone: Vec<_> = primary.iter().map(|p| p.then_some(Hidden::Primary)).collect();
        let [low, high] = system.feasible_rounded(&alone, 1, made);
        assert!((low - 1.0).abs() < 1e-6 && high < 2.0, "{low} {high}");
        let hidden = system.protect_rounded(&primary, made).unwrap();
        assert!(hidden.contains(&Some(Hidden::Secondary)));
    }

    #[test]
    fn where_rounding_is_enough_nothing_more_goes() {
        let system = System {
            counts: vec![4, 41, 52],
            sums: vec![((0..3).collect(), Total::Known(97))],
            ..System::default()
        };
        let hidden = system.protect_rounded(&[true, false, false], NHS).unwrap();
        assert_eq!(hidden, [Some(Hidden::Primary), None, None]);
    }
}
