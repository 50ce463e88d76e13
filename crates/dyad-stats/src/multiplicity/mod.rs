//! Many tests at once: p values adjusted for how many were looked at.

mod false_discovery;
mod family_wise;
mod intersection_union;
mod specification_curve;

pub use false_discovery::benjamini_hochberg;
pub use family_wise::holm;
pub use intersection_union::intersection_union;
pub use specification_curve::{SpecificationCurve, specification_curve};

use crate::{Result, StatsError};

/// Positions of the p values in ascending order; equal ones in the order given.
fn ascending(p: &[f64]) -> Result<Vec<usize>> {
    if !p.iter().all(|p| (0.0..=1.0).contains(p)) {
        return Err(StatsError::OutOfDomain { what: "a p value", expected: "between 0 and 1" });
    }
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_probability_is_refused() {
        for p in [&[0.1, 1.2][..], &[-0.1], &[f64::NAN]] {
            assert!(holm(p).is_err() && benjamini_hochberg(p).is_err());
        }
        assert_eq!(holm(&[]).unwrap(), Vec::<f64>::new());
        assert_eq!(benjamini_hochberg(&[0.03]).unwrap(), [0.03]);
    }

    #[test]
    fn the_rule_for_families_is_never_milder_than_the_one_for_discoveries() {
        let p = [0.01, 0.04, 0.03, 0.005, 0.5, 0.03];
        let (family, discovery) = (holm(&p).unwrap(), benjamini_hochberg(&p).unwrap());
        for ((raw, family), discovery) in p.iter().zip(family).zip(discovery) {
            assert!(*raw <= discovery && discovery <= family && family <= 1.0);
        }
    }
}
