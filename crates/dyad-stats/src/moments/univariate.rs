//! Mean and variance in one pass.

use crate::distributions::student_t;
use crate::{Result, StatsError};

/// Number, mean and sum of squared deviations of a sample.
///
/// Values are pushed one at a time (Welford) and parts are merged (Chan, Golub & LeVeque), so that the same sums serve threads,
/// files larger than memory, and sites that share aggregates only.
///
/// # Shape and units
/// Any number of values; mean and standard deviation have the unit of the values.
///
/// # Missing values
/// None accepted: push what is there, count what is not.
///
/// # Source
/// `[@welford1962]`, `[@chan1983]`. R: `mean`, `var`, `t.test`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moments {
    n: u64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// No value yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The moments of a slice.
    #[must_use]
    pub fn of(values: &[f64]) -> Self {
        let mut moments = Self::new();
        for &value in values {
            moments.push(value);
        }
        moments
    }

    /// Adds a value.
    pub fn push(&mut self, value: f64) {
        self.n += 1;
        let step = value - self.mean;
        self.mean += step / self.n as f64;
        self.squares += step * (value - self.mean);
    }

    /// Adds the values of another part.
    pub fn merge(&mut self, other: &Self) {
        if other.n == 0 {
            return;
        }
        let (a, b) = (self.n as f64, other.n as f64);
        let step = other.mean - self.mean;
        self.n += other.n;
        self.mean += step * b / (a + b);
        self.squares += other.squares + step * step * a * b / (a + b);
    }

    /// Number of values.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Σ (x − x̄)².
    pub(crate) fn squares(&self) -> f64 {
        self.squares
    }

    /// The arithmetic mean.
    ///
    /// # Errors
    /// [`StatsError::TooFew`] without a value.
    pub fn mean(&self) -> Result<f64> {
        if self.n == 0 {
            return Err(StatsError::TooFew { unit: "values", needed: 1, found: 0 });
        }
        Ok(self.mean)
    }

    /// The variance, with n − 1.
    ///
    /// # Errors
    /// [`StatsError::TooFew`] below two values.
    pub fn variance(&self) -> Result<f64> {
        if self.n < 2 {
            let found = usize::try_from(self.n).unwrap_or(usize::MAX);
            return Err(StatsError::TooFew { unit: "values", needed: 2, found });
        }
        Ok(self.squares / (self.n - 1) as f64)
    }

    /// The standard deviation, with n − 1.
    ///
    /// # Errors
    /// As [`Moments::variance`].
    pub fn sd(&self) -> Result<f64> {
        self.variance().map(f64::sqrt)
    }

    /// The standard error of the mean.
    ///
    /// # Errors
    /// As [`Moments::variance`].
    pub fn se(&self) -> Result<f64> {
        Ok((self.variance()? / self.n as f64).sqrt())
    }

    /// mean ± t(n − 1) · standard error.
    ///
    /// # Errors
    /// As [`Moments::variance`].
    pub fn t_interval(&self, level: f64) -> Result<[f64; 2]> {
        let half = student_t::critical(level, (self.n.max(2) - 1) as f64) * self.se()?;
        Ok([self.mean - half, self.mean + half])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_equals_unmerged() {
        let values: Vec<f64> = (0..100).map(|i| 1e6 + f64::from(i * i % 17)).collect();
        let whole = Moments::of(&values);
        for cut in [0, 1, 50, 100] {
            let mut merged = Moments::of(&values[..cut]);
            merged.merge(&Moments::of(&values[cut..]));
            assert_eq!(merged.n(), whole.n());
            assert!((merged.mean - whole.mean).abs() < 1e-9);
            assert!((merged.squares / whole.squares - 1.0).abs() < 1e-10);
        }
    }

    #[test]
    fn too_few_values_are_refused() {
        assert!(Moments::new().mean().is_err());
        assert!(Moments::of(&[1.0]).variance().is_err());
        assert!(Moments::of(&[1.0]).t_interval(0.95).is_err());
    }
}
