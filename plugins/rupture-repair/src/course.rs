//! How ruptures come and go, and the outcome after them.

use dyad_plugin::prelude::*;
use dyad_stats::linear::ClusterRobust;
use dyad_stats::sequence::{RuptureGroup as Group, RuptureGroups as Groups, RuptureShape as Shape};

use crate::detectors::{DEFAULT, Judged};

impl Judged<'_> {
    /// Whether the default detector finds a rupture, or why not.
    fn ruptured(&self) -> Result<(), String> {
        self.detectors[DEFAULT].rule.clone()?;
        let none = self.found.count(DEFAULT).ruptures == 0;
        if none { Err(self.section.text("refuse.no_rupture")) } else { Ok(()) }
    }

    /// ln(ruptures) ~ 1 + offset ln(rated sessions), Poisson; robust by therapist, because ruptures cluster in clients and therapists.
    pub(crate) fn rate(&self) {
        let rate = || Ok(self.found.log_rate(DEFAULT, &self.section.therapists()?)?);
        let rate = self.ruptured().and_then(|()| rate());
        self.section.add_as("rate/A/per_session", rate, |e, (b, dispersion)| {
            e.ratio(b.into()).detail("dispersion", dispersion)
        });
    }

    /// How the ruptures came and went.
    pub(crate) fn shapes(&self) {
        let window = self.study.settings().repair_window;
        let shapes = self.ruptured().map(|()| self.found.shapes(DEFAULT, window));
        let ruptures = self.found.count(DEFAULT).ruptures as f64;
        let mut rows = Vec::new();
        for shape in Shape::ALL {
            let s = self.section.with("shape", shape.as_str());
            let described = s.text(&format!("shape.{}", shape.as_str()));
            let count = shapes.as_ref().map(|counts| counts[shape as usize]);
            s.with("described", &described)
                .add("shape/A/{shape}", count)
                .details([("ruptures", ruptures)]);
            if let Ok(count) = count {
                let share = Cell::number(Some(count as f64 / ruptures));
                rows.push((s.n(), [Cell::text(described), Cell::count(count), share]));
            }
        }
        if shapes.is_ok() {
            self.section.table("shapes-A", rows);
        }
    }

    /// The final outcome of clients with an unrepaired rupture, with repaired ones only, and without one; and under every detector and
    /// window of repair that could be defended.
    ///
    /// The number of sessions is held constant, because a longer treatment has more chances for a rupture and for its repair.
    pub(crate) fn outcome(&self, outcome: &Measure) -> Result<(), Failure> {
        let (study, settings) = (self.study, self.study.settings());
        let (s, baseline) = study.baseline(&self.section.about("Y", outcome), outcome)?;
        let sessions = |client: usize| study.clients.rows[client].len() as f64;
        let sessions = s.of_sample(sessions, "lacks.ratings");
        let last = s.variable(study.clients.last(&study.scores(outcome)?), "lacks.final");
        let (s, [sessions, baseline, last]) = s.complete([&sessions, &baseline, &last]);
        let positions = s.positions_in(&self.section);
        let grouped = |slowest: &[Option<i64>], window| -> Groups {
            positions.iter().map(|&at| Group::of(slowest[at], window)).collect()
        };
        // final ~ baseline + sessions + the groups beside the reference, CR2 by therapist; a group without a client has no column
        let compare = |groups: &Groups, of: Group, reference| -> Result<ClusterRobust, String> {
            let missing = [Group::Repaired, Group::Unrepaired, Group::None].into_iter();
            let mut missing =
                missing.filter(|g| [of, reference].contains(g) && groups.size(*g) == 0);
            if let Some(group) = missing.next() {
                return Err(s.text(&format!("refuse.{}", group.as_str())));
            }
            let mut columns = vec![("baseline", &baseline[..]), ("sessions", &sessions)];
            columns.extend(groups.against(reference));
            s.regression(&columns, &last)?.slope(of.as_str())
        };

        let groups = grouped(&self.found.slowest_repair(DEFAULT), settings.repair_window);
        let [none, repaired, unrepaired] = Group::ALL.map(|group| groups.size(group) as f64);
        let sizes = [
            ("clients_none", none),
            ("clients_repaired", repaired),
            ("clients_unrepaired", unrepaired),
        ];
        for (key, of, reference) in [
            ("outcome/A/Y/unrepaired", Group::Unrepaired, Group::None),
            ("outcome/A/Y/repaired", Group::Repaired, Group::None),
            ("outcome/A/Y/unrepaired_against_repaired", Group::Unrepaired, Group::Repaired),
        ] {
            let lacks = |n: f64| reference == Group::None && n <= 0.0;
            s.add(key, compare(&groups, of, reference))
                .known(sizes)
                .warn_if(lacks(repaired), "warn.no_repaired")
                .warn_if(lacks(unrepaired), "warn.no_unrepaired");
        }

        let mut tried = Vec::new();
        for (at, detector) in self.detectors.iter().enumerate() {
            let slowest = self.found.slowest_repair(at);
            for &window in &settings.repair_windows {
                let groups = grouped(&slowest, window);
                let found = detector.rule.clone();
                let found = found.and_then(|_| compare(&groups, Group::Unrepaired, Group::None));
                tried.push((vec![detector.label(), format!("{window} sessions")], found));
            }
        }
        let keys = ["sensitivity/A/Y/unrepaired", "sensitivity-A-Y-unrepaired"];
        s.specifications(keys, &["Detector", "Repair within"], 0.0, tried);
        Ok(())
    }
}
