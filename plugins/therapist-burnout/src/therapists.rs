//! How much of an outcome lies between therapists, what of it is burnout, and whether single therapists can be told apart.

use dyad_plugin::designs::deviations::Deviations;
use dyad_plugin::prelude::*;
use dyad_plugin::reported::{ClusterShare, VarianceExplained};
use dyad_stats::power::detectable_icc;

use crate::Study;
use crate::burnout::Burnout;

/// What burnout accounts for of the variance between therapists: final ~ baseline (+ burnout) + (1 | therapist), same clients.
pub(crate) fn explained_by(burnout: &Burnout<'_>, outcome: &Measure) -> Result<(), Failure> {
    let (s, score) = (burnout.section.about("Y", outcome), &burnout.score);
    let (s, baseline) = burnout.study.baseline(&s, outcome)?;
    let last = burnout.study.last(&s, outcome)?;
    let (s, [last, baseline, centred]) = s.complete([&last, &baseline, &score.centred]);
    let columns = [("baseline", &baseline[..]), ("burnout", &centred)];
    let fits = score.usable.clone().and_then(|()| {
        Ok([s.therapist_model(&columns[..1], &last)?, s.therapist_model(&columns, &last)?])
    });
    s.add("therapist/Y/B/variance_explained", fits.map(VarianceExplained));
    Ok(())
}

/// final ~ 1 + (1 | therapist) and final ~ baseline + (1 | therapist): the share between therapists, the smallest that would have been
/// found, and what the second model says of single therapists.
pub(crate) fn between(study: &Study<'_>, outcome: &Measure) -> Result<(), Failure> {
    let settings = study.settings();
    let s = study.about("Y", outcome).few_therapists(settings.min_therapists, "warn.few");
    let (s, baseline) = study.baseline(&s, outcome)?;
    let last = study.last(&s, outcome)?;
    let (all, [y]) = s.complete([&last]);
    let fit = all.therapist_model(&[], &y);
    all.add("therapist/Y/icc", fit.as_ref().map(ClusterShare));
    let (s, [y, baseline]) = s.complete([&last, &baseline]);
    let fit = s.therapist_model(&[("baseline", &baseline)], &y);
    s.add("therapist/Y/icc_adjusted", fit.as_ref().map(ClusterShare));
    let smallest = all.caseloads().and_then(|n| Ok(detectable_icc(&n, settings.power)?));
    all.add("therapist/Y/detectable", smallest);

    let (caseload, reliability) = (settings.min_caseload, settings.min_reliability);
    let found = fit.and_then(|fit| Deviations::of(&fit, caseload, reliability));
    let found = found.as_ref();
    s.add("therapist/Y/reliability", found.map(|found| found.reliability))
        .warn_if(found.is_ok_and(Deviations::unreliable), "warn.unreliable");
    let differing = found.map_err(Clone::clone).and_then(Deviations::differing);
    s.add("therapist/Y/deviating", differing);
    if let Ok(deviations) = found {
        s.caterpillar("therapists-Y", deviations);
        s.normality(deviations);
    }
    s.summary("therapists-Y");
    Ok(())
}
