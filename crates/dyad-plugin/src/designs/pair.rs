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
    pub fn process_variables(
        &self,
        early_window: [i64; 2],
    ) -> Result<Vec<(&Measure, Variable)>, Failure> {
        let is_total = |m: &Measure| {
            let subscale = format!("{}.", m.id);
            self.measures_of(Role::Alliance).any(|other| other.id.starts_with(&subscale))
        };
        let mut variables = Vec::new();
        for alliance in self.measures_of(Role::Alliance).filter(|m| !is_total(m)) {
            let early = self.clients.mean_in(&self.scores(alliance)?, early_window);
            variables.push((alliance, Variable::new(early, format!("no {}", alliance.name()))));
        }
        for covariate in self.measures_of(Role::Covariate) {
            variables.push((covariate, self.of_clients(covariate)?));
        }
        Ok(variables)
    }

    /// A measure of any level, one value per client: see [`Clients::value`](crate::derived::Clients::value). Who has none lacks the measure
    /// by its name.
    ///
    /// # Errors
    /// A [`Failure`] if its column was not granted.
    pub fn of_clients(&self, measure: &Measure) -> Result<Variable, Failure> {
        let values = self.clients.value(self, measure)?;
        Ok(Variable::new(values, format!("no {}", measure.name())))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made;

    #[test]
    fn a_total_stands_back_behind_its_subscales() {
        let measures = [
            made::measure("wai", "alliance"),
            made::measure("wai.bond", "alliance"),
            made::measure("haq", "alliance"),
            made::measure("skill", "covariate"),
        ];
        let column = || made::scores(&[1.0, 2.0, 3.0]);
        let sessions = [
            ("client", made::whole(&[0, 0, 1])),
            ("session", made::whole(&[1, 2, 1])),
            ("wai", column()),
            ("wai.bond", column()),
            ("haq", column()),
            ("skill", column()),
        ];
        let ids = || made::whole(&[0, 1]);
        let clients = [("client", ids()), ("therapist", ids()), ("site", ids())];
        let run = made::run(&measures, "", sessions, clients);
        let study = Study::of(&run).unwrap();
        let variables = study.process_variables([2, 3]).unwrap();
        let ids: Vec<&str> = variables.iter().map(|(measure, _)| measure.id.as_str()).collect();
        assert_eq!(ids, ["wai.bond", "haq", "skill"]);
        assert_eq!(variables[0].1.values, [Some(2.0), None], "in the window");
        assert_eq!(variables[2].1.values, [Some(1.5), Some(3.0)], "over all sessions");
    }

    #[test]
    fn a_pair_has_one_value_of_each_per_client() {
        let run = made::six_clients("text.lacks = { early = \"no {A}\", last = \"no {Y}\" }");
        let study = Study::of(&run).unwrap();
        let (a, y) = run.pairs().next().unwrap();
        let pair = study.pair(a, y, [2, 2]).unwrap();
        let early = [Some(5.0), Some(3.5), Some(6.0), None, Some(4.5), None];
        assert_eq!((&pair.early.values[..], &pair.early.lacks[..]), (&early[..], "no a"));
        assert_eq!(pair.last.values, [Some(7.0), None, Some(4.0), Some(9.5), Some(6.0), Some(3.0)]);
        assert_eq!(pair.baseline.values[..2], [Some(9.0), None], "the first outcome");
    }
}
