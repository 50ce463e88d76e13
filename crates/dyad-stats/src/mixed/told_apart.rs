//! Whether single clusters can be told from the average, and from each other.

use super::RandomIntercept;
use crate::distributions::normal;

impl RandomIntercept {
    /// Prediction ± z(.975)·conditional standard deviation: where it excludes 0, the cluster differs from the average.
    ///
    /// # Source
    /// `[@goldstein1995]`.
    #[must_use]
    pub fn interval(&self) -> [f64; 2] {
        let half = normal::quantile(0.975) * self.se;
        [self.estimate - half, self.estimate + half]
    }

    /// Whether the interval excludes 0.
    #[must_use]
    pub fn differs(&self) -> bool {
        let [low, high] = self.interval();
        low > 0.0 || high < 0.0
    }
}

/// How reliable the predictions of one fit are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reliabilities {
    /// Their mean; not a number without a prediction.
    pub mean: f64,
    /// The lowest.
    pub lowest: f64,
    /// The highest.
    pub highest: f64,
}

/// Returns mean, lowest and highest reliability of predicted random intercepts, τ²/(τ² + σ²/n) each.
///
/// # Missing values
/// None accepted.
///
/// # Source
/// `[@bates2015]` for the predictions. Arithmetic.
#[must_use]
pub fn reliabilities(effects: &[RandomIntercept]) -> Reliabilities {
    let each = || effects.iter().map(|effect| effect.reliability);
    Reliabilities {
        mean: each().sum::<f64>() / effects.len() as f64,
        lowest: each().fold(f64::INFINITY, f64::min),
        highest: each().fold(0.0, f64::max),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_standard_deviations_are_told_apart() {
        let effect =
            |estimate, reliability| RandomIntercept { estimate, se: 0.5, reliability, rows: 9 };
        let effects = [effect(-1.0, 0.8), effect(0.9, 0.5), effect(0.97, 0.2)];
        assert_eq!(effects.map(|effect| effect.differs()), [true, false, false]);
        let found = reliabilities(&effects);
        assert!((found.mean - 0.5).abs() < 1e-12);
        assert!((found.lowest - 0.2).abs() + (found.highest - 0.8).abs() < 1e-12);
    }
}
