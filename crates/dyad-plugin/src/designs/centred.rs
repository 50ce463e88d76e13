//! A variable of therapists as predictor of what happens to their clients.

use dyad_model::Measure;
use dyad_stats::moments::Moments;

use crate::derived::Variable;
use crate::{Failure, Study};

/// A variable of therapists, centred at their mean: a therapist with many clients weighs no more than one with few.
#[derive(Clone, Debug)]
pub struct OfTherapists {
    /// The value of each client's therapist, less the mean over therapists.
    pub centred: Variable,
    /// Standard deviation over therapists (n − 1); 0 below two.
    pub sd: f64,
    /// Or why it predicts nothing: the study names no therapists, or they do not differ.
    pub usable: Result<(), String>,
}

impl<S> Study<'_, S> {
    /// A measure of therapists as predictor; `lacks` is said of a client whose therapist has no value.
    ///
    /// # Errors
    /// A [`Failure`] if its column was not granted.
    pub fn of_therapists(
        &self,
        measure: &Measure,
        lacks: impl Into<String>,
    ) -> Result<OfTherapists, Failure> {
        let (values, mut over) = (self.scores(measure)?, Moments::new());
        (0..values.len()).filter_map(|row| values.get(row)).for_each(|value| over.push(value));
        let (mean, sd) = (over.mean().unwrap_or(0.0), over.sd().unwrap_or(0.0));
        let constant = || format!("{} does not vary between therapists", measure.name());
        let named = self.clients.need_therapists().map_err(str::to_owned);
        let of_clients = self.clients.value(self, measure)?.into_iter();
        let centred = of_clients.map(|value| Some(value? - mean)).collect();
        let (centred, usable) = (
            Variable::new(centred, lacks),
            named.and_then(|()| if sd > 0.0 { Ok(()) } else { Err(constant()) }),
        );
        Ok(OfTherapists { centred, sd, usable })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made;

    fn of(scores: [f64; 3]) -> OfTherapists {
        let run = made::with_therapists(&scores);
        let study = Study::of(&run).unwrap();
        study.of_therapists(&run.measures()[2], "no score").unwrap()
    }

    #[test]
    fn every_therapist_weighs_the_same() {
        let found = of([1.0, 5.0, f64::NAN]);
        let centred = [Some(-2.0), Some(-2.0), Some(2.0), Some(2.0), None, None];
        assert_eq!(found.centred.values, centred);
        assert!((found.sd - 8.0_f64.sqrt()).abs() < 1e-12 && found.usable.is_ok());
    }

    #[test]
    fn what_does_not_vary_predicts_nothing() {
        let reason = of([4.0, 4.0, f64::NAN]).usable.unwrap_err();
        assert_eq!(reason, "burnout does not vary between therapists");
        assert!(of([4.0, f64::NAN, f64::NAN]).usable.is_err());
    }
}
