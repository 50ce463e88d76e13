//! Clients by what became of their ruptures.

/// What became of a client's ruptures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuptureGroup {
    /// There was none.
    None,
    /// Every one of them was repaired.
    Repaired,
    /// One or more were not.
    Unrepaired,
}

impl RuptureGroup {
    /// In the order of the columns.
    pub const ALL: [Self; 3] = [Self::None, Self::Repaired, Self::Unrepaired];

    /// The group of a client whose slowest repair took so many sessions; `None` without a rupture, [`i64::MAX`] if one was not repaired. A
    /// repair counts within this window.
    #[must_use]
    pub fn of(slowest_repair: Option<i64>, window: i64) -> Self {
        match slowest_repair {
            None => Self::None,
            Some(took) if took <= window => Self::Repaired,
            Some(_) => Self::Unrepaired,
        }
    }

    /// In one word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Repaired => "repaired",
            Self::Unrepaired => "unrepaired",
        }
    }
}

/// Which client is in which group, as the columns of a regression.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuptureGroups([Vec<f64>; 3]);

impl RuptureGroups {
    /// The groups of clients, by how long the slowest repair of each took: see [`RuptureGroup::of`].
    #[must_use]
    pub fn of(slowest_repair: &[Option<i64>], window: i64) -> Self {
        slowest_repair.iter().map(|took| RuptureGroup::of(*took, window)).collect()
    }

    /// 1 for the clients of the group, 0 for the others.
    #[must_use]
    pub fn column(&self, group: RuptureGroup) -> &[f64] {
        &self.0[group as usize]
    }

    /// Clients in the group.
    #[must_use]
    pub fn size(&self, group: RuptureGroup) -> usize {
        self.column(group).iter().filter(|is_in| **is_in > 0.5).count()
    }

    /// The columns that tell the groups apart from a reference: those of the other groups that have a client.
    #[must_use]
    pub fn against(&self, reference: RuptureGroup) -> Vec<(&'static str, &[f64])> {
        let others = RuptureGroup::ALL.into_iter().filter(|group| *group != reference);
        let present = others.filter(|group| self.size(*group) > 0);
        present.map(|group| (group.as_str(), self.column(group))).collect()
    }
}

impl FromIterator<RuptureGroup> for RuptureGroups {
    fn from_iter<I: IntoIterator<Item = RuptureGroup>>(clients: I) -> Self {
        let mut groups = Self::default();
        for client in clients {
            for (column, group) in groups.0.iter_mut().zip(RuptureGroup::ALL) {
                column.push(if client == group { 1.0 } else { 0.0 });
            }
        }
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_was_not_repaired_is_enough() {
        let found = [None, Some(2), Some(i64::MAX), Some(3)].map(|took| RuptureGroup::of(took, 3));
        let expected = [RuptureGroup::None, RuptureGroup::Repaired, RuptureGroup::Unrepaired];
        assert_eq!(found[..3], expected);
        let groups = RuptureGroups::of(&[None, Some(2), Some(i64::MAX), Some(3)], 3);
        assert_eq!(RuptureGroup::ALL.map(|group| groups.size(group)), [1, 2, 1]);
        assert_eq!(groups.column(RuptureGroup::Repaired), [0.0, 1.0, 0.0, 1.0]);
    }

    #[test]
    fn an_empty_group_has_no_column() {
        let two = [RuptureGroup::None, RuptureGroup::Unrepaired, RuptureGroup::None];
        let groups: RuptureGroups = two.into_iter().collect();
        assert_eq!(groups.against(RuptureGroup::None), [("unrepaired", &[0.0, 1.0, 0.0][..])]);
        assert_eq!(groups.against(RuptureGroup::Unrepaired), [("none", &[1.0, 0.0, 1.0][..])]);
    }
}
