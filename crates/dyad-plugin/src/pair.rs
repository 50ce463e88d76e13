//! One alliance and one outcome measure, as most questions over clients want them.

use dyad_model::{Measure, Role};

use crate::derived::Variable;
use crate::section::Section;
use crate::{Failure, Floats, Study};

/// An alliance and an outcome measure, and one value of each per client.
pub struct Pair<'s> {
    /// About the two, `A` and `Y`, and the `{baseline}`.
    pub section: Section<'s>,
    /// The alliance measure.
    pub alliance: &'s Measure,
    /// The outcome measure.
    pub outcome: &'s Measure,
    /// The alliance at each session.
    pub ratings: Floats<'s>,
    /// The outcome at each session.
    pub scores: Floats<'s>,
    /// Mean alliance in the early window; who has none lacks the text `lacks.early`.
    pub early: Variable,
    /// Last outcome; who has none lacks the text `lacks.last`.
    pub last: Variable,
    /// Intake severity.
    pub baseline: Variable,
}

impl<S> Study<'_, S> {
    /// What happens in treatment, one value per client: every alliance measure in this window of early sessions, but for totals whose
    /// subscales are there (they add up to them), and every covariate.
    ///
    /// # Errors
    /// A [`Failure`] if a column was not granted.
    pub fn process_variables<'s>(
        &'s self,
        early_window: [i64; 2],
    ) -> Result<Vec<(&'s Measure, Variable)>, Failure> {
        let is_total = |m: &Measure| {
            let subscale = format!("{}.", m.id);
            self.measures_of(Role::Alliance).any(|other| other.id.starts_with(&subscale))
        };
        let mut variables = Vec::new();
        let mut push = |measure: &'s Measure, values| {
            let lacks = format!("no {}", measure.name());
            variables.push((measure, Variable::new(values, lacks)));
        };
        for alliance in self.measures_of(Role::Alliance).filter(|m| !is_total(m)) {
            push(alliance, self.clients.mean_in(&self.scores(alliance)?, early_window));
        }
        for covariate in self.measures_of(Role::Covariate) {
            push(covariate, self.clients.value(self, covariate)?);
        }
        Ok(variables)
    }

    /// Reads an alliance and an outcome measure, with this window of early sessions.
    ///
    /// # Errors
    /// A [`Failure`] if a column was not granted.
    pub fn pair<'s>(
        &'s self,
        alliance: &'s Measure,
        outcome: &'s Measure,
        early_window: [i64; 2],
    ) -> Result<Pair<'s>, Failure> {
        let (ratings, scores) = (self.scores(alliance)?, self.scores(outcome)?);
        let section = self.about("A", alliance).about("Y", outcome);
        let (section, baseline) = self.baseline(&section, outcome)?;
        let early = self.clients.mean_in(&ratings, early_window);
        let early = section.variable(early, "lacks.early");
        let last = section.variable(self.clients.last(&scores), "lacks.last");
        Ok(Pair { section, alliance, outcome, ratings, scores, early, last, baseline })
    }
}
