//! The correlations of groups, as the studies of a meta-analysis.

use std::ops::Range;

use super::Study;
use crate::correlation::pearson;

/// Returns the correlation of x and y in every group on the Fisher z scale, atanh r with variance 1/(n − 3); `None` for a group that has
/// none: fewer than four pairs, no variation, or |r| = 1. `sign` turns every correlation: −1 where a low y is good, else 1.
///
/// # Shape and units
/// `x`, `y`: equal length; `groups`: contiguous ranges of them, such as sites.
///
/// # Missing values
/// None accepted: leave the pair out.
///
/// # Source
/// `[@fisher1921]`. Checked against R `cor`, `atanh`: `tests/golden/_sites.R`.
#[must_use]
pub fn group_correlations(
    x: &[f64],
    y: &[f64],
    groups: &[Range<usize>],
    sign: f64,
) -> Vec<Option<Study>> {
    let of_group = |group: &Range<usize>| {
        let r = sign * pearson(&x[group.clone()], &y[group.clone()]).ok()?.r;
        let n = group.len() as f64;
        let study = Study { estimate: r.atanh(), variance: 1.0 / (n - 3.0) };
        (r.abs() < 1.0 && n > 3.0).then_some(study)
    };
    groups.iter().map(of_group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_without_a_correlation_is_no_study() {
        let x = [1.0, 2.0, 3.0, 4.0, 5.0, 1.0, 2.0, 3.0, 7.0, 7.0, 7.0, 7.0, 1.0, 2.0, 3.0, 4.0];
        let y = [2.0, 1.0, 4.0, 3.0, 5.0, 2.0, 1.0, 4.0, 1.0, 2.0, 3.0, 4.0, 2.0, 4.0, 6.0, 8.0];
        let found = group_correlations(&x, &y, &[0..5, 5..8, 8..12, 12..16], -1.0);
        // r = .8, turned: atanh is −ln(9)/2.
        let first = found[0].unwrap();
        assert!((first.estimate + 9.0_f64.ln() / 2.0).abs() < 1e-12);
        assert!((first.variance - 0.5).abs() < 1e-15);
        assert_eq!(found[1..], [None, None, None]);
    }
}
