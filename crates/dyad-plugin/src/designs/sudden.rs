//! Sudden gains and losses: large changes from one session to the next that hold.

use dyad_stats::sequence::{Direction, SuddenRule, sudden_changes};

use crate::derived::Clients;
use crate::{Floats, Rate};

/// Sudden changes in one direction.
#[derive(Clone, Debug, Default)]
pub struct SuddenChanges {
    /// Who has one, of the clients with [enough scores](SuddenChanges::FEWEST).
    pub rate: Rate,
    /// How many there are.
    pub changes: u64,
}

impl SuddenChanges {
    /// Sessions with a score that a client needs: two on either side of a step.
    pub const FEWEST: usize = 4;
}

impl Clients<'_> {
    /// Gains and losses among the scores of the sessions.
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn sudden_changes(
        &self,
        scores: &Floats<'_>,
        rule: &SuddenRule,
    ) -> Result<[SuddenChanges; 2], String> {
        let mut both = [SuddenChanges::default(), SuddenChanges::default()];
        let (mut values, mut sessions) = (Vec::new(), Vec::new());
        for client in 0..self.len() {
            values.clear();
            sessions.clear();
            for (session, score) in self.rated(client, scores) {
                values.push(score);
                sessions.push(session);
            }
            if values.len() < SuddenChanges::FEWEST {
                continue;
            }
            let found = sudden_changes(&values, &sessions, rule)?;
            for (of, way) in both.iter_mut().zip([Direction::Gain, Direction::Loss]) {
                let n = found.iter().filter(|change| change.direction == way).count() as u64;
                of.rate.push(client, n > 0);
                of.changes += n;
            }
        }
        Ok(both)
    }
}

#[cfg(test)]
mod tests {
    use dyad_model::Role;

    use super::*;
    use crate::{Study, made};

    #[test]
    fn who_has_few_scores_is_in_no_denominator() {
        let sessions = [
            ("client", made::whole(&[0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2])),
            ("session", made::whole(&[1, 2, 3, 4, 5, 6, 1, 2, 3, 1, 2, 3, 4])),
            (
                "y",
                made::scores(&[
                    20.0, 19.0, 20.0, 9.0, 8.0, 9.0, 20.0, 5.0, 5.0, 10.0, 10.0, 11.0, 10.0,
                ]),
            ),
        ];
        let ids = || made::whole(&[0, 1, 2]);
        let clients = [("client", ids()), ("therapist", ids()), ("site", ids())];
        let run = made::run(&[made::measure("y", "outcome")], "", sessions, clients);
        let study = Study::of(&run).unwrap();
        let scores = study.scores(run.first_of(Role::Outcome).unwrap()).unwrap();
        let rule = SuddenRule { points: 5.0, share: 0.25, benefit_sign: -1.0 };
        let [gains, losses] = study.clients.sudden_changes(&scores, &rule).unwrap();
        assert_eq!((gains.rate.units(), gains.rate.count(), gains.changes), (&[0, 2][..], 1, 1));
        assert_eq!((losses.rate.of(), losses.rate.count(), losses.changes), (2, 0, 0));
    }
}
