//! What could have been detected, beside what was found.

use dyad_stats::mixed::Fit;
use dyad_stats::power::detectable_effect;

use crate::section::{Added, Section};

impl Section<'_> {
    /// Adds the smallest coefficient of this column that a model would have found with this power, whatever it gave: see
    /// [`detectable_effect`].
    #[expect(clippy::must_use_candidate, reason = "it stands among the findings already")]
    pub fn detectable(
        &self,
        key: &str,
        fit: &Result<Fit, String>,
        column: &str,
        power: f64,
    ) -> Added<'_, '_> {
        let smallest = || -> Result<f64, String> {
            let found = fit.as_ref().map_err(Clone::clone)?.coefficient(column)?;
            let df = found.df.ok_or("the coefficient has no degrees of freedom")?;
            Ok(detectable_effect(found.se, df, power)?)
        };
        self.add(key, smallest())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Study, made};

    #[test]
    fn it_needs_the_model_the_column_and_power() {
        let run = made::six_clients("");
        let study = Study::of(&run).unwrap();
        let of = |fit: &Result<Fit, String>, column: &str, power: f64| {
            study
                .section()
                .detectable("smallest", fit, column, power)
                .rescaled("twice", 2.0)
                .estimate()
        };
        let fit = Ok(made::therapist_fit(3.0));
        let [half, more] = [0.5, 0.8].map(|power| of(&fit, "(intercept)", power));
        assert!(half.estimate < more.estimate && half.estimate > Some(0.0));
        assert_eq!(half.number("twice"), half.estimate.map(|b| 2.0 * b));
        assert!(of(&fit, "none", 0.8).refused.is_some());
        let refused = of(&Err("too few".to_owned()), "(intercept)", 0.8);
        assert_eq!((refused.refused.as_deref(), refused.details.len()), (Some("too few"), 0));
    }
}
