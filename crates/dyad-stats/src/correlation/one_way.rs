//! How alike the values of one cluster are: ICC(1) and the reliability of cluster means, ICC(2).

use crate::distributions::fisher_f;
use crate::moments::Moments;
use crate::{Result, StatsError};

/// Sums of a one-way layout. Clusters are pushed one by one; parts that share no cluster merge.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OneWaySums {
    clusters: u64,
    /// All values.
    total: Moments,
    within: f64,
    /// Σ n², Σ 1/n.
    squares: f64,
    inverses: f64,
}

/// Intraclass correlations of a one-way layout.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneWay {
    /// Clusters.
    pub clusters: u64,
    /// Values.
    pub n: u64,
    /// Mean squares between clusters (values weigh alike) and within.
    pub mean_squares: [f64; 2],
    /// (MSB − MSW)/(MSB + (k − 1)·MSW), k = N/J, as `multilevel::ICC1` has it.
    pub icc1: f64,
    /// The same with k = n₀ = (N − Σn²/N)/(J − 1): unbiased mean squares when sizes differ.
    pub icc1_n0: f64,
    /// (MSB − MSW)/MSB: the reliability of a cluster's mean, Bliese's ICC(2).
    pub icc2: f64,
    /// n₀.
    pub n0: f64,
    /// Harmonic mean of the cluster sizes: with [`spearman_brown`] the reliability of the mean of a typical cluster.
    pub harmonic_n: f64,
    /// MSB/MSW.
    pub f: f64,
    /// Its degrees of freedom.
    pub df: [f64; 2],
    /// Upper tail: of clusters that do not differ.
    pub p: f64,
}

impl OneWaySums {
    /// Adds a cluster; one without a value is left out.
    pub fn push(&mut self, values: &[f64]) {
        if values.is_empty() {
            return;
        }
        let own = Moments::of(values);
        let n = values.len() as f64;
        self.clusters += 1;
        self.within += own.squares();
        self.squares += n * n;
        self.inverses += 1.0 / n;
        self.total.merge(&own);
    }

    /// Adds the clusters of another part.
    pub fn merge(&mut self, other: &Self) {
        self.clusters += other.clusters;
        self.within += other.within;
        self.squares += other.squares;
        self.inverses += other.inverses;
        self.total.merge(&other.total);
    }

    /// Returns the intraclass correlations.
    ///
    /// # Errors
    /// - [`StatsError::TooFew`] below two clusters, or if no cluster has two values.
    /// - [`StatsError::NotFinite`].
    /// - [`StatsError::NoVariation`] if no cluster varies within.
    ///
    /// # Source
    /// `[@bliese2000]`, `[@shrout1979]`. Checked against R `aov`: `golden/stats/correlation.R`.
    pub fn one_way(&self) -> Result<OneWay> {
        let (j, n) = (self.clusters as f64, self.total.n() as f64);
        let found = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        if self.clusters < 2 {
            let found = found(self.clusters);
            return Err(StatsError::TooFew { unit: "clusters", needed: 2, found });
        }
        if self.total.n() == self.clusters {
            return Err(StatsError::TooFew { unit: "values in any cluster", needed: 2, found: 1 });
        }
        if !self.total.squares().is_finite() {
            return Err(StatsError::NotFinite { what: "the values".into() });
        }
        let mean = self.total.mean()?;
        if self.within <= 1e-24 * mean * mean * n || self.within <= 0.0 {
            return Err(StatsError::NoVariation { what: "the values within clusters".into() });
        }
        let between = (self.total.squares() - self.within).max(0.0);
        let df = [j - 1.0, n - j];
        let (msb, msw) = (between / df[0], self.within / df[1]);
        let n0 = (n - self.squares / n) / (j - 1.0);
        let icc1 = |k: f64| (msb - msw) / (msb + (k - 1.0) * msw);
        let f = msb / msw;
        Ok(OneWay {
            clusters: self.clusters,
            n: self.total.n(),
            mean_squares: [msb, msw],
            icc1: icc1(n / j),
            icc1_n0: icc1(n0),
            icc2: if msb > 0.0 { (msb - msw) / msb } else { f64::NEG_INFINITY },
            n0,
            harmonic_n: j / self.inverses,
            f,
            df,
            p: fisher_f::upper_tail(f, df[0], df[1]),
        })
    }
}

/// Returns the reliability of the mean of k values with this intraclass correlation: k·ICC/(1 + (k − 1)·ICC).
///
/// # Errors
/// [`StatsError::OutOfDomain`] if k is not positive or the ICC is above 1 or so negative that the mean has no variance.
///
/// # Source
/// `[@bliese2000]`. Checked against R: `golden/stats/correlation.R`.
pub fn spearman_brown(icc: f64, k: f64) -> Result<f64> {
    let rest = 1.0 + (k - 1.0) * icc;
    if !(k > 0.0 && k.is_finite() && icc <= 1.0 && rest > 0.0) {
        return Err(StatsError::OutOfDomain {
            what: "the intraclass correlation and the size",
            expected: "at most 1, and a size above 0",
        });
    }
    Ok(k * icc / rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_equals_unmerged_and_refusals() {
        let clusters = [vec![1.0, 2.0, 4.0], vec![5.0, 7.0], vec![3.0], vec![2.0, 2.5, 3.5, 1.0]];
        let sums = |part: &[Vec<f64>]| {
            let mut sums = OneWaySums::default();
            for cluster in part {
                sums.push(cluster);
            }
            sums
        };
        let whole = sums(&clusters).one_way().unwrap();
        for cut in 0..=4 {
            let mut merged = sums(&clusters[..cut]);
            merged.merge(&sums(&clusters[cut..]));
            let merged = merged.one_way().unwrap();
            assert!((merged.icc1 - whole.icc1).abs() < 1e-12 && (merged.f - whole.f).abs() < 1e-12);
        }
        assert!(sums(&clusters[..1]).one_way().is_err());
        assert!(sums(&[vec![1.0], vec![2.0]]).one_way().is_err());
        assert!(sums(&[vec![1.1; 3], vec![2.2; 3]]).one_way().is_err());
        assert!(spearman_brown(0.5, 0.0).is_err() && spearman_brown(1.2, 3.0).is_err());
        assert!((spearman_brown(0.3, 1.0).unwrap() - 0.3).abs() < 1e-15);
    }
}
