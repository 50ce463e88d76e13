//! What an estimate rests on.

use dyad_model::{Counts, Dropped};

use crate::derived::{Pairs, Sample};
use crate::designs::models::SessionRows;

/// The rows and persons behind an estimate, and those that were left out: see [`Words::over`](crate::words::Words::over).
#[derive(Clone, Debug, Default)]
pub struct Basis {
    /// How many rows, clients, therapists, sites.
    pub n: Counts,
    /// What was left out, by reason.
    pub dropped: Vec<Dropped>,
}

impl Basis {
    /// Adds how many clients were left out and why; nothing for 0.
    #[must_use]
    pub fn without(mut self, reason: impl Into<String>, clients: u64) -> Self {
        if clients > 0 {
            let (reason, clients) = (reason.into(), Some(clients));
            self.dropped.push(Dropped { reason, clients, ..Dropped::default() });
        }
        self
    }

    /// Adds how many session rows were left out and why; nothing for 0.
    #[must_use]
    pub fn without_rows(mut self, reason: impl Into<String>, rows: u64) -> Self {
        if rows > 0 {
            let (reason, rows) = (reason.into(), Some(rows));
            self.dropped.push(Dropped { reason, rows, ..Dropped::default() });
        }
        self
    }

    /// Adds how many therapists were left out and why; nothing for 0.
    #[must_use]
    pub fn without_therapists(mut self, reason: impl Into<String>, therapists: u64) -> Self {
        if therapists > 0 {
            let (reason, therapists) = (reason.into(), Some(therapists));
            self.dropped.push(Dropped { reason, therapists, ..Dropped::default() });
        }
        self
    }

    /// Adds how many sites were left out and why; nothing for 0.
    #[must_use]
    pub fn without_sites(mut self, reason: impl Into<String>, sites: u64) -> Self {
        if sites > 0 {
            let (reason, sites) = (reason.into(), Some(sites));
            self.dropped.push(Dropped { reason, sites, ..Dropped::default() });
        }
        self
    }
}

impl From<Counts> for Basis {
    fn from(n: Counts) -> Self {
        Self { n, dropped: Vec::new() }
    }
}

impl From<&Sample> for Basis {
    fn from(sample: &Sample) -> Self {
        Self { n: sample.n, dropped: sample.dropped.clone() }
    }
}

impl From<&Pairs> for Basis {
    fn from(pairs: &Pairs) -> Self {
        Self { n: pairs.n, dropped: pairs.dropped.clone() }
    }
}

impl From<&SessionRows> for Basis {
    fn from(rows: &SessionRows) -> Self {
        let counted = rows.dropped.iter();
        counted.fold(rows.n.into(), |basis: Self, (reason, n)| basis.without_rows(reason, *n))
    }
}
