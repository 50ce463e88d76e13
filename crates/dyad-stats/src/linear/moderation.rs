//! A predictor whose slope may depend on another variable.

use crate::Result;
use crate::moments::centred;

/// The columns of a moderated regression y ~ predictor + moderator + product: both variables centred, so that each slope is the one at
/// the mean of the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Moderation {
    /// Less its mean.
    pub predictor: Vec<f64>,
    /// Less its mean.
    pub moderator: Vec<f64>,
    /// One times the other.
    pub product: Vec<f64>,
    /// Standard deviation of the moderator (n − 1).
    pub sd: f64,
}

impl Moderation {
    /// Centres both variables and multiplies them.
    ///
    /// # Shape and units
    /// Equal length n ≥ 2; `names` say which of the two does not vary.
    ///
    /// # Missing values
    /// None accepted.
    ///
    /// # Errors
    /// Those of [`centred`], the predictor's first.
    ///
    /// # Source
    /// `[@aiken1991]`. Checked against R `lm`: `tests/golden/moderators.R`.
    pub fn of(predictor: &[f64], moderator: &[f64], names: [String; 2]) -> Result<Self> {
        let [one, other] = names;
        let (predictor, _) = centred(predictor, one)?;
        let (moderator, sd) = centred(moderator, other)?;
        let product = predictor.iter().zip(&moderator).map(|(x, m)| x * m).collect();
        Ok(Self { predictor, moderator, product, sd })
    }

    /// The slope of the predictor one standard deviation below and above the moderator's mean: b ∓ SD·c, c the coefficient of the product.
    ///
    /// # Source
    /// `[@aiken1991]`. Checked against R: `tests/golden/moderators.R`.
    #[must_use]
    pub fn simple_slopes(&self, slope: f64, of_product: f64) -> [f64; 2] {
        [slope - self.sd * of_product, slope + self.sd * of_product]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear::ols;

    #[test]
    fn slopes_are_those_at_the_moderators_value() {
        let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        let m = [2.0, 5.0, 3.0, 8.0, 1.0, 4.0, 7.0, 6.0];
        let y: Vec<f64> = x.iter().zip(m).map(|(x, m)| 1.0 + 2.0 * x + 0.5 * m * x).collect();
        let names = || ["x".to_owned(), "m".to_owned()];
        let found = Moderation::of(&x, &m, names()).unwrap();
        let columns =
            [("x", &found.predictor[..]), ("m", &found.moderator), ("product", &found.product)];
        let noisy: Vec<f64> = y.iter().zip(0..).map(|(y, i)| y + 1e-7 * f64::from(i % 3)).collect();
        let fit = ols(&columns, &noisy).unwrap();
        let [below, above] = found.simple_slopes(fit.beta[1], fit.beta[3]);
        // The slope of x is 2 + m/2, m has mean 4.5.
        assert!((below - (2.0 + 0.5 * (4.5 - found.sd))).abs() < 1e-5);
        assert!((above - (2.0 + 0.5 * (4.5 + found.sd))).abs() < 1e-5);
        let flat = Moderation::of(&x, &[3.0; 8], names()).unwrap_err().to_string();
        assert_eq!(flat, "no variation in m");
    }
}
