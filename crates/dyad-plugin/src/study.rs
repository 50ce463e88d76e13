//! An analysis at work: the run, its clients, and the findings so far.

use std::cell::RefCell;
use std::ops::Deref;

use dyad_model::{Findings, Measure, Role, Text};
use dyad_stats::replication::Effect;

use crate::derived::{Clients, Variable};
use crate::designs::scorecard::{named, scorecard};
use crate::section::Section;
use crate::sentence::paragraph;
use crate::{Failure, Run, summary};

/// What an analysis has found so far.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) findings: RefCell<Findings>,
    /// What the facts of this run do not allow to say, in the order in which they came up.
    pub(crate) limits: RefCell<Vec<String>>,
}

/// A run with its clients. Everything a [`Section`] of it finds is kept here until [`close`](Study::close).
pub struct Study<'r, S> {
    run: &'r Run<S>,
    /// The clients, their sessions and their therapists.
    pub clients: Clients<'r>,
    ledger: Ledger,
}

impl<S> Deref for Study<'_, S> {
    type Target = Run<S>;

    fn deref(&self) -> &Run<S> {
        self.run
    }
}

impl<'r, S> Study<'r, S> {
    /// Reads the structural columns: see [`Clients::of`].
    ///
    /// # Errors
    /// A [`Failure`] if one of them was not granted.
    pub fn of(run: &'r Run<S>) -> Result<Self, Failure> {
        Ok(Self { run, clients: Clients::of(run)?, ledger: Ledger::default() })
    }

    /// A section about the whole study.
    #[must_use]
    pub fn section(&self) -> Section<'_> {
        Section::new(self.run.words(), &self.clients, &self.ledger)
    }

    /// A section about a measure, under this letter of the ids.
    #[must_use]
    pub fn about(&self, letter: &'static str, measure: &Measure) -> Section<'_> {
        self.section().about(letter, measure)
    }

    /// Sections about every combination of measures of these roles: see [`Run::words_about`].
    #[must_use]
    pub fn sections<const N: usize>(&self, roles: [(&'static str, Role); N]) -> Vec<Section<'_>> {
        let all = self.run.words_about(roles);
        all.into_iter().map(|words| Section::new(words, &self.clients, &self.ledger)).collect()
    }

    /// The intake severity for an outcome: see [`Clients::baseline`]. A section says where it comes from, as `{baseline}`.
    ///
    /// # Errors
    /// A [`Failure`] if a column was not granted.
    pub fn baseline<'s>(
        &self,
        section: &Section<'s>,
        outcome: &Measure,
    ) -> Result<(Section<'s>, Variable), Failure> {
        let baseline = self.clients.baseline(self.run, outcome)?;
        Ok((section.with("baseline", &baseline.source), baseline.into()))
    }

    /// The mean of a measure over each client's sessions in a window; `lacks` is the text that says what a client without it lacks, and
    /// `section` where it stands.
    ///
    /// # Errors
    /// A [`Failure`] if its column was not granted.
    pub fn mean_in(
        &self,
        section: &Section<'_>,
        measure: &Measure,
        window: [i64; 2],
        lacks: &str,
    ) -> Result<Variable, Failure> {
        let means = self.clients.mean_in(&self.scores(measure)?, window);
        Ok(section.variable(means, lacks))
    }

    /// Each client's last score; who has none lacks the text `lacks.last`.
    ///
    /// # Errors
    /// A [`Failure`] if its column was not granted.
    pub fn last(&self, section: &Section<'_>, outcome: &Measure) -> Result<Variable, Failure> {
        Ok(section.variable(self.clients.last(&self.scores(outcome)?), "lacks.last"))
    }

    /// The clients with a value of any measure of a role, in ascending order.
    ///
    /// # Errors
    /// A [`Failure`] if a column was not granted.
    pub fn clients_with_any(&self, role: Role) -> Result<Vec<usize>, Failure> {
        let mut with = vec![false; self.clients.len()];
        for measure in self.run.measures_of(role) {
            let values = self.clients.value(self.run, measure)?;
            with.iter_mut().zip(values).for_each(|(with, value)| *with |= value.is_some());
        }
        Ok((0..self.clients.len()).filter(|client| with[*client]).collect())
    }

    /// Lays every published effect of the study file beside the estimate of this plugin that it names: see [`scorecard`]. `of_sites` gives
    /// the sites' effects behind an alliance and an outcome measure.
    ///
    /// # Errors
    /// Those of `of_sites`.
    pub fn replicate(
        &self,
        plugin: &str,
        margin: f64,
        of_sites: impl Fn(&Measure, &Measure) -> Result<Vec<Effect>, Failure>,
    ) -> Result<(), Failure> {
        for published in self.run.replications() {
            let parts: Vec<&str> = published.estimate.split('/').collect();
            let behind =
                |(a, y): &(&Measure, &Measure)| [a, y].iter().all(|m| parts.contains(&&*m.id));
            let pair = self.run.pairs().find(behind);
            let of_sites = pair.map_or(Ok(Vec::new()), |(a, y)| of_sites(a, y))?;
            let mut findings = self.ledger.findings.borrow_mut();
            let found = named(published, plugin, &findings);
            let metrics = scorecard(published, found, &of_sites, margin);
            findings.estimates.extend(metrics);
        }
        Ok(())
    }

    /// The findings, with question, methods and limitations as `words.toml` and the sections have them, and these two paragraphs. What
    /// was refused is said among the limitations, but for the ids that are `never` given.
    #[must_use]
    pub fn close(self, answer: String, results: Vec<String>, never: &str) -> Findings {
        let words = self.run.words();
        let Ledger { findings, limits } = self.ledger;
        let mut findings = findings.into_inner();
        let refusals = summary::refusals(&findings, |id| never.is_empty() || !id.ends_with(never));
        let methods = [words.text("methods")].into_iter().chain(words.methods(&findings));
        findings.text = Text {
            question: words.text("question"),
            answer,
            methods: paragraph(methods),
            results: paragraph(results),
            limitations: (limits.into_inner().join(" ") + &refusals).trim_start().to_owned(),
        };
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made;

    const WORDS: &str = r#"
[estimate."a"]
label = "One"
in_methods = "One was counted."

[estimate."b"]
label = "Two"
in_methods = "Two was counted."

[text]
question = "How many?"
methods = "They were counted."
"#;

    #[test]
    fn the_paragraphs_say_what_was_done_and_what_was_refused() {
        let run = made::six_clients(WORDS);
        let study = Study::of(&run).unwrap();
        let s = study.section();
        s.add("b", Ok::<_, String>(2.0));
        s.add("a", Ok::<_, String>(1.0));
        s.add("b", Ok::<_, String>(3.0));
        s.refuse("a", "nobody came");
        let text = study.close("Three.".to_owned(), vec!["One.".to_owned()], "").text;
        assert_eq!((&text.question[..], &text.answer[..]), ("How many?", "Three."));
        assert_eq!(text.methods, "They were counted. Two was counted. One was counted.");
        assert_eq!(text.results, "One.");
        assert_eq!(text.limitations, "Not given: nobody came (1 estimate).");
    }
}
