//! How ruptures come and go, and the outcome after them.

use dyad_plugin::detected::Detected;
use dyad_plugin::groups::sizes;
use dyad_plugin::prelude::*;
use dyad_stats::sequence::{RuptureGroup as Group, RuptureGroups as Groups, RuptureShape as Shape};

use crate::Settings;
use crate::counts::DEFAULT;

/// How many ruptures the default detector finds per rated session, and how they come and go.
pub(crate) fn rate_and_shapes(all: &Detected<'_>, settings: &Settings) {
    let (s, ruptures) = (&all.section, all.ruptures(DEFAULT));
    // ln(ruptures) ~ 1 + offset ln(rated sessions), Poisson; robust by therapist, because ruptures cluster in clients and therapists
    let rate = || Ok(all.found.log_rate(DEFAULT, &s.therapists()?)?);
    s.add("rate/A/per_session", ruptures.clone().and_then(|_| rate()));
    let window = settings.repair_window;
    let shapes = ruptures.map(|ruptures| (all.found.shapes(DEFAULT, window), ruptures as f64));
    let mut rows = Vec::new();
    for shape in Shape::ALL {
        let described = s.text(&format!("shape.{}", shape.as_str()));
        let s = s.with("shape", shape.as_str()).with("described", &described);
        let found = shapes.as_ref().map(|(counts, ruptures)| (counts[shape as usize], *ruptures));
        s.add_as("shape/A/{shape}", found, |e, (n, of)| e.value(n as f64).detail("ruptures", of));
        if let Ok((n, of)) = found {
            let share = Cell::number(Some(n as f64 / of));
            rows.push((s.n(), [Cell::text(described), Cell::count(n), share]));
        }
    }
    if shapes.is_ok() {
        s.table("shapes-A", rows);
    }
}

/// The last outcome of clients with an unrepaired rupture, with repaired ones only, and without one; and under every detector and window of
/// repair that could be defended.
///
/// The number of sessions is held constant, because a longer treatment has more chances for a rupture and for its repair.
pub(crate) fn outcome(
    all: &Detected<'_>,
    study: &Study<'_, Settings>,
    outcome: &Measure,
) -> Result<(), Failure> {
    let (s, settings) = (all.section.about("Y", outcome), study.settings());
    let (s, baseline) = study.baseline(&s, outcome)?;
    let sessions = s.of_sample(|client| s.clients.rows[client].len() as f64, "lacks.ratings");
    let last = study.last(&s, outcome)?;
    let (s, [sessions, baseline, last]) = s.complete([&sessions, &baseline, &last]);
    // last ~ baseline + sessions + the groups beside the reference, CR2 by therapist
    let columns = [("baseline", &baseline[..]), ("sessions", &sessions)];
    let compare = |groups: &Groups, pair| s.against(groups, pair, &columns, &last);

    let groups = Groups::of(&all.slowest_repair(DEFAULT, &s), settings.repair_window);
    for (key, pair) in [
        ("outcome/A/Y/unrepaired", [Group::Unrepaired, Group::None]),
        ("outcome/A/Y/repaired", [Group::Repaired, Group::None]),
        ("outcome/A/Y/unrepaired_against_repaired", [Group::Unrepaired, Group::Repaired]),
    ] {
        s.add(key, compare(&groups, pair)).known(sizes(&groups));
    }

    let mut tried = Vec::new();
    for (at, detector) in all.detectors.iter().enumerate() {
        let slowest = all.slowest_repair(at, &s);
        for &window in &settings.repair_windows {
            let groups = Groups::of(&slowest, window);
            let found = detector.rule.clone();
            let found = found.and_then(|_| compare(&groups, [Group::Unrepaired, Group::None]));
            tried.push((vec![detector.label(), format!("{window} sessions")], found));
        }
    }
    let keys = ["sensitivity/A/Y/unrepaired", "sensitivity-A-Y-unrepaired"];
    s.specifications(keys, &["Detector", "Repair within"], 0.0, tried);
    Ok(())
}
