//! One-sample and paired t tests.

use super::Moments;
use crate::distributions::{normal, student_t};
use crate::{Result, StatsError};

/// A t test of a mean against a value.
#[derive(Clone, Debug, PartialEq)]
pub struct TTest {
    /// The mean (of the differences).
    pub mean: f64,
    /// Its standard error.
    pub se: f64,
    /// 95 % interval of the mean.
    pub ci: [f64; 2],
    /// (mean − value)/se.
    pub t: f64,
    /// n − 1.
    pub df: f64,
    /// Two-sided.
    pub p: f64,
    /// Values used.
    pub n: u64,
}

impl TTest {
    /// Where 95 % of single values lie if they are normal: mean ± z(.975)·SD. Of differences between two raters these are their limits of
    /// agreement.
    ///
    /// # Source
    /// `[@bland1986]`. Checked against R: `tests/golden/_raters.R`.
    #[must_use]
    pub fn limits_of_agreement(&self) -> [f64; 2] {
        let half = normal::quantile(0.975) * self.se * (self.n as f64).sqrt();
        [self.mean - half, self.mean + half]
    }
}

/// Returns the t test of the mean against `value`: t = (x̄ − value)/(s/√n), n − 1 df.
///
/// # Shape and units
/// `x`: length n ≥ 2, any unit.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// - [`StatsError::TooFew`] below two values.
/// - [`StatsError::NoVariation`] if all values are equal.
///
/// # Source
/// `[@student1908]`. Checked against R `t.test`.
pub fn one_sample(x: &[f64], value: f64) -> Result<TTest> {
    let moments = Moments::of(x);
    let (mean, se) = (moments.mean()?, moments.se()?);
    let scale = x.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    if se <= 1e-14 * scale {
        return Err(StatsError::NoVariation { what: "the values".into() });
    }
    let (t, df) = ((mean - value) / se, (moments.n() - 1) as f64);
    Ok(TTest {
        mean,
        se,
        ci: moments.t_interval(0.95)?,
        t,
        df,
        p: student_t::two_sided(t, df),
        n: moments.n(),
    })
}

/// Returns the paired t test: the one-sample test of the differences x − y against 0.
///
/// # Shape and units
/// `x`, `y`: equal length n ≥ 2, same unit; element i of both is the same client.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// As [`one_sample`], and [`StatsError::UnequalLengths`].
///
/// # Source
/// `[@student1908]`. Checked against R `t.test(x, y, paired = TRUE)`.
pub fn paired(x: &[f64], y: &[f64]) -> Result<TTest> {
    if x.len() != y.len() {
        return Err(StatsError::UnequalLengths {
            what: "paired scores",
            left: x.len(),
            right: y.len(),
        });
    }
    let differences: Vec<f64> = x.iter().zip(y).map(|(x, y)| x - y).collect();
    one_sample(&differences, 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_agreement_are_those_of_single_differences() {
        // Differences 1, 2, 3: mean 2, SD 1.
        let [low, high] = paired(&[3.0, 4.0, 5.0], &[2.0, 2.0, 2.0]).unwrap().limits_of_agreement();
        assert!((low - (2.0 - 1.959_963_984_540_054)).abs() < 1e-12);
        assert!((high - (2.0 + 1.959_963_984_540_054)).abs() < 1e-12);
    }
}
