//! Change of an outcome from intake to the last score: who has both, and what counts as change on its scale.

use dyad_model::{Measure, apa};
use dyad_stats::SCORE_TOLERANCE;
use dyad_stats::change::{
    Classifier, ClientChange, Population, ReliableChange, Scale, cutoff_c, reliable_change,
};
use dyad_stats::moments::Moments;

use crate::section::Section;
use crate::{Failure, Rate, Study};

/// The change beyond which a client has changed.
#[derive(Clone, Copy, Debug)]
pub enum Criterion {
    /// From the reliability and the spread at intake.
    Computed {
        /// The criterion and its parts.
        found: ReliableChange,
        /// Standard deviation at intake.
        sd: f64,
    },
    /// As many points, written in the study file or in the instrument's key.
    Given(f64),
}

impl Criterion {
    /// In points of the scale.
    #[must_use]
    pub fn points(&self) -> f64 {
        match self {
            Self::Computed { found, .. } => found.criterion,
            Self::Given(points) => *points,
        }
    }
}

/// An outcome of clients before and after.
pub struct BeforeAfter<'s> {
    /// About the measure and its `{baseline}`, over the clients with both scores.
    pub section: Section<'s>,
    /// The same over all clients with a baseline: the clinical population.
    pub at_intake: Section<'s>,
    /// The outcome.
    pub measure: &'s Measure,
    /// + is better.
    pub sign: f64,
    /// The baseline of each client with both scores.
    pub before: Vec<f64>,
    /// The last score of each of them.
    pub after: Vec<f64>,
    intake: Moments,
}

impl<S> Study<'_, S> {
    /// The clients before and after on an outcome, under this letter of the ids; who has no score lacks the text `lacks.last`.
    ///
    /// # Errors
    /// A [`Failure`] if a column was not granted.
    pub fn before_after<'s>(
        &'s self,
        letter: &'static str,
        measure: &'s Measure,
    ) -> Result<BeforeAfter<'s>, Failure> {
        let (section, baseline) = self.baseline(&self.about(letter, measure), measure)?;
        let last = self.last(&section, measure)?;
        let (at_intake, [intake]) = section.complete([&baseline]);
        let (section, [before, after]) = section.complete([&baseline, &last]);
        let (sign, intake) = (measure.benefit_sign(), Moments::of(&intake));
        Ok(BeforeAfter { section, at_intake, measure, sign, before, after, intake })
    }
}

impl BeforeAfter<'_> {
    /// Scores before and after, client by client.
    pub fn pairs(&self) -> impl Iterator<Item = (f64, f64)> {
        self.before.iter().copied().zip(self.after.iter().copied())
    }

    /// The change of each client, after − before.
    #[must_use]
    pub fn change(&self) -> Vec<f64> {
        self.pairs().map(|(before, after)| after - before).collect()
    }

    /// Standard deviation of all clients at intake, above 0.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn sd_intake(&self) -> Result<f64, String> {
        match self.intake.sd()? {
            sd if sd <= 0.0 => Err("no variation at intake".to_owned()),
            sd => Ok(sd),
        }
    }

    /// The criterion of reliable change: from the measure's reliability, else the points that are declared.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn criterion(&self) -> Result<Criterion, String> {
        match (self.measure.reliability, self.measure.reliable_change) {
            (Some(reliability), _) => {
                let sd = self.intake.sd()?;
                Ok(Criterion::Computed { found: reliable_change(sd, reliability)?, sd })
            }
            (None, Some(points)) => Ok(Criterion::Given(points)),
            (None, None) => {
                Err("no reliability and no reliable change is known for this measure: \
                                 it is not guessed"
                    .to_owned())
            }
        }
    }

    /// A cut-off between the clients at intake and the functional norm, by this rule.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn cutoff(&self, rule: fn(Population, Population) -> f64) -> Result<f64, String> {
        let norm = self
            .measure
            .functional
            .ok_or("no functional norm (mean and SD) is declared for this measure")?;
        let clinical = Population { sd: self.sd_intake()?, mean: self.intake.mean()? };
        Ok(rule(clinical, Population { mean: norm.mean, sd: norm.sd }))
    }

    /// The score from which a client is a case: the measure's cut-off, else [cut-off c](cutoff_c).
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn caseness(&self) -> Result<f64, String> {
        self.measure.cutoff.map_or_else(|| self.cutoff(cutoff_c), Ok)
    }

    /// The rule that puts clients into classes, if the criterion is known.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn classifier(&self) -> Result<Classifier, String> {
        let criterion = match self.criterion()? {
            Criterion::Computed { found, .. } => found.criterion,
            // "Six points" is reached by a change of six; a computed criterion must be exceeded.
            Criterion::Given(points) => points - 2.0 * SCORE_TOLERANCE,
        };
        Ok(Classifier { criterion, cutoff: self.cutoff(cutoff_c).ok(), benefit_sign: self.sign })
    }

    /// What became of each client by all that is known of the scale.
    #[must_use]
    pub fn changes(&self) -> Changes {
        let scale = Scale {
            rule: self.classifier().ok(),
            caseness: self.caseness().ok(),
            points: self.measure.reliable_change,
            benefit_sign: self.sign,
        };
        let changes = self.pairs().map(|(before, after)| scale.change(before, after));
        Changes(self.section.sample().iter().copied().zip(changes).collect())
    }

    /// The reliability as it is written, or that it is unknown.
    pub(crate) fn reliability(&self) -> String {
        let known = self.measure.reliability.map(|r| apa::bounded(r, 2));
        known.unwrap_or_else(|| "unknown".to_owned())
    }
}

