//! Ruptures and the outcome: clients with an unrepaired rupture, with repaired ones only, and without one.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::linear::{Correction, ols};

use crate::Settings;
use crate::detectors::{DEFAULT, Judged, Series};

/// Adds `outcome/A/Y/unrepaired`, `…/repaired` and `…/unrepaired_against_repaired`.
///
/// final ~ baseline + sessions + repaired + unrepaired, CR2 by therapist. Repaired: every rupture was. The number of sessions is held
/// constant, because a longer treatment has more chances for a rupture and for its repair.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    clients: &Clients<'_>,
    (alliance, outcome): (&Measure, &Measure),
    judged: &Judged,
) -> Result<(), Failure> {
    let detector = judged.detectors.iter().position(|d| d.name == DEFAULT).unwrap_or(0);
    let mut groups = Groups::of(run, clients, outcome, judged)?;
    groups.split(judged, |series| {
        let found = &series.ruptures[detector];
        (!found.is_empty(), found.iter().all(|r| r.repaired_at.is_some()))
    });
    let (y, a) = (outcome.name(), alliance.name());
    let new = |what: &str, label: String, reference: &str| {
        Estimate::new(format!("outcome/{}/{}/{what}", alliance.id, outcome.id), label)
            .method(format!(
                "final ~ baseline + number of sessions + group, reference: {reference}; detector {}; CR2 by therapist, Bell–McCaffrey df; baseline: {}",
                DEFAULT.replace('_', " "),
                groups.baseline_source
            ))
            .source("bell2002")
            .source("pustejovsky2018")
            .dropped(format!("fewer than {} ratings", run.settings().min_ratings), judged.dropped)
            .dropped("no final score or no baseline", (judged.series.len() - groups.y.len()) as u64)
    };
    let open = new(
        "unrepaired",
        format!("Final {y} with an unrepaired rupture of {a}, against none"),
        "no rupture",
    );
    let open = groups.against_none(open, clients, "unrepaired");
    let mended = new(
        "repaired",
        format!("Final {y} with repaired ruptures of {a} only, against none"),
        "no rupture",
    );
    let mended = groups.against_none(mended, clients, "repaired");
    let between = new(
        "unrepaired_against_repaired",
        format!("Final {y} with an unrepaired rupture of {a}, against repaired ones only"),
        "repaired ruptures only",
    );
    let between = groups.against_repaired(between, clients);
    findings.estimates.extend([open, mended, between]);
    Ok(())
}

/// The eligible clients with both scores, by what became of their ruptures.
#[derive(Default)]
pub(crate) struct Groups {
    ids: Vec<usize>,
    /// Where each of them stands among the judged series.
    series: Vec<usize>,
    n: Counts,
    pub(crate) y: Vec<f64>,
    severity: Vec<f64>,
    sessions: Vec<f64>,
    none: Vec<f64>,
    repaired: Vec<f64>,
    unrepaired: Vec<f64>,
    pub(crate) baseline_source: String,
}

impl Groups {
    /// The clients, all of them without a rupture yet.
    pub(crate) fn of(
        run: &Run<Settings>,
        clients: &Clients<'_>,
        outcome: &Measure,
        judged: &Judged,
    ) -> Result<Self, Failure> {
        let last = clients.last(&run.table("sessions")?.floats(&outcome.id)?);
        let baseline = clients.baseline(run, outcome)?;
        let mut groups = Self { baseline_source: baseline.source, ..Self::default() };
        for (at, series) in judged.series.iter().enumerate() {
            let Some((y, severity)) = last[series.client].zip(baseline.values[series.client])
            else {
                continue;
            };
            groups.ids.push(series.client);
            groups.series.push(at);
            groups.y.push(y);
            groups.severity.push(severity);
            groups.sessions.push(clients.rows[series.client].len() as f64);
        }
        groups.n = clients.counts(&groups.ids);
        Ok(groups)
    }

    /// Puts every client into one group. `state` says of a series whether there was a rupture, and whether all of them were repaired.
    pub(crate) fn split(&mut self, judged: &Judged, state: impl Fn(&Series) -> (bool, bool)) {
        for group in [&mut self.none, &mut self.repaired, &mut self.unrepaired] {
            group.clear();
        }
        for &at in &self.series {
            let (ruptured, mended) = state(&judged.series[at]);
            self.none.push(f64::from(!ruptured));
            self.repaired.push(f64::from(ruptured && mended));
            self.unrepaired.push(f64::from(ruptured && !mended));
        }
    }

    fn sizes(&self) -> [usize; 3] {
        [&self.none, &self.repaired, &self.unrepaired]
            .map(|group| group.iter().filter(|v| **v > 0.5).count())
    }

    fn described(&self, estimate: Estimate) -> Estimate {
        let [none, repaired, unrepaired] = self.sizes();
        estimate
            .counts(self.n)
            .detail("clients_none", none as f64)
            .detail("clients_repaired", repaired as f64)
            .detail("clients_unrepaired", unrepaired as f64)
    }

    /// The coefficient of `repaired` or `unrepaired`; a group without a client is left out and said.
    pub(crate) fn against_none(
        &self,
        estimate: Estimate,
        clients: &Clients<'_>,
        group: &str,
    ) -> Estimate {
        let estimate = self.described(estimate);
        let [none, repaired, unrepaired] = self.sizes();
        match group {
            "repaired" if repaired == 0 => {
                return estimate.refused("no client has only repaired ruptures");
            }
            "unrepaired" if unrepaired == 0 => {
                return estimate.refused("no client with an unrepaired rupture");
            }
            _ if none == 0 => return estimate.refused("every client has a rupture"),
            _ => {}
        }
        let given = self.fit(
            estimate,
            clients,
            group,
            &[("repaired", &self.repaired), ("unrepaired", &self.unrepaired)],
        );
        match (given.refused.is_none(), repaired, unrepaired) {
            (true, 0, _) => {
                given.warn("no client has only repaired ruptures: that column is left out")
            }
            (true, _, 0) => {
                given.warn("no client has an unrepaired rupture: that column is left out")
            }
            _ => given,
        }
    }

    /// The coefficient of `unrepaired` with repaired ruptures as the reference.
    fn against_repaired(&self, estimate: Estimate, clients: &Clients<'_>) -> Estimate {
        let estimate = self.described(estimate);
        match self.sizes() {
            [_, 0, _] => estimate.refused("no client has only repaired ruptures"),
            [_, _, 0] => estimate.refused("no client with an unrepaired rupture"),
            _ => self.fit(
                estimate,
                clients,
                "unrepaired",
                &[("none", &self.none), ("unrepaired", &self.unrepaired)],
            ),
        }
    }

    fn fit(
        &self,
        estimate: Estimate,
        clients: &Clients<'_>,
        of: &str,
        groups: &[(&str, &[f64])],
    ) -> Estimate {
        let mut columns: Vec<(&str, &[f64])> =
            vec![("baseline", &self.severity), ("sessions", &self.sessions)];
        columns.extend(groups.iter().filter(|(_, group)| group.iter().any(|v| *v > 0.5)));
        let fitted =
            clients.therapist_ranges(&self.ids).map_err(str::to_owned).and_then(|ranges| {
                let fit = ols(&columns, &self.y).map_err(|e| e.to_string())?;
                fit.cluster_robust(of, &ranges, Correction::Cr2).map_err(|e| e.to_string())
            });
        estimate.clustered(fitted)
    }
}
