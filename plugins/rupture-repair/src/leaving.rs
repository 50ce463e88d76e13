//! Who leaves after a rupture, and how long clients stay.

use dyad_plugin::exposed::{Exposed, Hazard};
use dyad_plugin::prelude::*;
use dyad_plugin::reported::MedianTime;
use dyad_stats::sequence::first_drop;

use crate::Study;
use crate::detectors::Judged;

/// Fewer therapists than these, and the normal distribution finds too much.
const NORMAL_THERAPISTS: usize = 50;
/// What a refusal calls the exposure.
const EXPOSURE: &str = "rupture";

impl Judged<'_> {
    /// hazard ~ a drop of so many scale points at an earlier session + baseline.
    ///
    /// Drops are those of `fixed_drop` on all clients, because the other detectors look at the whole series and so into the future.
    fn hazard(&self, at_risk: &mut Exposed, drop: f64) -> Result<Hazard, String> {
        at_risk.expose(|client| first_drop(self.study.clients.rated(client, &self.ratings), drop));
        at_risk.hazard(EXPOSURE)
    }

    /// Leaving after a rupture: hazard and odds ratio, whether it stays the same, and how far it depends on what counts as a drop.
    pub(crate) fn leaving(&self, at_risk: &mut Exposed) {
        let settings = self.study.settings();
        let hazard = self.hazard(at_risk, settings.fixed_drop);
        let hazard = hazard.as_ref().map_err(Clone::clone);
        let therapists = hazard.as_ref().map_or(0, |hazard| hazard.therapists);
        let s = self.section.over(at_risk.basis()).with("therapists", therapists);
        let s = s.with("drop", settings.fixed_drop);
        let ratio = hazard.clone().map(Hazard::ratio);
        s.add("dropout/A/hazard_ratio", ratio.clone())
            .known(at_risk.counted())
            .warn_if(therapists < NORMAL_THERAPISTS, "warn.normal");
        let by_therapist = hazard.clone().and_then(Hazard::by_therapist);
        s.add("dropout/A/hazard_ratio/by_therapist", by_therapist);
        // left at this session ~ session + a drop at an earlier session + baseline
        s.add("dropout/A/odds_ratio", at_risk.odds_ratio(EXPOSURE)).known(at_risk.counted());
        let steady = hazard.and_then(Hazard::steady);
        s.add("dropout/A/proportionality", steady.clone());
        if let Ok(test) = steady {
            let verdict = if test.p < 0.05 { "note.changes" } else { "note.same" };
            let s = s.with("p", test.p).saying_of("verdict", verdict);
            s.note(NoteKind::Assumption, "note.steady");
        }
        // The question everybody asks first, and why it has no answer.
        s.over(Basis::default()).refuse("dropout/A/any_rupture", &s.text("refuse.any"));

        let tried = settings.drop_thresholds.iter().map(|&drop| {
            let known = drop.to_bits() == settings.fixed_drop.to_bits();
            let found = if known {
                ratio.clone()
            } else {
                self.hazard(at_risk, drop).map(|hazard| hazard.ratio())
            };
            (vec![format!("{drop} points")], found)
        });
        let tried = tried.collect();
        let keys = ["sensitivity/A/hazard_ratio", "sensitivity-A-hazard_ratio"];
        s.specifications(keys, &["Drop of"], 1.0, tried);
    }
}

/// The survival curve of leaving against plan.
pub(crate) fn retention(study: &Study<'_>) -> Result<(), Failure> {
    let (curve, basis) = study.staying("dropout unknown")?;
    let s = study.section().over(basis);
    s.add("retention/median", curve.as_ref().map(MedianTime));
    if let Ok(curve) = &curve {
        s.survival("retention", curve);
    }
    Ok(())
}
