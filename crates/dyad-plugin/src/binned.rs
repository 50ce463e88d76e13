//! Binned forms of figures: what is drawn where single persons may not be.

use dyad_model::figure::{Bin1, Bin2};

/// Bins along each side of a plane.
const SIDE: usize = 12;

/// Counts of points in a grid over their range; empty bins are left out.
#[must_use]
pub fn plane(x: &[f64], y: &[f64]) -> Vec<Bin2> {
    let (Some(across), Some(up)) = (Grid::over(x, SIDE), Grid::over(y, SIDE)) else {
        return Vec::new();
    };
    let mut counts = vec![0_u64; SIDE * SIDE];
    for (&a, &b) in x.iter().zip(y) {
        counts[up.slot(b) * SIDE + across.slot(a)] += 1;
    }
    let bins = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    bins.map(|(at, &count)| Bin2 { x: across.limits(at % SIDE), y: up.limits(at / SIDE), count })
        .collect()
}

/// Counts of values in bins of equal width over their range, empty ones included.
#[must_use]
pub fn line(x: &[f64], bins: usize) -> Vec<Bin1> {
    let Some(grid) = Grid::over(x, bins) else { return Vec::new() };
    let mut counts = vec![0_u64; bins];
    for &value in x {
        counts[grid.slot(value)] += 1;
    }
    counts.iter().enumerate().map(|(at, &count)| Bin1 { x: grid.limits(at), count }).collect()
}

struct Grid {
    low: f64,
    width: f64,
    bins: usize,
}

impl Grid {
    /// `None` without values or bins. Equal values get one unit of width.
    fn over(values: &[f64], bins: usize) -> Option<Self> {
        let low = values.iter().copied().reduce(f64::min)?;
        let high = values.iter().copied().reduce(f64::max)?;
        let span = if high > low { high - low } else { 1.0 };
        (bins > 0).then(|| Self { low, width: span / bins as f64, bins })
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the quotient lies between 0 and bins"
    )]
    fn slot(&self, value: f64) -> usize {
        (((value - self.low) / self.width) as usize).min(self.bins - 1)
    }

    fn limits(&self, slot: usize) -> [f64; 2] {
        [self.low + slot as f64 * self.width, self.low + (slot + 1) as f64 * self.width]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_one_bin() {
        let x = [1.0, 2.0, 2.5, 4.0, 7.0];
        assert_eq!(line(&x, 4).iter().map(|b| b.count).sum::<u64>(), 5);
        assert_eq!(plane(&x, &x).iter().map(|b| b.count).sum::<u64>(), 5);
        assert_eq!(line(&[3.0, 3.0], 2)[0].count, 2);
        assert!(line(&[], 3).is_empty());
    }
}
