//! Leaving against plan: who left, and the sessions at risk of it, as the models of dropout want them.

use std::ops::Range;

use dyad_model::{Counts, Role};
use dyad_stats::survival::AtRisk;

use crate::derived::{Clients, Variable};
use crate::models::At;
use crate::{Failure, Run};

/// From this value on a dropout measure says that the client left.
const LEFT: f64 = 0.5;

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
