//! Values about their mean, in their own unit or in standard deviations.

use std::borrow::Cow;

use super::Moments;
use crate::{Result, StatsError};

/// Returns the values less their mean, and their standard deviation (n − 1).
///
/// # Shape and units
/// Two values or more; `what` names them in an error.
///
/// # Missing values
/// None accepted.
///
/// # Errors
/// - [`StatsError::TooFew`] below two values; [`StatsError::NoVariation`] if all are the same.
///
/// # Source
/// Arithmetic mean and standard deviation by [`Moments`], as in R `scale`.
pub fn centred(values: &[f64], what: impl Into<Cow<'static, str>>) -> Result<(Vec<f64>, f64)> {
    let moments = Moments::of(values);
    let (mean, sd) = (moments.mean()?, moments.sd()?);
    if sd <= 0.0 {
        return Err(StatsError::NoVariation { what: what.into() });
    }
    Ok((values.iter().map(|v| v - mean).collect(), sd))
}

/// Returns the values with mean 0 and standard deviation 1: [`centred`], divided by the standard deviation.
///
/// # Errors
/// Those of [`centred`].
///
/// # Source
/// As in R `scale`.
pub fn standardised(values: &[f64], what: impl Into<Cow<'static, str>>) -> Result<Vec<f64>> {
    let (centred, sd) = centred(values, what)?;
    Ok(centred.into_iter().map(|v| v / sd).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_no_scale() {
        let z = standardised(&[1.0, 2.0, 3.0], "x").unwrap();
        assert!(z.iter().zip([-1.0, 0.0, 1.0]).all(|(z, r)| (z - r).abs() < 1e-12));
        assert_eq!(standardised(&[2.0; 3], "x").unwrap_err().to_string(), "no variation in x");
        assert!(centred(&[1.0], "x").is_err());
    }
}
