//! The sessions at which a client could have left, and whether a rupture lay behind.

use std::ops::Range;

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::sequence::{Rule, ruptures};

use crate::Settings;
use crate::detectors::{rated, repair};

/// One row per session of a client: at risk from the previous session number to this one.
#[derive(Default)]
pub(crate) struct AtRisk {
    pub(crate) start: Vec<f64>,
    pub(crate) stop: Vec<f64>,
    /// At the last session of who left against plan.
    pub(crate) event: Vec<bool>,
    /// 1 from the session after the first drop on: only the past counts.
    pub(crate) ruptured: Vec<f64>,
    pub(crate) baseline: Vec<f64>,
    /// End of the rows of each client used.
    ends: Vec<usize>,
    clients: Vec<usize>,
    /// Clients whose end is unknown, and those without a baseline.
    dropped: [u64; 2],
}

impl AtRisk {
    /// Every session of the clients with a known end and a baseline, none exposed yet, or the role that the study lacks.
    pub(crate) fn of(
        run: &Run<Settings>,
        clients: &Clients<'_>,
    ) -> Result<Result<Self, String>, Failure> {
        let lacking = |what: &str| Ok(Err(format!("the study declares no {what} measure")));
        let Some(dropout) = run.measures_of(Role::Dropout).next() else {
            return lacking("dropout");
        };
        let Some(baseline) = run.measures_of(Role::Baseline).next() else {
            return lacking("baseline");
        };
        let table = run.table("clients")?;
        let (left, severity) = (table.floats(&dropout.id)?, table.floats(&baseline.id)?);
        let mut rows = Self::default();
        for (client, range) in clients.rows.iter().enumerate() {
            let Some(left) = left.get(client) else {
                rows.dropped[0] += 1;
                continue;
            };
            let Some(severity) = severity.get(client) else {
                rows.dropped[1] += 1;
                continue;
            };
            let before = rows.stop.len();
            let mut last = 0;
            for session in range.clone().filter_map(|row| clients.session.get(row)) {
                rows.start.push(last as f64);
                rows.stop.push(session as f64);
                last = session;
            }
            if rows.stop.len() > before {
                rows.event.resize(rows.stop.len(), false);
                rows.baseline.resize(rows.stop.len(), severity);
                if let Some(event) = rows.event.last_mut() {
                    *event = left >= 0.5;
                }
                rows.ends.push(rows.stop.len());
                rows.clients.push(client);
            }
        }
        Ok(Ok(rows))
    }

    /// Exposes every client from the session after the first drop of so many scale points on.
    pub(crate) fn expose(
        &mut self,
        run: &Run<Settings>,
        clients: &Clients<'_>,
        alliance: &Measure,
        drop: f64,
    ) -> Result<(), Failure> {
        let ratings = run.table("sessions")?.floats(&alliance.id)?;
        let (mut x, mut s) = (Vec::new(), Vec::new());
        self.ruptured.clear();
        for (&client, &end) in self.clients.iter().zip(&self.ends) {
            (x, s) = rated(clients, ratings, clients.rows[client].clone(), x, s);
            let found = ruptures(&x, &s, Rule::Drop(drop), repair(run.settings()));
            let first = found.first().map_or(f64::INFINITY, |rupture| s[rupture.at] as f64);
            let stops = &self.stop[self.ruptured.len()..end];
            self.ruptured.extend(stops.iter().map(|stop| f64::from(first < *stop)));
        }
        Ok(())
    }

    pub(crate) fn describe(&self, estimate: Estimate, clients: &Clients<'_>) -> Estimate {
        estimate
            .counts(Counts { rows: Some(self.stop.len() as u64), ..clients.counts(&self.clients) })
            .dropped("dropout unknown", self.dropped[0])
            .dropped("no baseline", self.dropped[1])
            .detail("events", self.event.iter().filter(|e| **e).count() as f64)
            .detail("exposed_rows", self.exposed() as f64)
    }

    fn exposed(&self) -> usize {
        self.ruptured.iter().filter(|r| **r > 0.5).count()
    }

    /// The rows of each therapist, or why the association cannot be estimated.
    pub(crate) fn by_therapist(&self, clients: &Clients<'_>) -> Result<Vec<Range<usize>>, String> {
        if !self.event.contains(&true) {
            return Err("no dropout".to_owned());
        }
        if self.exposed() == 0 || self.exposed() == self.ruptured.len() {
            return Err("no rupture before the last session of any client".to_owned());
        }
        let therapists = clients.therapist_ranges(&self.clients)?;
        let begin = |client: usize| if client == 0 { 0 } else { self.ends[client - 1] };
        Ok(therapists.iter().map(|c| begin(c.start)..begin(c.end)).collect())
    }
}
