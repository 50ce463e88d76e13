//! The answers to the items of a measure.

use dyad_model::{Counts, Measure};
use dyad_stats::reliability::{Alpha, ItemSums, Omega, alpha, omega};

use crate::{Basis, Failure, Floats, Study};

/// Why there are none.
const NO_ITEMS: &str = "the study gives scores, not items: alpha and omega need item columns";

/// The sums of the items of a measure over the sessions with every item answered, or why there are none.
pub struct Items(Result<ItemSums, String>);

impl Items {
    /// Cronbach's alpha: see [`alpha`].
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn alpha(&self) -> Result<Alpha, String> {
        Ok(alpha(self.0.as_ref()?)?)
    }

    /// McDonald's omega: see [`omega`].
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn omega(&self) -> Result<Omega, String> {
        Ok(omega(self.0.as_ref()?)?)
    }
}

impl<S> Study<'_, S> {
    /// The items of a measure, and what their sums rest on.
    ///
    /// # Errors
    /// A [`Failure`] if a column was not granted.
    pub fn items(&self, measure: &Measure) -> Result<(Items, Basis), Failure> {
        if measure.items.is_empty() {
            return Ok((Items(Err(NO_ITEMS.to_owned())), Basis::default()));
        }
        let sessions = self.table("sessions")?;
        let columns = measure.items.iter().map(|item| sessions.floats(item));
        let columns: Vec<Floats<'_>> = columns.collect::<Result<_, Failure>>()?;
        let (mut sums, mut with) = (ItemSums::new(columns.len()), Vec::new());
        let mut answers = vec![None; columns.len()];
        for (client, rows) in self.clients.rows.iter().enumerate() {
            let before = sums.n();
            for row in rows.clone() {
                let given = answers.iter_mut().zip(&columns);
                given.for_each(|(answer, column)| *answer = column.get(row));
                sums.push(&answers)?;
            }
            if sums.n() > before {
                with.push(client);
            }
        }
        let basis = Basis::from(Counts { rows: Some(sums.n()), ..self.clients.counts(&with) })
            .without_rows("no item answered", sums.silent())
            .without_rows("an item not answered", sums.dropped() - sums.silent());
        Ok((Items(Ok(sums)), basis))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made;

    #[test]
    fn sessions_without_every_item_are_left_out() {
        let mut measure = made::measure("wai", "alliance");
        measure["items"] = serde_json::json!(["i1", "i2", "i3"]);
        let none = f64::NAN;
        let sessions = [
            ("client", made::whole(&[0, 0, 0, 1, 1, 2])),
            ("session", made::whole(&[1, 2, 3, 1, 2, 1])),
            ("i1", made::scores(&[1.0, 2.0, 4.0, 3.0, none, none])),
            ("i2", made::scores(&[2.0, 2.0, 5.0, 3.0, none, 1.0])),
            ("i3", made::scores(&[1.0, 3.0, 4.0, 4.0, none, 1.0])),
        ];
        let ids = || made::whole(&[0, 1, 2]);
        let clients = [("client", ids()), ("therapist", ids()), ("site", ids())];
        let run = made::run(&[measure, made::measure("bare", "alliance")], "", sessions, clients);
        let study = Study::of(&run).unwrap();
        let (items, basis) = study.items(&run.measures()[0]).unwrap();
        assert!(items.alpha().is_ok());
        assert_eq!((basis.n.rows, basis.n.clients), (Some(4), Some(2)));
        let lost: Vec<_> = basis.dropped.iter().map(|d| (d.reason.as_str(), d.rows)).collect();
        assert_eq!(lost, [("no item answered", Some(1)), ("an item not answered", Some(1))]);
        let (none, _) = study.items(&run.measures()[1]).unwrap();
        assert_eq!(none.omega().unwrap_err(), NO_ITEMS);
    }
}
