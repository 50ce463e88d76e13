//! Sessions at risk: rows of persons who may leave after each of their sessions, and whose exposure may begin on the way.

use std::ops::Range;

use super::{Cox, HazardLink, Intervals, Ties, cox, discrete_hazard};
use crate::Result;
use crate::linear::GlmCoefficient;

/// One row per session of a person, at risk from the session before to this one: (start, stop].
///
/// Only an exposure that lies before a session may count in its row: a property that a person acquires on the way ("ever exposed")
/// would count the time until then as survived under it.
///
/// # Shape and units
/// Rows of a person one after another, ascending; times are session numbers.
///
/// # Missing values
/// None accepted: leave the row or the person out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AtRisk {
    start: Vec<f64>,
    stop: Vec<f64>,
    event: Vec<bool>,
    exposure: Vec<f64>,
    baseline: Vec<f64>,
}

impl AtRisk {
    /// Adds a session: the one before, its own number, and whether the person left after it; exposure and baseline as they were before.
    pub fn push(&mut self, start: i64, stop: i64, left: bool, exposure: f64, baseline: f64) {
        self.start.push(start as f64);
        self.stop.push(stop as f64);
        self.event.push(left);
        self.exposure.push(exposure);
        self.baseline.push(baseline);
    }

    /// Rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.stop.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.stop.is_empty()
    }

    /// Rows after which the person left.
    #[must_use]
    pub fn events(&self) -> usize {
        self.event.iter().filter(|left| **left).count()
    }

    /// Rows with an exposure above 0.
    #[must_use]
    pub fn exposed(&self) -> usize {
        self.exposure.iter().filter(|exposure| **exposure > 0.0).count()
    }

    /// Exposes every person anew: 1 in the sessions after the one where it happened first, 0 before, in it and without one.
    ///
    /// # Shape and units
    /// `persons`: the rows of each person; `happened`: a session number per person.
    pub fn expose(
        &mut self,
        persons: &[Range<usize>],
        happened: impl IntoIterator<Item = Option<i64>>,
    ) {
        for (rows, first) in persons.iter().zip(happened) {
            let first = first.map_or(f64::INFINITY, |session| session as f64);
            let stops = self.stop[rows.clone()].iter();
            let exposure = self.exposure[rows.clone()].iter_mut();
            exposure.zip(stops).for_each(|(exposure, stop)| *exposure = f64::from(first < *stop));
        }
    }

    /// The Cox model: hazard ~ exposure + baseline, Efron's ties. `name` is what a refusal calls the exposure, whose coefficient is the
    /// first.
    ///
    /// # Errors
    /// Those of [`cox`].
    ///
    /// # Source
    /// As [`cox`].
    pub fn cox(&self, name: &str, clusters: &[Range<usize>]) -> Result<Cox> {
        let columns = [(name, &self.exposure[..]), ("baseline", &self.baseline)];
        let (start, stop, event) = (&self.start[..], &self.stop[..], &self.event[..]);
        cox(&Intervals { start, stop, event, columns: &columns }, clusters, Ties::Efron)
    }

    /// The log odds ratio of the exposure in the discrete-time hazard model: left ~ session + exposure + baseline, logit.
    ///
    /// # Errors
    /// Those of [`discrete_hazard`].
    ///
    /// # Source
    /// As [`discrete_hazard`].
    pub fn log_odds_ratio(&self, name: &str, clusters: &[Range<usize>]) -> Result<GlmCoefficient> {
        let columns: [(&str, &[f64]); 3] =
            [("session", &self.stop), (name, &self.exposure), ("baseline", &self.baseline)];
        discrete_hazard(&columns, &self.event, HazardLink::Logit, clusters)?.coefficient(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twelve persons of up to five sessions, some of whom leave after their last.
    fn rows() -> (AtRisk, Vec<Range<usize>>) {
        let (mut rows, mut persons) = (AtRisk::default(), Vec::new());
        for person in 0_i64..12 {
            let (last, start) = (2 + person % 4, rows.len());
            for session in 1..=last {
                let left = session == last && person % 3 != 0;
                rows.push(session - 1, session, left, 0.0, (person * 5 % 7) as f64);
            }
            persons.push(start..rows.len());
        }
        (rows, persons)
    }

    #[test]
    fn only_the_past_counts() {
        let (mut rows, persons) = rows();
        rows.expose(&persons, (0..12).map(|person| (person == 3).then_some(2)));
        // Person 3 has sessions 1 to 5: exposed in 3, 4 and 5.
        assert_eq!(rows.exposed(), 3);
        assert_eq!(rows.exposure[persons[3].clone()], [0.0, 0.0, 1.0, 1.0, 1.0]);
        rows.expose(&persons, (0..12).map(|person| (person == 3).then_some(5)));
        assert_eq!((rows.exposed(), rows.events()), (0, 8));
    }

    #[test]
    fn the_models_are_those_of_the_columns() {
        let (mut rows, persons) = rows();
        rows.expose(&persons, (0..12).map(|person| (person % 2 == 0).then_some(1)));
        let columns = [("ruptured", &rows.exposure[..]), ("baseline", &rows.baseline)];
        let (start, stop, event) = (&rows.start[..], &rows.stop[..], &rows.event[..]);
        let data = Intervals { start, stop, event, columns: &columns };
        let direct = cox(&data, &persons, Ties::Efron).unwrap();
        let found = rows.cox("ruptured", &persons).unwrap();
        assert_eq!(found.coefficients, direct.coefficients);
        let odds = rows.log_odds_ratio("ruptured", &persons).unwrap();
        assert!(odds.robust_se.is_some() && odds.estimate.is_finite());
        rows.expose(&persons, (0..12).map(|_| None));
        let refused = rows.cox("ruptured", &persons).unwrap_err().to_string();
        assert!(refused.contains("ruptured"), "{refused}");
    }
}
