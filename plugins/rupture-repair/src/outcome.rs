//! Ruptures and the outcome: clients with an unrepaired rupture, with repaired ones only, and without one.

use dyad_plugin::prelude::*;

use crate::detectors::{DEFAULT, Judged, Series};

/// Adds `outcome/A/Y/unrepaired`, `…/repaired` and `…/unrepaired_against_repaired`.
///
/// final ~ baseline + sessions + repaired + unrepaired, CR2 by therapist. Repaired: every rupture was. The number of sessions is held
/// constant, because a longer treatment has more chances for a rupture and for its repair.
pub(crate) fn add(
    findings: &mut Findings,
    judged: &Judged<'_>,
    outcome: &Measure,
) -> Result<(), Failure> {
    let detector = judged.detectors.iter().position(|d| d.name == DEFAULT).unwrap_or(0);
    let mut groups = Groups::of(judged, outcome)?;
    groups.split(|series| {
        let found = &series.ruptures[detector];
        (!found.is_empty(), found.iter().all(|r| r.repaired_at.is_some()))
    });
    let words = judged.words.about("Y", outcome).with("baseline", &groups.baseline_source);
    let lost = (judged.series.len() - groups.y.len()) as u64;
    let new = |key: &str| {
        let estimate = words.estimate(key).dropped(words.text("lacks.ratings"), judged.dropped);
        estimate.dropped(words.text("lacks.final"), lost)
    };
    findings.estimates.extend([
        groups.against_none(new("outcome/A/Y/unrepaired"), "unrepaired"),
        groups.against_none(new("outcome/A/Y/repaired"), "repaired"),
        groups.against_repaired(new("outcome/A/Y/unrepaired_against_repaired")),
    ]);
    Ok(())
}

/// The eligible clients with both scores, by what became of their ruptures.
pub(crate) struct Groups<'j> {
    judged: &'j Judged<'j>,
    ids: Vec<usize>,
    /// Where each of them stands among the judged series.
    series: Vec<usize>,
    y: Vec<f64>,
    severity: Vec<f64>,
    sessions: Vec<f64>,
    /// No rupture, repaired ones only, an unrepaired one: 1 for the group a client is in.
    members: [Vec<f64>; 3],
    baseline_source: String,
}

impl<'j> Groups<'j> {
    /// The clients, in no group yet.
    pub(crate) fn of(judged: &'j Judged<'j>, outcome: &Measure) -> Result<Self, Failure> {
        let (run, clients) = (judged.run, judged.clients);
        let last = clients.last(&run.scores(outcome)?);
        let baseline = clients.baseline(run, outcome)?;
        let mut groups = Self {
            judged,
            ids: Vec::new(),
            series: Vec::new(),
            y: Vec::new(),
            severity: Vec::new(),
            sessions: Vec::new(),
            members: Default::default(),
            baseline_source: baseline.source,
        };
        for (at, series) in judged.series.iter().enumerate() {
            let known = last[series.client].zip(baseline.values[series.client]);
            let Some((y, severity)) = known else { continue };
            groups.ids.push(series.client);
            groups.series.push(at);
            groups.y.push(y);
            groups.severity.push(severity);
            groups.sessions.push(clients.rows[series.client].len() as f64);
        }
        Ok(groups)
    }

    /// Puts every client into one group. `state` says of a series whether there was a rupture, and whether all of them were repaired.
    pub(crate) fn split(&mut self, state: impl Fn(&Series) -> (bool, bool)) {
        self.members.iter_mut().for_each(Vec::clear);
        for &at in &self.series {
            let (ruptured, mended) = state(&self.judged.series[at]);
            let is_in = [!ruptured, ruptured && mended, ruptured && !mended];
            let groups = self.members.iter_mut().zip(is_in);
            groups.for_each(|(group, is_in)| group.push(f64::from(is_in)));
        }
    }

    /// Clients in each group.
    fn sizes(&self) -> [usize; 3] {
        self.members.each_ref().map(|group| group.iter().filter(|v| **v > 0.5).count())
    }

    fn described(&self, estimate: Estimate) -> Estimate {
        let [none, repaired, unrepaired] = self.sizes().map(|n| n as f64);
        estimate.counts(self.judged.clients.counts(&self.ids)).details([
            ("clients_none", none),
            ("clients_repaired", repaired),
            ("clients_unrepaired", unrepaired),
        ])
    }

    /// The coefficient of `repaired` or `unrepaired`; a group without a client is left out and said.
    pub(crate) fn against_none(&self, estimate: Estimate, group: &str) -> Estimate {
        let [none, repaired, unrepaired] = self.sizes();
        let possible = match group {
            "repaired" if repaired == 0 => Err("no client has only repaired ruptures"),
            "unrepaired" if unrepaired == 0 => Err("no client with an unrepaired rupture"),
            _ if none == 0 => Err("every client has a rupture"),
            _ => Ok(()),
        };
        let words = &self.judged.words;
        let [_, repaired_group, unrepaired_group] = &self.members;
        let columns = [("repaired", &repaired_group[..]), ("unrepaired", unrepaired_group)];
        self.described(estimate).given(possible, |e, ()| {
            self.fit(e, group, &columns)
                .warn_if(repaired == 0, words.text("warn.no_repaired"))
                .warn_if(repaired > 0 && unrepaired == 0, words.text("warn.no_unrepaired"))
        })
    }

    /// The coefficient of `unrepaired` with repaired ruptures as the reference.
    fn against_repaired(&self, estimate: Estimate) -> Estimate {
        let possible = match self.sizes() {
            [_, 0, _] => Err("no client has only repaired ruptures"),
            [_, _, 0] => Err("no client with an unrepaired rupture"),
            _ => Ok(()),
        };
        let columns = [("none", &self.members[0][..]), ("unrepaired", &self.members[2])];
        self.described(estimate).given(possible, |e, ()| self.fit(e, "unrepaired", &columns))
    }

    fn fit(&self, estimate: Estimate, of: &str, groups: &[(&str, &[f64])]) -> Estimate {
        let mut columns: Vec<(&str, &[f64])> =
            vec![("baseline", &self.severity), ("sessions", &self.sessions)];
        columns.extend(groups.iter().filter(|(_, group)| group.iter().any(|v| *v > 0.5)));
        let fit = self.judged.clients.regression(&self.ids, &columns, &self.y);
        estimate.clustered(fit.and_then(|fit| fit.slope(of)))
    }
}