/// What became of each client with both scores.
#[derive(Clone, Debug)]
pub struct Changes(Vec<(usize, ClientChange)>);

impl Changes {
    /// How many clients there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many of all clients count.
    #[must_use]
    pub fn of_all(&self, counts: fn(&ClientChange) -> bool) -> Rate {
        self.0.iter().map(|(client, change)| (*client, counts(change))).collect()
    }

    /// How many of the cases at the start count.
    #[must_use]
    pub fn of_cases(&self, counts: fn(&ClientChange) -> bool) -> Rate {
        let cases = self.0.iter().filter(|(_, change)| change.case[0]);
        cases.map(|(client, change)| (*client, counts(change))).collect()
    }
}

#[cfg(test)]
mod tests {
    use dyad_model::Role;
    use dyad_stats::change::{Change, cutoff_a};

    use super::*;
    use crate::made;

    const WORDS: &str = "text.lacks.last = \"no {Y}\"";

    #[test]
    fn given_points_are_reached_and_a_criterion_is_exceeded() {
        let mut run = made::six_clients(WORDS);
        let unknown = |run: &crate::Run<()>| {
            let study = Study::of(run).unwrap();
            let outcome = study.before_after("Y", run.first_of(Role::Outcome).unwrap()).unwrap();
            (outcome.criterion().is_err(), outcome.changes().0[0].1.class)
        };
        assert_eq!(unknown(&run), (true, None));
        run.measures[1].reliable_change = Some(2.0);
        let study = Study::of(&run).unwrap();
        let outcome = study.before_after("Y", run.first_of(Role::Outcome).unwrap()).unwrap();
        assert_eq!(outcome.change(), [-2.0, -4.0, 0.5, -1.0, -2.0]);
        let (changes, better) =
            (outcome.changes(), [(0, true), (2, true), (3, false), (4, false), (5, true)]);
        assert!(changes.0.iter().map(|(client, change)| (*client, change.is_better)).eq(better));
        assert_eq!(changes.of_all(|c| c.is_better).count(), 3);
        assert_eq!(changes.0[0].1.class, Some(Change::Improved), "there is no cut-off");
    }

    #[test]
    fn the_scale_is_that_of_all_clients_at_intake() {
        let mut run = made::six_clients(WORDS);
        run.measures[1].reliability = Some(0.8);
        let study = Study::of(&run).unwrap();
        let outcome = study.before_after("Y", run.first_of(Role::Outcome).unwrap()).unwrap();
        let sd = Moments::of(&[9.0, 8.0, 9.0, 7.0, 5.0]).sd().unwrap();
        let expected = reliable_change(sd, 0.8).unwrap().criterion;
        let found = outcome.criterion().unwrap().points();
        assert!((found - expected).abs() < 1e-12 && outcome.sd_intake() == Ok(sd));
        assert!(outcome.cutoff(cutoff_a).unwrap_err().starts_with("no functional norm"));
        assert!(outcome.caseness().is_err());
        run.measures[1].cutoff = Some(8.0);
        let study = Study::of(&run).unwrap();
        let outcome = study.before_after("Y", run.first_of(Role::Outcome).unwrap()).unwrap();
        assert_eq!(outcome.caseness(), Ok(8.0));
        let cases = outcome.changes().of_cases(ClientChange::recovers);
        assert_eq!((cases.units(), cases.count()), (&[0, 2, 3][..], 2));
    }
}
