//! What rules find in the ratings of every client.

use dyad_model::Counts;
use dyad_stats::sequence::{Detections, Repair, Rule};

use crate::section::Section;
use crate::{Basis, Floats};

impl Section<'_> {
    /// The section over the clients with `fewest` ratings or more, and what every rule finds in the ratings of each of them; a rule that
    /// cannot be applied is `None`. `lacks` is the text that says what the other clients lack.
    #[must_use]
    pub fn detect(
        &self,
        ratings: &Floats<'_>,
        rules: Vec<Option<Rule>>,
        repair: Repair,
        (fewest, lacks): (usize, &str),
    ) -> (Self, Detections) {
        let mut found = Detections::new(rules, repair);
        let all = 0..self.clients.len();
        let judged = all.filter(|&c| found.push(self.clients.rated(c, ratings), fewest)).collect();
        let section = self.over_clients(judged, self.text(lacks));
        let Basis { n, dropped } = section.basis().clone();
        let n = Counts { rows: Some(found.rows() as u64), ..n };
        (section.over(Basis { n, dropped }), found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Study;
    use crate::leaving::tests::run;

    #[test]
    fn the_section_is_over_who_has_enough_ratings() {
        let run = run(&["alliance"]);
        let study = Study::of(&run).unwrap();
        let ratings = run.table("sessions").unwrap().floats("alliance").unwrap();
        let (all, repair) = (study.section(), Repair { window: 3, tolerance: 0.25 });
        let rules = || vec![None, Some(Rule::Drop(1.0))];
        let (two, found) = all.detect(&ratings, rules(), repair, (2, "few"));
        assert_eq!((two.sample(), found.count(1).ruptures), (&[0, 1, 2][..], 1));
        let (three, found) = all.detect(&ratings, rules(), repair, (3, "few"));
        assert_eq!((three.sample(), found.len(), three.n().rows), (&[0][..], 1, Some(3)));
        assert_eq!(three.basis().dropped[0].clients, Some(2));
        assert_eq!(three.positions_in(&two), [0]);
        assert_eq!(three.of_sample(|_| 7.0, "few").values, [Some(7.0), None, None]);
    }
}
