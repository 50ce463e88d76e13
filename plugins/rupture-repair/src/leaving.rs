//! Who leaves after a rupture, and how long clients stay.

use dyad_plugin::detected::Detected;
use dyad_plugin::exposed::{Exposed, Hazard};
use dyad_plugin::prelude::*;
use dyad_plugin::reported::MedianTime;
use dyad_stats::sequence::first_drop;

use crate::Settings;

/// Leaving after a drop of `fixed_drop`, and of every other threshold that could be defended.
///
/// Drops on all clients, because the other detectors look at the whole series and so into the future.
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
    let steady = fit.and_then(Hazard::steady);
    if let Ok(test) = &steady {
        let verdict = if test.p < 0.05 { "note.changes" } else { "note.same" };
        let s = s.with("p", test.p).saying_of("verdict", verdict);
        s.note(NoteKind::Assumption, "note.steady");
    }
    s.add("dropout/A/proportionality", steady);
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
    let (curve, basis) = study.staying("dropout unknown")?;
    let s = study.section().over(basis);
    s.add("retention/median", curve.as_ref().map(MedianTime));
    if let Ok(curve) = &curve {
        s.survival("retention", curve);
    }
    Ok(())
}
