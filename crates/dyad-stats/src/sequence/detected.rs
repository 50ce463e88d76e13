//! What is asked of detections: how many, how often, in which shape, and how many there would be in noise.

use std::ops::Range;

use super::{
    Detections, ExpectedRuptures, NoiseSeries, Rule, RuptureCount, RuptureShape, expected_ruptures,
    rupture_course,
};
use crate::linear::{Family, GlmCoefficient, glm};
use crate::resample::{Series, ar1};
use crate::{Result, StatsError};

impl Detections {
    /// What one rule counts.
    #[must_use]
    pub fn count(&self, rule: usize) -> RuptureCount {
        self.iter().map(|series| series.ruptures(rule)).collect()
    }

    /// The shape of every rupture by one rule, with this window of repair.
    #[must_use]
    pub fn shapes(&self, rule: usize, window: i64) -> Vec<RuptureShape> {
        let of_series = self.iter().flat_map(|series| {
            let shape = move |r| rupture_course(series.ratings, series.sessions, r, window).shape;
            series.ruptures(rule).iter().map(shape)
        });
        of_series.collect()
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

    /// Returns how many ruptures each rule would find if every series were noise with its sessions, mean and standard deviation and
    /// neighbouring sessions correlated with `rho`: [`expected_ruptures`]. A rule that cannot be applied finds nothing.
    ///
    /// # Errors
    /// As [`expected_ruptures`].
    ///
    /// # Source
    /// As [`expected_ruptures`].
    pub fn expected_in_noise(
        &self,
        rho: f64,
        named: (u64, &str),
        studies: (u64, usize),
    ) -> Result<Vec<ExpectedRuptures>> {
        let like: Vec<NoiseSeries<'_>> =
            self.iter().map(|s| NoiseSeries::like(s.sessions, s.ratings)).collect();
        let rules: Vec<Rule> = self.rules().iter().copied().flatten().collect();
        let mut found = expected_ruptures(&like, rho, &rules, named, studies)?.into_iter();
        let replicates = studies.0;
        let nothing =
            ExpectedRuptures { ruptures: 0.0, clients: 0.0, errors: [0.0; 2], replicates };
        let of_rule = |rule: &Option<Rule>| rule.and_then(|_| found.next()).unwrap_or(nothing);
        Ok(self.rules().iter().map(of_rule).collect())
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
        assert_eq!(detections.shapes(0, 3).len() as u64, count.ruptures);
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
        let expected = detections.expected_in_noise(rho, (1, "test"), (50, 200)).unwrap();
        assert_eq!(expected.len(), 3);
        assert!(expected[1].ruptures.abs() < 1e-15);
        assert!(expected[0].ruptures > expected[2].ruptures);
        let mut late = Detections::new(vec![], Repair { window: 3, tolerance: 0.25 });
        late.push([(70_000, 4.0), (70_001, 5.0)].into_iter(), 1);
        assert!(late.autocorrelation().is_err());
    }
}
