//! The outcome of clients by what became of their ruptures.

use dyad_model::Estimate;
use dyad_stats::linear::ClusterRobust;
use dyad_stats::sequence::{RuptureGroup, RuptureGroups};

use crate::Given;
use crate::reported::Reported;
use crate::section::Section;

/// How far the outcome of a group lies from that of another.
#[derive(Clone, Copy, Debug)]
pub struct Against {
    difference: ClusterRobust,
    /// The third group, if nobody is in it.
    empty: Option<RuptureGroup>,
}

/// A group that has no column is said.
impl Reported for Against {
    fn onto(self, estimate: Estimate, section: &Section<'_>) -> Estimate {
        let lacking = self.empty.map_or("", lacking);
        let caution = format!("{lacking}: that column is left out");
        self.difference.onto(estimate, section).warn_if(self.empty.is_some(), caution)
    }
}

fn lacking(group: RuptureGroup) -> &'static str {
    match group {
        RuptureGroup::None => "every client has a rupture",
        RuptureGroup::Repaired => "no client has only repaired ruptures",
        RuptureGroup::Unrepaired => "no client has an unrepaired rupture",
    }
}

impl Section<'_> {
    /// y ~ columns + a column for each group beside the reference, by least squares over the sample: the coefficient of a group, CR2 by
    /// therapist. A group without a client has no column.
    ///
    /// # Errors
    /// The sentence to refuse with; one of its own where nobody is in one of the two groups.
    pub fn against(
        &self,
        groups: &RuptureGroups,
        [of, reference]: [RuptureGroup; 2],
        columns: &[(&str, &[f64])],
        y: &[f64],
    ) -> Result<Against, String> {
        let is_empty = |group: &RuptureGroup| groups.size(*group) == 0;
        if let Some(group) = [of, reference].into_iter().find(is_empty) {
            return Err(lacking(group).to_owned());
        }
        let columns = [columns, &groups.against(reference)].concat();
        let difference = self.regression(&columns, y)?.slope(of.as_str())?;
        Ok(Against { difference, empty: RuptureGroup::ALL.into_iter().find(is_empty) })
    }
}

/// How many clients are in each group, by the names of the numbers.
#[must_use]
pub fn sizes(groups: &RuptureGroups) -> [(&'static str, f64); 3] {
    let named = |name, group| (name, groups.size(group) as f64);
    [
        named("clients_none", RuptureGroup::None),
        named("clients_repaired", RuptureGroup::Repaired),
        named("clients_unrepaired", RuptureGroup::Unrepaired),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Study, made};

    #[test]
    fn a_group_without_a_client_has_no_column() {
        let run = made::six_clients("");
        let study = Study::of(&run).unwrap();
        let s = study.section().over_clients((0..6).collect(), "");
        let y = [4.0, 6.0, 7.0, 4.5, 9.0, 5.0];
        let slowest = [None, Some(1), Some(9), None, Some(8), None];
        let [none, repaired, unrepaired] = RuptureGroup::ALL;
        let found = |window, pair| s.against(&RuptureGroups::of(&slowest, window), pair, &[], &y);
        // Nobody's ruptures were all repaired within no session at all: two groups, and the mean of each.
        let of_two = found(0, [unrepaired, none]).unwrap();
        assert!((of_two.difference.estimate - (22.0 - 13.5) / 3.0).abs() < 1e-12);
        let reported = s.estimated("a", Ok::<_, String>(of_two));
        let said = "no client has only repaired ruptures: that column is left out";
        assert!(reported.warnings.iter().any(|warning| warning == said));
        assert!(found(2, [repaired, none]).unwrap().empty.is_none());
        let refused = found(9, [unrepaired, repaired]).unwrap_err();
        assert_eq!(refused, "no client has an unrepaired rupture");
        let sizes = sizes(&RuptureGroups::of(&slowest, 2));
        assert!(sizes.iter().zip([3.0, 1.0, 2.0]).all(|((_, n), of)| (n - of).abs() < 0.5));
    }
}
