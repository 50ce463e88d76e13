//! What is asked of detections: how many, how often, in which shape, and how many there would be in noise.

use std::ops::Range;

use super::{
    Detections, ExpectedRuptures, NoiseSeries, Rule, RuptureCount, RuptureShape, expected_ruptures,
    rupture_course,
};
use crate::linear::{Family, GlmCoefficient, glm};
use crate::resample::{Series, ar1};
use crate::{Result, StatsError};

/// What one rule finds, beside what it would find if there were nothing but noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AgainstNoise {
    /// Ruptures.
    pub observed: u64,
    /// Those in noise.
    pub expected: ExpectedRuptures,
    /// How neighbouring sessions correlate in the noise.
    pub rho: f64,
}

impl AgainstNoise {
    /// Observed over expected ruptures: above 1 is what the rule finds beyond noise; `None` where it finds nothing in noise.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        let expected = self.expected.ruptures;
        (expected > 0.0).then(|| self.observed as f64 / expected)
    }
}

impl Detections {
    /// What one rule counts.
    #[must_use]
    pub fn count(&self, rule: usize) -> RuptureCount {
        self.iter().map(|series| series.ruptures(rule)).collect()
    }

    /// How many ruptures by one rule have each shape of [`RuptureShape::ALL`], with this window of repair.
    #[must_use]
    pub fn shapes(&self, rule: usize, window: i64) -> [u64; RuptureShape::ALL.len()] {
        let mut counts = [0; RuptureShape::ALL.len()];
        for series in self.iter() {
            for rupture in series.ruptures(rule) {
                let course = rupture_course(series.ratings, series.sessions, rupture, window);
                counts[course.shape as usize] += 1;
            }
        }
        counts
    }

    /// Returns the log of the ruptures per rating by one rule: a Poisson regression on an intercept with the log of the ratings as offset,
    /// robust by cluster; and its dispersion.
    ///
    /// # Shape and units
    /// `clusters`: contiguous ranges of series, such as those of a therapist.
    ///
    /// # Errors
    /// As [`glm`].
    ///
    /// # Source
    /// `[@nelder1972]`. As [`glm`].
    pub fn log_rate(
        &self,
        rule: usize,
        clusters: &[Range<usize>],
    ) -> Result<(GlmCoefficient, f64)> {
        let counts: Vec<f64> = self.iter().map(|s| s.ruptures(rule).len() as f64).collect();
        let exposure: Vec<f64> = self.iter().map(|s| (s.ratings.len() as f64).ln()).collect();
        let fit = glm(&[], &counts, &exposure, Family::Poisson, clusters)?;
        Ok((fit.coefficient("(intercept)")?, fit.dispersion))
    }

    /// Returns the correlation of neighbouring sessions about the level of their series.
    ///
    /// # Errors
    /// As [`ar1`]; [`StatsError::Refused`] for a session number outside 0 to 65,535.
    ///
    /// # Source
    /// As [`ar1`].
    pub fn autocorrelation(&self) -> Result<f64> {
        let (mut sessions, mut clients) =
            (Vec::with_capacity(self.rows()), Vec::with_capacity(self.len()));
        for series in self.iter() {
            let start = sessions.len();
            for session in series.sessions {
                let session = u16::try_from(*session);
                let outside = |_| StatsError::Refused("a session number above 65,535".into());
                sessions.push(session.map_err(outside)?);
            }
            clients.push(start..sessions.len());
        }
        Ok(ar1(&Series { sessions: &sessions, values: self.ratings(), clients: &clients })?.rho)
    }

    /// Returns what each rule finds, beside how many ruptures it would find if every series were noise with its sessions, mean and standard
    /// deviation and neighbouring sessions correlated with `rho`: [`expected_ruptures`]. A rule that cannot be applied finds nothing.
    ///
    /// # Errors
    /// As [`expected_ruptures`].
    ///
    /// # Source
    /// As [`expected_ruptures`].
    pub fn against_noise(
        &self,
        rho: f64,
        named: (u64, &str),
        studies: (u64, usize),
    ) -> Result<Vec<AgainstNoise>> {
        let like: Vec<NoiseSeries<'_>> =
            self.iter().map(|s| NoiseSeries::like(s.sessions, s.ratings)).collect();
        let rules: Vec<Rule> = self.rules().iter().copied().flatten().collect();
        let mut found = expected_ruptures(&like, rho, &rules, named, studies)?.into_iter();
        let replicates = studies.0;
        let nothing =
            ExpectedRuptures { ruptures: 0.0, clients: 0.0, errors: [0.0; 2], replicates };
        let of_rule = |(at, rule): (usize, &Option<Rule>)| {
            let expected = rule.and_then(|_| found.next()).unwrap_or(nothing);
            AgainstNoise { observed: self.count(at).ruptures, expected, rho }
        };
        Ok(self.rules().iter().enumerate().map(of_rule).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::Repair;

    fn detections() -> Detections {
        let rules = vec![Some(Rule::Drop(1.0)), None, Some(Rule::Drop(2.0))];
        let mut detections = Detections::new(rules, Repair { window: 3, tolerance: 0.25 });
        for shift in 0_u8..8 {
            let shift = f64::from(shift % 3) / 2.0;
            let ratings = [5.0, 3.8 - shift, 5.1, 4.0 + shift, 5.5, 5.0];
            assert!(detections.push((1..=6).zip(ratings), 3));
        }
        detections
    }

    #[test]
    fn counts_shapes_and_rate_are_of_the_same_ruptures() {
        let detections = detections();
        let count = detections.count(0);
        assert!(count.ruptures > 8 && detections.count(1).ruptures == 0);
        assert_eq!(detections.shapes(0, 3).iter().sum::<u64>(), count.ruptures);
        let (rate, _) = detections.log_rate(0, &[0..4, 4..8]).unwrap();
        let per_rating = count.ruptures as f64 / detections.rows() as f64;
        assert!((rate.estimate.exp() - per_rating).abs() < 1e-9);
        assert!(detections.log_rate(1, &[0..4, 4..8]).is_err());
    }

    #[test]
    fn noise_answers_in_the_order_of_the_rules() {
        let detections = detections();
        let rho = detections.autocorrelation().unwrap();
        assert!(rho < 0.0, "these ratings go up and down: {rho}");
        let found = detections.against_noise(rho, (1, "test"), (50, 200)).unwrap();
        assert_eq!(found.len(), 3);
        assert!(found[1].expected.ruptures.abs() < 1e-15 && found[1].ratio().is_none());
        assert!(found[0].expected.ruptures > found[2].expected.ruptures);
        assert_eq!(found[0].observed, detections.count(0).ruptures);
        assert!(found[0].ratio().is_some_and(|ratio| ratio > 0.0));
        let mut late = Detections::new(vec![], Repair { window: 3, tolerance: 0.25 });
        late.push([(70_000, 4.0), (70_001, 5.0)].into_iter(), 1);
        assert!(late.autocorrelation().is_err());
    }
}
