//! Means of groups that count each member once.

use super::Moments;

/// Group means of one value per member.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupMeans {
    /// Per member, the mean over the members of its group that have a value; `None` without a group or a value in it.
    pub of: Vec<Option<f64>>,
    /// Mean of the group means: groups weigh alike, whatever their size. 0 without a group.
    pub grand: f64,
}

/// Returns the mean of each member's group, and the mean of those means: the levels at which a value is centred.
///
/// # Shape and units
/// `values`, `groups`: one per member; a group is a number from 0.
///
/// # Missing values
/// A member without a value is in no mean and has one nevertheless; a member without a group has none.
///
/// # Source
/// Arithmetic means by [`Moments`].
#[must_use]
pub fn group_means(values: &[Option<f64>], groups: &[Option<i64>]) -> GroupMeans {
    let mut sums: Vec<Moments> = Vec::new();
    let slot = |group: &Option<i64>| group.and_then(|group| usize::try_from(group).ok());
    for (value, group) in values.iter().zip(groups) {
        let Some(group) = slot(group) else { continue };
        if sums.len() <= group {
            sums.resize(group + 1, Moments::new());
        }
        if let Some(value) = value {
            sums[group].push(*value);
        }
    }
    let means: Vec<Option<f64>> = sums.iter().map(|group| group.mean().ok()).collect();
    let mut over = Moments::new();
    means.iter().flatten().for_each(|mean| over.push(*mean));
    GroupMeans {
        of: groups.iter().map(|group| means.get(slot(group)?).copied().flatten()).collect(),
        grand: over.mean().unwrap_or(0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_weigh_alike() {
        let values = [Some(1.0), Some(3.0), None, Some(8.0), Some(9.0)];
        let found = group_means(&values, &[Some(0), Some(0), Some(0), Some(2), None]);
        assert_eq!(found.of, [Some(2.0), Some(2.0), Some(2.0), Some(8.0), None]);
        assert!((found.grand - 5.0).abs() < 1e-12);
    }
}
