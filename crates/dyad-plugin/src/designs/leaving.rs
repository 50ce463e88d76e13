//! Leaving against plan: who left, and the sessions at risk of it, as the models of dropout want them.

use std::ops::Range;

use dyad_model::{Counts, Role};
use dyad_stats::survival::AtRisk;

use crate::derived::{Clients, Variable};
use crate::designs::models::At;
use crate::reported::OddsRatio;
use crate::{Basis, Failure, Rate, Run, Study};

/// From this value on a dropout measure says that the client left.
pub(crate) const LEFT: f64 = 0.5;

/// Whether each client left against plan, and how severe each was at intake.
pub struct Leaving<'c> {
    clients: &'c Clients<'c>,
    /// 1 or 0.
    pub left: Variable,
    /// The baseline measure.
    pub baseline: Variable,
}

impl<'c> Leaving<'c> {
    /// Reads the first dropout and the first baseline measure, which the manifest must ask for, or says which of them the study lacks.
    /// `unknown` is said of a client whose end is not known.
    ///
    /// # Errors
    /// A [`Failure`] if a column was not granted.
    pub fn of<S>(
        run: &Run<S>,
        clients: &'c Clients<'c>,
        unknown: &str,
    ) -> Result<Result<Self, String>, Failure> {
        let declared = run.first_of(Role::Dropout);
        let (dropout, baseline) =
            match declared.and_then(|dropout| Ok((dropout, run.first_of(Role::Baseline)?))) {
                Ok(both) => both,
                Err(reason) => return Ok(Err(reason)),
            };
        let left = clients.value(run, dropout)?;
        let left = left.into_iter().map(|left| Some(if left? >= LEFT { 1.0 } else { 0.0 }));
        Ok(Ok(Self {
            clients,
            left: Variable::new(left.collect(), unknown),
            baseline: Variable::new(clients.value(run, baseline)?, "no baseline"),
        }))
    }

    /// 1 for every client with a session after this one.
    #[must_use]
    pub fn stayed_beyond(&self, session: i64) -> Variable {
        let stayed =
            |client| (self.clients.sessions(client).last()?.session > session).then_some(1.0);
        let stayed = (0..self.clients.len()).map(stayed).collect();
        Variable::new(stayed, "no session after the early window")
    }

    /// The sessions of the clients with a known end and a baseline, each with its exposure; a session without one is left out.
    #[must_use]
    pub fn sessions(&self, exposure: impl Fn(At) -> Option<f64>) -> SessionsAtRisk {
        let (mut rows, mut clients, mut rows_of) = (AtRisk::default(), Vec::new(), Vec::new());
        let (mut unknown, mut unexposed) = (0, 0);
        for client in 0..self.clients.len() {
            let known = self.left.values[client].zip(self.baseline.values[client]);
            let Some((left, baseline)) = known else {
                unknown += self.clients.rows[client].len() as u64;
                continue;
            };
            let (first, mut before) = (rows.len(), 0);
            for at in self.clients.sessions(client) {
                match exposure(at) {
                    Some(exposure) => {
                        let leaves = at.is_last && left > 0.0;
                        rows.push(before, at.session, leaves, exposure, baseline);
                    }
                    None => unexposed += 1,
                }
                before = at.session;
            }
            if rows.len() > first {
                clients.push(client);
                rows_of.push(first..rows.len());
            }
        }
        let n = Counts { rows: Some(rows.len() as u64), ..self.clients.counts(&clients) };
        let therapists = self.clients.rows_by_therapist(&clients, &rows_of);
        SessionsAtRisk { rows, n, clients, rows_of, therapists, unknown, unexposed }
    }
}

impl<S> Study<'_, S> {
    /// Who left against plan, of the clients whose end is known, by the first dropout measure, which the manifest must ask for; or that the
    /// study has none.
    ///
    /// # Errors
    /// A [`Failure`] if a column was not granted.
    pub fn left_against_plan(&self) -> Result<Result<Rate, String>, Failure> {
        let dropout = match self.first_of(Role::Dropout) {
            Ok(dropout) => dropout,
            Err(reason) => return Ok(Err(reason)),
        };
        let ends = self.clients.value(self, dropout)?.into_iter().enumerate();
        Ok(Ok(ends.filter_map(|(client, left)| Some((client, left? >= LEFT))).collect()))
    }
}

/// Sessions at risk of leaving, and whose they are.
pub struct SessionsAtRisk {
    /// One row per session.
    pub rows: AtRisk,
    /// Rows, clients, therapists, sites.
    pub n: Counts,
    /// The clients with a row.
    pub clients: Vec<usize>,
    /// The rows of each of them.
    pub rows_of: Vec<Range<usize>>,
    /// The rows of each therapist, or why there are none.
    pub therapists: Result<Vec<Range<usize>>, String>,
    /// Sessions left out because end or baseline of the client is not known.
    pub unknown: u64,
    /// Sessions left out because they have no exposure.
    pub unexposed: u64,
}

