//! Claims that hold only if each of two parts does.

/// Returns the weaker of two effects in the direction of a claim, and the p value of the claim that both have that direction.
///
/// p = max(p₁, p₂), 1 if an effect has the wrong sign: a test of size α of the union of both null hypotheses needs no correction.
///
/// # Shape and units
/// Each part: the effect, signed so that the claim is positive, and its two-sided p. The effects share a unit.
///
/// # Missing values
/// None accepted.
///
/// # Source
/// `[@berger1982]`. Closed form.
#[must_use]
pub fn intersection_union((one, p): (f64, f64), (other, q): (f64, f64)) -> (f64, f64) {
    (one.min(other), if one > 0.0 && other > 0.0 { p.max(q) } else { 1.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parts_must_hold() {
        assert_eq!(intersection_union((0.3, 0.01), (0.2, 0.04)), (0.2, 0.04));
        assert_eq!(intersection_union((0.3, 0.01), (-0.2, 0.001)), (-0.2, 1.0));
    }
}
