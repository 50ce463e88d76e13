//! The pooled correlation beside a published one.

use super::RandomEffects;
use crate::distributions::{normal, student_t};
use crate::moments::TTest;

/// A published correlation on the Fisher z scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Published {
    /// The correlation.
    pub r: f64,
    /// Its 95 % interval; where that is not known, r twice.
    pub ci: [f64; 2],
    /// atanh r.
    pub z: f64,
    /// Its standard error, from its interval; 0 where that is not known.
    pub se: f64,
    /// The interval on the z scale.
    pub band: [f64; 2],
}

/// How a pooled correlation stands to a published one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// Two one-sided tests put it inside the published interval.
    Compatible,
    /// It differs, and is smaller.
    Below,
    /// It differs, and is larger.
    Above,
    /// Neither is shown.
    Undecided,
}

impl Comparison {
    /// In one word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compatible => "compatible",
            Self::Below => "below",
            Self::Above => "above",
            Self::Undecided => "undecided",
        }
    }
}

impl Published {
    /// A correlation with its 95 % interval. An interval that does not hold the correlation belongs to another one and is not used.
    ///
    /// se = (atanh high − atanh low)/(2·z(.975)).
    ///
    /// # Shape and units
    /// All three strictly between −1 and 1.
    ///
    /// # Source
    /// `[@fisher1921]`.
    #[must_use]
    pub fn new(r: f64, [low, high]: [f64; 2]) -> Self {
        let is_known = low <= r && r <= high;
        let ci = if is_known { [low, high] } else { [r, r] };
        let band = ci.map(f64::atanh);
        let se = (band[1] - band[0]) / (2.0 * normal::quantile(0.975));
        Self { r, ci, z: r.atanh(), se, band }
    }

    /// The same as if it were known without error.
    #[must_use]
    pub fn as_certain(self) -> Self {
        Self { se: 0.0, ..self }
    }

    /// Compares a pooled correlation with it, both in the same direction: equivalence first, then the difference, at 5 % each.
    #[must_use]
    pub fn compared_with(&self, fit: &RandomEffects) -> Comparison {
        let (t, p) = fit.benchmark(self.z, self.se);
        if fit.equivalence(self.band[0], self.band[1]) < 0.05 {
            Comparison::Compatible
        } else if p >= 0.05 {
            Comparison::Undecided
        } else if t < 0.0 {
            Comparison::Below
        } else {
            Comparison::Above
        }
    }
}

impl RandomEffects {
    /// The difference of the pooled value from a published one, mu − z, se √(SE² + se²), t with k − 1 df.
    ///
    /// # Source
    /// `[@hartung2001]`. Checked against R: `golden/stats/meta.R`.
    #[must_use]
    pub fn difference_from(&self, published: &Published) -> TTest {
        let (t, p) = self.benchmark(published.z, published.se);
        let (mean, se) = (self.mu - published.z, self.se.hypot(published.se));
        let half = student_t::critical(0.95, self.df()) * se;
        let ci = [mean - half, mean + half];
        TTest { mean, se, ci, t, df: self.df(), p, n: self.k as u64 }
    }

    /// The interval of the pooled value at another level: mu ± t(k − 1)·SE.
    #[must_use]
    pub fn interval(&self, level: f64) -> [f64; 2] {
        let half = student_t::critical(level, self.df()) * self.se;
        [self.mu - half, self.mu + half]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meta::{Study, random_effects};

    fn pooled(center: f64, variance: f64) -> RandomEffects {
        let each = (0..12)
            .map(|i| Study { estimate: center + 0.02 * (f64::from(i) * 2.4).sin(), variance });
        random_effects(&each.collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn the_standard_error_is_that_of_the_interval() {
        let r = Published::new(0.278, [0.256, 0.299]);
        assert!((r.band[1] - r.band[0] - 2.0 * 1.959_963_984_540_054 * r.se).abs() < 1e-12);
        // An interval of another correlation says nothing.
        let alone = Published::new(0.5, [0.256, 0.299]);
        assert!(alone.se.abs() < 1e-15 && (alone.band[0] - alone.z).abs() < 1e-15);
    }

    #[test]
    fn the_four_answers() {
        let published = Published::new(0.278, [0.2, 0.35]);
        let of = |center: f64, variance| published.compared_with(&pooled(center, variance));
        assert_eq!(of(published.z, 0.000_1), Comparison::Compatible);
        assert_eq!(of(0.7, 0.000_1), Comparison::Above);
        assert_eq!(of(-0.2, 0.000_1), Comparison::Below);
        assert_eq!(of(0.3, 0.5), Comparison::Undecided);
    }

    #[test]
    fn a_difference_holds_both_errors() {
        let (fit, published) = (pooled(0.4, 0.01), Published::new(0.278, [0.2, 0.35]));
        let (both, one) =
            (fit.difference_from(&published), fit.difference_from(&published.as_certain()));
        assert!((both.mean - one.mean).abs() < 1e-15 && (one.se - fit.se).abs() < 1e-15);
        assert!((both.se.powi(2) - fit.se.powi(2) - published.se.powi(2)).abs() < 1e-12);
        assert!((both.t - both.mean / both.se).abs() < 1e-12 && both.p > one.p);
        let [low, high] = fit.interval(0.95);
        assert!((low - fit.ci[0]).abs() < 1e-12 && (high - fit.ci[1]).abs() < 1e-12);
    }
}
