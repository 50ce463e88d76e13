//! How long clients stay.

use dyad_model::Role;
use dyad_stats::survival::{KaplanMeier, LifeTable, SurvivalInterval, kaplan_meier};

use crate::designs::leaving::LEFT;
use crate::section::Section;
use crate::{Failure, Study};

impl<S> Study<'_, S> {
    /// The section over the clients whose end is known, `unknown` is said of the others, and their survival curve of leaving against plan
    /// over session numbers, or why there is none. Who ended as planned or is still in treatment is censored at the last session. Log-log
    /// intervals.
    ///
    /// # Errors
    /// A [`Failure`] if a column was not granted.
    pub fn staying(
        &self,
        unknown: &str,
    ) -> Result<(Section<'_>, Result<KaplanMeier, String>), Failure> {
        let dropout = match self.first_of(Role::Dropout) {
            Ok(dropout) => self.clients.value(self, dropout)?,
            Err(reason) => return Ok((self.section(), Err(reason))),
        };
        let (mut times, mut events, mut known) = (Vec::new(), Vec::new(), Vec::new());
        for (client, left) in dropout.into_iter().enumerate() {
            if let Some((last, left)) = self.clients.sessions(client).last().zip(left) {
                times.push(last.session as f64);
                events.push(left >= LEFT);
                known.push(client);
            }
        }
        let table = LifeTable::of(&times, &events);
        let curve = table.and_then(|table| kaplan_meier(&table, SurvivalInterval::LogLog));
        let section = self.section().over_clients(known, unknown);
        Ok((section, curve.map_err(|reason| reason.to_string())))
    }
}

#[cfg(test)]
mod tests {
    use crate::Study;
    use crate::designs::leaving::tests::run;

    #[test]
    fn who_did_not_leave_is_censored_at_the_last_session() {
        let run = run(&["dropout"]);
        let study = Study::of(&run).unwrap();
        let (s, curve) = study.staying("end unknown").unwrap();
        let steps: Vec<_> =
            curve.unwrap().steps.iter().map(|s| (s.time, s.events, s.censored)).collect();
        assert_eq!(steps, [(3.0, 0, 1), (4.0, 1, 0)]);
        assert_eq!((s.n().clients, s.basis().dropped[0].clients), (Some(2), Some(1)));
    }
}
