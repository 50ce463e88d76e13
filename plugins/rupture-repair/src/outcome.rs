//! Ruptures and the outcome: clients with an unrepaired rupture, with repaired ones only, and without one.

use dyad_plugin::derived::{Sample, Variable};
use dyad_plugin::prelude::*;
use dyad_stats::sequence::{RuptureGroup as Group, RuptureGroups as Groups};

use crate::detectors::{DEFAULT, Judged};

/// Adds `outcome/A/Y/unrepaired`, `…/repaired` and `…/unrepaired_against_repaired`.
///
/// final ~ baseline + sessions + repaired + unrepaired, CR2 by therapist. Repaired: every rupture was. The number of sessions is held
/// constant, because a longer treatment has more chances for a rupture and for its repair.
pub(crate) fn add(findings: &mut Findings, clients: &Compared<'_>) {
    let judged = clients.judged;
    let detector = judged.detectors.iter().position(|d| d.name == DEFAULT).unwrap_or(0);
    let slowest = judged.series.slowest_repair(detector);
    let groups = clients.grouped(&slowest, judged.run.settings().repair_window);
    findings.estimates.extend([
        clients.compare("outcome/A/Y/unrepaired", &groups, [Group::Unrepaired, Group::None]),
        clients.compare("outcome/A/Y/repaired", &groups, [Group::Repaired, Group::None]),
        clients.compare(
            "outcome/A/Y/unrepaired_against_repaired",
            &groups,
            [Group::Unrepaired, Group::Repaired],
        ),
    ]);
}

/// The eligible clients with both scores.
pub(crate) struct Compared<'j> {
    pub(crate) judged: &'j Judged<'j>,
    /// Words about the outcome, too, `Y`.
    pub(crate) words: Words<'j>,
    sample: Sample,
    /// Where each of them stands among the judged series.
    series: Vec<usize>,
    /// Number of sessions, baseline and final score of each.
    values: [Vec<f64>; 3],
}

impl<'j> Compared<'j> {
    pub(crate) fn of(judged: &'j Judged<'j>, outcome: &Measure) -> Result<Self, Failure> {
        let (run, clients) = (judged.run, judged.clients);
        let baseline = clients.baseline(run, outcome)?;
        let words = judged.words.about("Y", outcome).with("baseline", &baseline.source);
        let last = clients.last(&run.scores(outcome)?);
        let severity = baseline.values.iter().zip(&last).map(|(z, y)| y.and(*z)).collect();
        let severity = Variable::new(severity, words.text("lacks.final"));
        let last = Variable::new(last, words.text("lacks.final"));
        let (sample, values) = clients.complete_cases([&judged.eligible, &severity, &last]);
        let is_used = |at: &usize| severity.values[judged.ids[*at]].is_some();
        let series = (0..judged.ids.len()).filter(is_used).collect();
        Ok(Self { words: words.over(&sample), judged, sample, series, values })
    }

    /// Which group each client is in, by how long the slowest repair of each judged series took.
    pub(crate) fn grouped(&self, slowest: &[Option<i64>], window: i64) -> Groups {
        self.series.iter().map(|&at| Group::of(slowest[at], window)).collect()
    }

    /// The coefficient of a group with another one as the reference; a third one without a client is left out and said.
    pub(crate) fn compare(
        &self,
        key: &str,
        groups: &Groups,
        [of, reference]: [Group; 2],
    ) -> Estimate {
        let [none, repaired, unrepaired] = Group::ALL.map(|group| groups.size(group));
        let estimate = self.words.estimate(key).details([
            ("clients_none", none as f64),
            ("clients_repaired", repaired as f64),
            ("clients_unrepaired", unrepaired as f64),
        ]);
        for group in [Group::Repaired, Group::Unrepaired, Group::None] {
            if [of, reference].contains(&group) && groups.size(group) == 0 {
                return estimate.refused(self.words.text(&format!("refuse.{}", group.as_str())));
            }
        }
        let [sessions, severity, y] = &self.values;
        let mut columns = vec![("baseline", &severity[..]), ("sessions", sessions)];
        columns.extend(groups.against(reference));
        let fit = self.judged.clients.regression(&self.sample.clients, &columns, y);
        estimate
            .clustered(fit.and_then(|fit| fit.slope(of.as_str())))
            .warn_if(reference == Group::None && repaired == 0, self.words.text("warn.no_repaired"))
            .warn_if(
                reference == Group::None && unrepaired == 0,
                self.words.text("warn.no_unrepaired"),
            )
    }
}