impl SessionsAtRisk {
    /// The odds ratio of leaving at a session per unit of the exposure, `name`: see [`AtRisk::log_odds_ratio`].
    ///
    /// # Errors
    /// The sentence to refuse with.
    pub fn odds_ratio(&self, name: &str) -> Result<OddsRatio, String> {
        let therapists = self.therapists.as_deref().unwrap_or_default();
        let (b, events) = (self.rows.log_odds_ratio(name, therapists)?, self.rows.events() as f64);
        Ok(OddsRatio { b, clusters: therapists.len(), events })
    }
}

/// A session without an exposure has none at the session before.
impl From<&SessionsAtRisk> for Basis {
    fn from(at_risk: &SessionsAtRisk) -> Self {
        Self::from(at_risk.n)
            .without_rows("no rating at the session before (by number)", at_risk.unexposed)
            .without_rows("dropout or baseline not known", at_risk.unknown)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::made;

    /// Three clients of two therapists: one left after a gap, of one the end is not known, one stayed and did not rate once.
    pub(crate) fn run(roles: &[&str]) -> Run<()> {
        let none = f64::NAN;
        let measures: Vec<_> = roles.iter().map(|role| made::measure(role, role)).collect();
        let sessions = [
            ("client", made::whole(&[0, 0, 0, 1, 1, 2, 2, 2])),
            ("session", made::whole(&[1, 2, 4, 1, 2, 1, 2, 3])),
            ("alliance", made::scores(&[5.0, 4.0, 3.0, 6.0, 6.0, 4.0, none, 5.0])),
        ];
        let clients = [
            ("client", made::whole(&[0, 1, 2])),
            ("therapist", made::whole(&[0, 0, 1])),
            ("site", made::whole(&[0, 0, 0])),
            ("dropout", made::scores(&[1.0, none, 0.0])),
            ("baseline", made::scores(&[10.0, 9.0, 8.0])),
        ];
        made::run(&measures, "", sessions, clients)
    }

    #[test]
    fn a_session_counts_if_it_has_an_exposure() {
        let run = run(&["alliance", "dropout", "baseline"]);
        let clients = Clients::of(&run).unwrap();
        let leaving = Leaving::of(&run, &clients, "end unknown").unwrap().unwrap();
        let all = leaving.sessions(|_| Some(0.0));
        assert_eq!((all.rows.len(), all.rows.events(), all.unknown), (6, 1, 2));
        assert_eq!((all.clients, all.rows_of), (vec![0, 2], vec![0..3, 3..6]));
        assert_eq!(all.therapists, Ok(vec![0..3, 3..6]));

        let ratings = run.table("sessions").unwrap().floats("alliance").unwrap();
        // A missed session has none before it, and neither has one after a session without a rating.
        let rated = leaving.sessions(|at| ratings.get(at.previous?));
        assert_eq!((rated.rows.len(), rated.rows.events(), rated.unexposed), (2, 0, 4));
        assert_eq!(
            (rated.n.rows, rated.n.clients, rated.n.therapists),
            (Some(2), Some(2), Some(2))
        );
    }

    #[test]
    fn what_the_study_lacks_is_said() {
        for (roles, lacking) in [(&["baseline"][..], "dropout"), (&["dropout"], "baseline")] {
            let run = run(roles);
            let clients = Clients::of(&run).unwrap();
            let reason = Leaving::of(&run, &clients, "end unknown").unwrap().err();
            assert_eq!(reason, Some(format!("the study declares no {lacking} measure")));
        }
    }

    #[test]
    fn who_lacks_a_value_is_counted_under_the_first() {
        let run = run(&["dropout", "baseline"]);
        let clients = Clients::of(&run).unwrap();
        let leaving = Leaving::of(&run, &clients, "end unknown").unwrap().unwrap();
        let rated = Variable::new(vec![None, None, Some(1.0)], "no rating");
        let sample = clients.complete(&[&leaving.baseline, &rated]);
        assert_eq!((sample.pick(&leaving.baseline), &sample.clients[..]), (vec![8.0], &[2][..]));
        let sample = clients.complete(&[&leaving.left, &rated]);
        let basis = Basis::from(&sample).without("nobody", 0).without_rows("no score", 3);
        let dropped: Vec<_> =
            basis.dropped.iter().map(|d| (d.reason.as_str(), d.clients, d.rows)).collect();
        let expected = [
            ("end unknown", Some(1), None),
            ("no rating", Some(1), None),
            ("no score", None, Some(3)),
        ];
        assert_eq!(dropped, expected);
    }
}
