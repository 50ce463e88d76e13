//! Means and cross-products of the items of a scale.

use crate::{Result, StatsError};

/// Number, means and cross-products of the items of a scale over persons who answered all of them.
///
/// Persons are pushed one at a time and parts are merged, as with [`Moments`](crate::moments::Moments). Someone who left an item out
/// is counted and not used: complete cases.
///
/// # Shape and units
/// Any number of persons and items; every person comes with all items in the same order, reversed items reversed before.
///
/// # Missing values
/// `None`; the person is dropped and counted in [`ItemSums::dropped`].
///
/// # Source
/// `[@welford1962]`, `[@chan1983]`. R: `cov(x[complete.cases(x), ])`.
///
/// # Examples
/// ```
/// use dyad_stats::reliability::ItemSums;
///
/// let mut sums = ItemSums::new(2);
/// sums.push(&[Some(1.0), Some(3.0)])?;
/// sums.push(&[Some(2.0), None])?;
/// sums.push(&[Some(3.0), Some(7.0)])?;
/// sums.push(&[None, None])?;
/// assert_eq!((sums.n(), sums.dropped(), sums.silent()), (2, 2, 1));
/// # Ok::<(), dyad_stats::StatsError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ItemSums {
    n: u64,
    dropped: u64,
    silent: u64,
    means: Vec<f64>,
    /// Σ(x − x̄)(y − ȳ), the lower triangle row after row.
    products: Vec<f64>,
    /// What is added of the person at hand; kept to allocate once.
    steps: Vec<f64>,
}

impl ItemSums {
    /// No person yet.
    #[must_use]
    pub fn new(items: usize) -> Self {
        let products = vec![0.0; items * (items + 1) / 2];
        let (means, steps) = (vec![0.0; items], vec![0.0; items]);
        Self { n: 0, dropped: 0, silent: 0, means, products, steps }
    }

    /// Adds a person.
    ///
    /// # Errors
    /// - [`StatsError::UnequalLengths`] if there are not as many scores as items.
    /// - [`StatsError::NotFinite`] if a score is NaN or infinite.
    pub fn push(&mut self, scores: &[Option<f64>]) -> Result<()> {
        let (left, right) = (scores.len(), self.items());
        if left != right {
            return Err(StatsError::UnequalLengths { what: "scores and items", left, right });
        }
        if scores.iter().flatten().any(|score| !score.is_finite()) {
            return Err(StatsError::NotFinite { what: "the scores of an item".into() });
        }
        if scores.iter().any(Option::is_none) {
            self.dropped += 1;
            self.silent += u64::from(scores.iter().all(Option::is_none));
            return Ok(());
        }
        self.n += 1;
        let n = self.n as f64;
        for ((step, mean), score) in self.steps.iter_mut().zip(&mut self.means).zip(scores) {
            *step = score.unwrap_or(*mean) - *mean;
            *mean += *step / n;
        }
        let mut products = self.products.iter_mut();
        for (i, a) in self.steps.iter().enumerate() {
            // The shorter one first: a product taken and not used would be lost.
            for (b, product) in self.steps[..=i].iter().zip(products.by_ref()) {
                *product += a * b * (n - 1.0) / n;
                if !product.is_finite() {
                    return Err(StatsError::NotFinite { what: "a sum of squares of items".into() });
                }
            }
        }
        Ok(())
    }

    /// Adds the persons of another part.
    ///
    /// # Errors
    /// [`StatsError::UnequalLengths`] if the parts have different numbers of items.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        let (left, right) = (self.items(), other.items());
        if left != right {
            return Err(StatsError::UnequalLengths { what: "the items of two parts", left, right });
        }
        self.dropped += other.dropped;
        self.silent += other.silent;
        if other.n == 0 {
            return Ok(());
        }
        let (a, b) = (self.n as f64, other.n as f64);
        for ((step, mean), from) in self.steps.iter_mut().zip(&mut self.means).zip(&other.means) {
            *step = from - *mean;
            *mean += *step * b / (a + b);
        }
        let weight = a * b / (a + b);
        let mut at = 0;
        for i in 0..left {
            for j in 0..=i {
                self.products[at] += other.products[at] + weight * self.steps[i] * self.steps[j];
                at += 1;
            }
        }
        self.n += other.n;
        Ok(())
    }

    /// Number of items.
    #[must_use]
    pub fn items(&self) -> usize {
        self.means.len()
    }

    /// Persons with every item.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Persons without one or more of them.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Persons without any: among the dropped.
    #[must_use]
    pub fn silent(&self) -> u64 {
        self.silent
    }

    /// The covariances, with n − 1, row after row, once they are worth having.
    ///
    /// # Errors
    /// [`StatsError::TooFew`] items or persons; [`StatsError::NoVariation`] of an item, by its place from 1.
    pub(super) fn covariances(&self, items: usize, persons: usize) -> Result<Vec<f64>> {
        let k = self.items();
        if k < items {
            return Err(StatsError::TooFew { unit: "items", needed: items, found: k });
        }
        let found = usize::try_from(self.n).unwrap_or(usize::MAX);
        if found < persons {
            let unit = "persons who answered every item";
            return Err(StatsError::TooFew { unit, needed: persons, found });
        }
        let df = (self.n - 1) as f64;
        let mut full = vec![0.0; k * k];
        let mut products = self.products.iter();
        for i in 0..k {
            for (j, product) in (0..=i).zip(products.by_ref()) {
                full[i * k + j] = product / df;
                full[j * k + i] = product / df;
            }
            // Rounding leaves a trace of variance in a constant item of large values; squares below the second bound have lost digits.
            let trace = 1e-24 * self.means[i] * self.means[i];
            if full[i * k + i] <= trace || full[i * k + i] < f64::MIN_POSITIVE / f64::EPSILON {
                return Err(StatsError::NoVariation { what: format!("item {}", i + 1).into() });
            }
        }
        Ok(full)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(rows: std::ops::Range<u32>) -> ItemSums {
        let mut sums = ItemSums::new(3);
        for k in rows {
            let row = [k * 7 % 5, k * k % 11, k * 3 % 8].map(|v| Some(1e3 + f64::from(v)));
            sums.push(&row).unwrap();
        }
        sums
    }

    #[test]
    fn merged_is_unmerged() {
        let whole = sums(0..20).covariances(2, 2).unwrap();
        for cut in [0, 1, 13, 20] {
            let mut part = sums(0..cut);
            part.merge(&sums(cut..20)).unwrap();
            for (a, b) in part.covariances(2, 2).unwrap().iter().zip(&whole) {
                assert!((a - b).abs() < 1e-11);
            }
            assert_eq!(part.n(), 20);
        }
    }

    #[test]
    fn refusals() {
        let mut sums = sums(0..4);
        assert!(matches!(sums.push(&[Some(1.0)]), Err(StatsError::UnequalLengths { .. })));
        let row = [None, Some(f64::NAN), Some(1.0)];
        assert!(matches!(sums.push(&row), Err(StatsError::NotFinite { .. })));
        assert!(matches!(sums.covariances(4, 2), Err(StatsError::TooFew { unit: "items", .. })));
        assert!(matches!(sums.covariances(3, 5), Err(StatsError::TooFew { found: 4, .. })));
        assert!(sums.merge(&ItemSums::new(2)).is_err());
    }
}
