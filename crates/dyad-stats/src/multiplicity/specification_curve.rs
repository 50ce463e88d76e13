//! One question answered in every way that could be defended.

use crate::moments::median;

/// The answers of a specification curve, summed up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpecificationCurve {
    /// The estimate in the middle.
    pub median: f64,
    /// The lowest.
    pub lowest: f64,
    /// The highest.
    pub highest: f64,
    /// Estimates whose interval does not hold the value of no difference.
    pub excluding: usize,
}

/// Returns median and range of estimates of the same effect under different choices, and how many of their intervals exclude `null`;
/// `None` without any. The estimates share their data: how many exclude is a description, no test.
///
/// # Shape and units
/// `estimates`: each with its interval, all in the unit of `null`; any order.
///
/// # Missing values
/// None accepted: leave out the choices that could not be fitted, and say how many.
///
/// # Source
/// `[@simonsohn2020]`. Closed form.
#[must_use]
pub fn specification_curve(estimates: &[(f64, [f64; 2])], null: f64) -> Option<SpecificationCurve> {
    let mut values: Vec<f64> = estimates.iter().map(|(estimate, _)| *estimate).collect();
    let median = median(&mut values)?;
    let outside = |&&(_, [low, high]): &&(f64, [f64; 2])| low > null || high < null;
    Some(SpecificationCurve {
        median,
        lowest: *values.first()?,
        highest: *values.last()?,
        excluding: estimates.iter().filter(outside).count(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_those_beyond_no_difference() {
        let tried = [(2.0, [1.1, 3.0]), (0.8, [0.5, 1.2]), (0.5, [0.2, 0.9]), (1.4, [0.9, 2.0])];
        let found = specification_curve(&tried, 1.0).unwrap();
        assert!((found.median - 1.1).abs() < 1e-15);
        assert!((found.lowest - 0.5).abs() < 1e-15 && (found.highest - 2.0).abs() < 1e-15);
        assert_eq!(found.excluding, 2);
        assert!(specification_curve(&[], 1.0).is_none());
    }
}
