//! Whether groups leave at different rates.

use super::LifeTable;
use crate::distributions::chi_square;
use crate::linalg::Cholesky;
use crate::{Result, StatsError};

/// What one group has seen, and would have seen if all groups left at the same rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GroupEvents {
    /// Persons.
    pub n: u64,
    /// Events.
    pub observed: u64,
    /// Σ over times of the group's share of those at risk × events.
    pub expected: f64,
}

/// The test of equal hazards.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRank {
    /// In the order given.
    pub groups: Vec<GroupEvents>,
    /// (O − E)'V⁻¹(O − E).
    pub chi_square: f64,
    /// Groups − 1.
    pub df: f64,
    /// Upper tail.
    pub p: f64,
}

/// Returns the log-rank test over groups, each given by its life table; causes are taken together.
///
/// At each time the events are compared with a hypergeometric draw from those at risk.
///
/// # Shape and units
/// One table per group, all in the same unit of time.
///
/// # Missing values
/// None accepted; who was not observed to the end is censored.
///
/// # Errors
/// - [`StatsError::TooFew`] below two groups, or with an empty one.
/// - [`StatsError::NoEvents`] without an event.
/// - [`StatsError::NotIdentified`] if a group is never at risk together with the others when something happens.
///
/// # Source
/// `[@mantel1966]`. Checked against R `survival::survdiff`: `golden/stats/survival.R`.
pub fn log_rank(groups: &[LifeTable]) -> Result<LogRank> {
    let k = groups.len();
    if k < 2 {
        return Err(StatsError::TooFew { unit: "groups", needed: 2, found: k });
    }
    if groups.iter().any(|group| group.n() == 0) {
        return Err(StatsError::TooFew { unit: "persons in a group", needed: 1, found: 0 });
    }
    let mut all = LifeTable::default();
    for group in groups {
        all.merge(group);
    }
    all.check()?;
    let mut expected = vec![0.0; k];
    let mut variance = vec![0.0; k * k];
    let mut at_risk: Vec<u64> = groups.iter().map(LifeTable::n).collect();
    let mut next = vec![0; k];
    for (row, n) in all.with_risk() {
        let (n, d) = (n as f64, row.all_events() as f64);
        let spread = if n > 1.0 { d * (n - d) / (n - 1.0) } else { 0.0 };
        for i in 0..k {
            let share = at_risk[i] as f64 / n;
            expected[i] += d * share;
            for j in 0..k {
                let other = at_risk[j] as f64 / n;
                let same = if i == j { share } else { 0.0 };
                variance[i * k + j] += spread * (same - share * other);
            }
        }
        for (i, group) in groups.iter().enumerate() {
            if let Some(own) = group.rows.get(next[i]).filter(|own| own.time <= row.time) {
                at_risk[i] -= own.leaving();
                next[i] += 1;
            }
        }
    }
    let found: Vec<GroupEvents> = groups
        .iter()
        .zip(&expected)
        .map(|(group, &expected)| GroupEvents { n: group.n(), observed: group.events(), expected })
        .collect();
    // The deviations add to 0: all but the last group tell everything.
    let factor =
        Cholesky::new(&variance, k, k - 1, 1e-10).map_err(|_| StatsError::NotIdentified {
            what: "a group is never at risk together with another when something happens".into(),
        })?;
    let deviation: Vec<f64> =
        found[..k - 1].iter().map(|g| g.observed as f64 - g.expected).collect();
    let (chi_square, df) = (factor.quadratic_form(&deviation), (k - 1) as f64);
    Ok(LogRank { groups: found, chi_square, df, p: chi_square::upper_tail(chi_square, df) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expected_add_to_observed_and_equal_groups_do_not_differ() {
        let table = LifeTable::of(&[1.0, 2.0, 3.0, 5.0], &[true, true, false, true]).unwrap();
        let found = log_rank(&[table.clone(), table.clone()]).unwrap();
        let expected: f64 = found.groups.iter().map(|g| g.expected).sum();
        assert!((expected - 6.0).abs() < 1e-12 && found.chi_square < 1e-20);
        assert!((found.p - 1.0).abs() < 1e-9);
        assert!(log_rank(std::slice::from_ref(&table)).is_err());
        assert!(log_rank(&[table, LifeTable::default()]).is_err());
    }

    #[test]
    fn groups_that_never_meet_are_not_compared() {
        let early = LifeTable::of(&[1.0, 2.0], &[false, false]).unwrap();
        let late = LifeTable::of(&[3.0, 4.0], &[true, true]).unwrap();
        assert!(matches!(log_rank(&[early, late]), Err(StatsError::NotIdentified { .. })));
    }
}
