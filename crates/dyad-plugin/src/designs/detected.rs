//! What several detectors find in the ratings of the clients with enough of them.

use dyad_stats::sequence::{Detections, Repair, Rule};

use crate::section::Section;
use crate::{Basis, Floats};

/// A rule under a name.
pub struct Detector {
    /// In one word: `fixed_drop`.
    pub name: &'static str,
    /// Its part of an id: `fixed_drop/A`.
    pub id: &'static str,
    /// Its rule, or why it cannot be applied.
    pub rule: Result<Rule, String>,
}

impl Detector {
    /// Its name as a reader sees it.
    #[must_use]
    pub fn label(&self) -> String {
        self.name.replace('_', " ")
    }
}

/// What detectors find in one measure.
pub struct Detected<'s> {
    /// About the measure, over the clients with enough ratings.
    pub section: Section<'s>,
    /// In the order in which they were given. Where no client has enough ratings, none of them can be applied.
    pub detectors: Vec<Detector>,
    /// What they find in each of these clients, by their positions.
    pub found: Detections,
    ratings: Floats<'s>,
}

impl<'s> Detected<'s> {
    /// Applies every detector to the clients with `fewest` ratings or more. The words say what the others lack, `lacks.ratings`, and that
    /// there is no such client, `refuse.nobody`.
    #[must_use]
    pub fn of(
        section: &Section<'s>,
        ratings: Floats<'s>,
        detectors: Vec<Detector>,
        repair: Repair,
        fewest: usize,
    ) -> Self {
        let rules = detectors.iter().map(|detector| detector.rule.clone().ok()).collect();
        let (clients, mut found) = (section.clients, Detections::new(rules, repair));
        let enough = |&client: &usize| found.push(clients.rated(client, &ratings), fewest);
        let judged = (0..clients.len()).filter(enough).collect();
        let s = section.over_clients(judged, section.text("lacks.ratings"));
        let n = s.n().with_rows(found.rows() as u64);
        let section = s.over(Basis { n, ..s.basis().clone() });
        let mut detected = Self { section, detectors, found, ratings };
        if let Err(nobody) = detected.anybody() {
            detected.detectors.iter_mut().for_each(|of| of.rule = Err(nobody.clone()));
        }
        detected
    }

    /// Whether anybody has enough ratings, or the sentence to refuse with.
    ///
    /// # Errors
    /// The text `refuse.nobody`.
    pub fn anybody(&self) -> Result<(), String> {
        if self.found.is_empty() { Err(self.section.text("refuse.nobody")) } else { Ok(()) }
    }

    /// The section about a detector, too: `{detector}` in ids, `{name}`, and what it is, `{described}`, from the text of its name below
    /// `detector`.
    #[must_use]
    pub fn about(&self, detector: &Detector) -> Section<'s> {
        let s = self.section.with("detector", self.section.id(detector.id));
        let s = s.with("name", detector.label());
        s.with_text("described", &format!("detector.{}", detector.name))
    }

    /// The section about two detectors, too, by their positions: `{first}` and `{second}` in ids, `{one}` and `{other}` in words; and whether
    /// both could be applied, or the sentence to refuse with.
    pub fn about_two(&self, detectors: [usize; 2]) -> (Section<'s>, Result<(), String>) {
        let [first, second] = detectors.map(|at| &self.detectors[at]);
        let s = self.section.with("first", first.name).with("one", first.label());
        let s = s.with("second", second.name).with("other", second.label());
        (s, first.rule.clone().and(second.rule.clone()).map(|_| ()))
    }

    /// How many ruptures a detector finds.
    ///
    /// # Errors
    /// Why it cannot be applied, or the text `refuse.no_rupture`.
    pub fn ruptures(&self, detector: usize) -> Result<u64, String> {
        self.detectors[detector].rule.clone()?;
        match self.found.count(detector).ruptures {
            0 => Err(self.section.text("refuse.no_rupture")),
            some => Ok(some),
        }
    }

    /// Session numbers and ratings of any client, in order.
    pub fn of_client(&self, client: usize) -> impl Iterator<Item = (i64, f64)> {
        self.section.clients.rated(client, &self.ratings)
    }

    /// How long the slowest repair by one detector took, of each client of a section over some of these: see
    /// [`Detections::slowest_repair`].
    #[must_use]
    pub fn slowest_repair(&self, detector: usize, of: &Section<'_>) -> Vec<Option<i64>> {
        let slowest = self.found.slowest_repair(detector);
        let at = of.sample().iter().filter_map(|c| self.section.sample().binary_search(c).ok());
        at.map(|at| slowest[at]).collect()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Study;
    use crate::derived::Variable;
    use crate::designs::leaving::tests::run;

    /// A detector that finds a rupture, and one that finds none.
    pub(crate) fn detected<'s>(study: &'s Study<'_, ()>, fewest: usize) -> Detected<'s> {
        let ratings = study.table("sessions").unwrap().floats("alliance").unwrap();
        let drop = |points: f64| Detector {
            name: "fixed_drop",
            id: "fixed_drop/A",
            rule: Ok(Rule::Drop(points)),
        };
        let repair = Repair { window: 3, tolerance: 0.25 };
        Detected::of(&study.section(), ratings, vec![drop(1.0), drop(9.0)], repair, fewest)
    }

    #[test]
    fn the_section_is_over_who_has_enough_ratings() {
        let run = run(&["alliance"]);
        let study = Study::of(&run).unwrap();
        let two = detected(&study, 2);
        assert_eq!((two.section.sample(), two.found.count(0).ruptures), (&[0, 1, 2][..], 1));
        let three = detected(&study, 3);
        assert_eq!((three.section.sample(), three.section.n().rows), (&[0][..], Some(3)));
        assert_eq!(three.section.basis().dropped[0].clients, Some(2));
        assert_eq!(two.slowest_repair(0, &three.section), [Some(i64::MAX)]);
        let Variable { values, .. } = three.section.of_sample(|_| 7.0, "few");
        assert_eq!(values, [Some(7.0), None, None]);
        assert_eq!((two.ruptures(0), two.ruptures(1).is_err()), (Ok(1), true));
        let (s, usable) = two.about_two([0, 1]);
        assert_eq!((s.id("{first}"), usable), ("fixed_drop".to_owned(), Ok(())));
        assert!(detected(&study, 4).detectors.iter().all(|detector| detector.rule.is_err()));
    }
}
