//! The product-moment correlation.

use super::fisher_z;
use crate::distributions::student_t;
use crate::moments::Cross;
use crate::{Result, StatsError};

/// A correlation with its test.
#[derive(Clone, Debug, PartialEq)]
pub struct Correlation {
    /// The coefficient.
    pub r: f64,
    /// 95 % interval; `None` where the method has none for so few.
    pub ci: Option<[f64; 2]>,
    /// r·√(df/(1 − r²)); infinite if |r| = 1.
    pub t: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Two-sided.
    pub p: f64,
    /// Pairs used.
    pub n: usize,
}

impl Correlation {
    /// Packages a coefficient; t and p follow from r and df, the interval from its standard error on the z scale.
    pub(crate) fn new(r: f64, n: usize, df: f64, se_z: Option<f64>) -> Self {
        let t = r * (df / ((1.0 - r) * (1.0 + r))).sqrt();
        Self {
            r,
            ci: se_z.map(|se| fisher_z::interval(r, se)),
            t,
            df,
            p: student_t::two_sided(t, df),
            n,
        }
    }
}

/// r of cross-products; `names` say which variable does not vary.
pub(crate) fn coefficient(cross: &Cross, names: [&'static str; 2]) -> Result<f64> {
    // Rounding leaves a trace of variance in a constant column of large values.
    let flat =
        |squares: f64, mean: f64| squares <= 1e-24 * mean * mean * cross.n as f64 || squares <= 0.0;
    for (squares, mean, name) in
        [(cross.xx, cross.mean_x, names[0]), (cross.yy, cross.mean_y, names[1])]
    {
        if flat(squares, mean) {
            return Err(StatsError::NoVariation { what: name.into() });
        }
    }
    Ok((cross.xy / cross.xx.sqrt() / cross.yy.sqrt()).clamp(-1.0, 1.0))
}

/// Refuses paired slices of unequal length, with values that are not finite, or with fewer than `needed` pairs.
pub(crate) fn check_pairs(x: &[f64], y: &[f64], needed: usize) -> Result<()> {
    if x.len() != y.len() {
        return Err(StatsError::UnequalLengths {
            what: "paired scores",
            left: x.len(),
            right: y.len(),
        });
    }
    if !x.iter().chain(y).all(|v| v.is_finite()) {
        return Err(StatsError::NotFinite { what: "the scores".into() });
    }
    if x.len() < needed {
        return Err(StatsError::TooFew { unit: "pairs", needed, found: x.len() });
    }
    Ok(())
}

/// Returns the product-moment correlation of two paired samples.
///
/// r = Sxy/√(Sxx·Syy); t = r·√((n − 2)/(1 − r²)) with n − 2 df; interval tanh(atanh r ± z(.975)/√(n − 3)).
///
/// # Shape and units
/// `x`, `y`: length n ≥ 4; element i of both is the same client. Any unit; r and t have none.
///
/// # Missing values
/// None accepted. Drop incomplete pairs first and report how many were dropped.
///
/// # Errors
/// - [`StatsError::UnequalLengths`] if the lengths differ.
/// - [`StatsError::NotFinite`] if a value is NaN or infinite.
/// - [`StatsError::TooFew`] below four pairs.
/// - [`StatsError::NoVariation`] if a variable is constant.
///
/// # Source
/// `[@pearson1896]`, `[@fisher1921]`. Checked against R `cor.test`.
pub fn pearson(x: &[f64], y: &[f64]) -> Result<Correlation> {
    check_pairs(x, y, 4)?;
    let r = coefficient(&Cross::of(x, y), ["the first variable", "the second variable"])?;
    let n = x.len() as f64;
    Ok(Correlation::new(r, x.len(), n - 2.0, Some(1.0 / (n - 3.0).sqrt())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals() {
        assert!(matches!(pearson(&[1.0; 4], &[1.0; 3]), Err(StatsError::UnequalLengths { .. })));
        assert!(matches!(
            pearson(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]),
            Err(StatsError::TooFew { .. })
        ));
        assert!(matches!(
            pearson(&[7.1; 5], &[1.0, 2.0, 3.0, 4.0, 5.0]),
            Err(StatsError::NoVariation { .. })
        ));
        assert!(matches!(
            pearson(&[1.0, 2.0, f64::NAN, 4.0], &[1.0; 4]),
            Err(StatsError::NotFinite { .. })
        ));
    }

    #[test]
    fn perfect_correlation_is_a_result() {
        let r = pearson(&[1.0, 2.0, 3.0, 4.0], &[2.0, 4.0, 6.0, 8.0]).unwrap();
        assert!((r.r - 1.0).abs() < 1e-15 && r.p < 1e-12);
    }

    #[test]
    fn shift_and_scale_do_not_matter() {
        let x = [1.0, 4.0, 2.0, 8.0, 5.0, 7.0];
        let y = [2.0, 3.0, 1.0, 9.0, 4.0, 4.0];
        let moved: Vec<f64> = x.iter().map(|v| 1e6 + 1e-3 * v).collect();
        let (a, b) = (pearson(&x, &y).unwrap(), pearson(&moved, &y).unwrap());
        assert!((a.r - b.r).abs() < 1e-6);
    }
}
