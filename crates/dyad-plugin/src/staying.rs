//! How long clients stay.

use dyad_model::Role;
use dyad_stats::survival::{KaplanMeier, LifeTable, SurvivalInterval, kaplan_meier};

use crate::leaving::LEFT;
use crate::{Basis, Failure, Study};

impl<S> Study<'_, S> {
    /// The survival curve of leaving against plan over session numbers, or why there is none, and what it rests on. Who ended as planned
    /// or is still in treatment is censored at the last session; `unknown` is said of a client whose end is not known. Log-log intervals.
    ///
    /// # Errors
    /// A [`Failure`] if a column was not granted.
    pub fn staying(&self, unknown: &str) -> Result<(Result<KaplanMeier, String>, Basis), Failure> {
        let dropout = match self.first_of(Role::Dropout) {
            Ok(dropout) => self.clients.value(self, dropout)?,
            Err(reason) => return Ok((Err(reason), Basis::default())),
        };
        let (mut times, mut events, mut known) = (Vec::new(), Vec::new(), Vec::new());
        for (client, left) in dropout.into_iter().enumerate() {
            if let Some((last, left)) = self.clients.sessions(client).last().zip(left) {
                times.push(last.session as f64);
                events.push(left >= LEFT);
                known.push(client);
            }
        }
        let lost = (self.clients.len() - known.len()) as u64;
        let basis = Basis::from(self.clients.counts(&known)).without(unknown, lost);
        let table = LifeTable::of(&times, &events);
        let curve = table.and_then(|table| kaplan_meier(&table, SurvivalInterval::LogLog));
        Ok((curve.map_err(|reason| reason.to_string()), basis))
    }
}

#[cfg(test)]
mod tests {
    use crate::Study;
    use crate::leaving::tests::run;

    #[test]
    fn who_did_not_leave_is_censored_at_the_last_session() {
        let run = run(&["dropout"]);
        let (curve, basis) = Study::of(&run).unwrap().staying("end unknown").unwrap();
        let steps: Vec<_> =
            curve.unwrap().steps.iter().map(|s| (s.time, s.events, s.censored)).collect();
        assert_eq!(steps, [(3.0, 0, 1), (4.0, 1, 0)]);
        assert_eq!((basis.n.clients, basis.dropped[0].clients), (Some(2), Some(1)));
    }
}
