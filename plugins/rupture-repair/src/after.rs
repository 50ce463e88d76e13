//! What follows ruptures: the outcome, and leaving.

use dyad_plugin::designs::detected::Detected;
use dyad_plugin::designs::exposed::{Exposed, Hazard};
use dyad_plugin::designs::groups::sizes;
use dyad_plugin::prelude::*;
use dyad_plugin::reported::MedianTime;
use dyad_stats::sequence::{RuptureGroup as Group, RuptureGroups as Groups, first_drop};

use crate::Settings;
use crate::counts::DEFAULT;

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

/// Leaving after a drop of `fixed_drop` scale points, and after one of every other threshold that could be defended.
///
/// The exposure is a drop, of any client: the other detectors look at the whole series and so into the future.
pub(crate) fn leaving(all: &Detected<'_>, at_risk: &mut Exposed, settings: &Settings) {
    // hazard ~ a drop of so many scale points at an earlier session + baseline; Efron ties, robust by therapist
    let hazard = |at_risk: &mut Exposed, drop: f64| {
        at_risk.expose(|client| first_drop(all.of_client(client), drop));
        at_risk.hazard("rupture")
    };
    let fit = hazard(at_risk, settings.fixed_drop);
    let fit = fit.as_ref().map_err(Clone::clone);
    let s = all.section.over(at_risk.basis()).with("drop", settings.fixed_drop);
    let ratio = fit.clone().map(Hazard::ratio);
    s.add("dropout/A/hazard_ratio", ratio.clone()).known(at_risk.counted());
    s.add("dropout/A/hazard_ratio/by_therapist", fit.clone().and_then(Hazard::by_therapist));
    // left at this session ~ session + a drop at an earlier session + baseline
    s.add("dropout/A/odds_ratio", at_risk.odds_ratio("rupture")).known(at_risk.counted());
    s.add("dropout/A/proportionality", fit.and_then(Hazard::steady))
        .assumes("note.steady", ["note.changes", "note.same"]);
    // The question everybody asks first, and why it has no answer.
    s.over(Basis::default()).refuse("dropout/A/any_rupture", &s.text("refuse.any"));

    let tried = settings.drop_thresholds.iter().map(|&drop| {
        let known = ratio.clone().ok().filter(|_| drop.to_bits() == settings.fixed_drop.to_bits());
        let found = known.map_or_else(|| hazard(at_risk, drop).map(|fit| fit.ratio()), Ok);
        (vec![format!("{drop} points")], found)
    });
    let keys = ["sensitivity/A/hazard_ratio", "sensitivity-A-hazard_ratio"];
    s.specifications(keys, &["Drop of"], 1.0, tried.collect());
}

/// The survival curve of leaving against plan.
pub(crate) fn retention(study: &Study<'_, Settings>) -> Result<(), Failure> {
    let (s, curve) = study.staying("dropout unknown")?;
    s.add("retention/median", curve.as_ref().map(MedianTime));
    if let Ok(curve) = &curve {
        s.survival("retention", curve);
    }
    Ok(())
}
