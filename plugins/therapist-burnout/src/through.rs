//! Early alliance between burnout and outcome: whether it counts for less where the therapist is burnt out, and what goes through it.

use dyad_plugin::prelude::*;
use dyad_plugin::reported::{Aroian, Sobel, product_of_paths};
use dyad_stats::mixed::Fit;

use crate::burnout::Burnout;

/// Below this many therapists the observed-mean version of the mediation is too liberal.
const ENOUGH_THERAPISTS: u64 = 30;

/// Models of the clients with early alliance, final outcome, baseline and a therapist's burnout score; therapist mean is that of the
/// early alliance, within = early − therapist mean:
///
/// - early ~ burnout + (1 | therapist)
/// - final ~ baseline + burnout + within + therapist mean + (1 | therapist)
/// - the same + within × burnout. The product takes the within part alone: one with the whole alliance would mix it with therapist mean ×
///   burnout.
pub(crate) fn through_alliance(
    burnout: &Burnout<'_>,
    alliance: &Measure,
    outcome: &Measure,
) -> Result<(), Failure> {
    let (study, score) = (burnout.study, &burnout.score);
    let s = burnout.section.about("A", alliance).about("Y", outcome);
    let s = s.caution_if(alliance.rater == Some(Rater::Therapist), "warn.rater");
    let (s, baseline) = study.baseline(&s, outcome)?;
    let (last, window) = (study.last(&s, outcome)?, study.settings().early_window);
    let early = study.mean_in(&s, alliance, window, "lacks.early")?;
    let (s, [early, last, baseline, centred]) =
        s.complete([&early, &last, &baseline, &score.centred]);
    let fits = || -> Result<_, String> {
        score.usable.clone()?;
        let [therapist_mean, within] = s.between_and_within(&early)?;
        let product: Vec<f64> = within.iter().zip(&centred).map(|(w, b)| w * b).collect();
        let columns = [
            ("baseline", &baseline[..]),
            ("burnout", &centred),
            ("within", &within),
            ("therapist_mean", &therapist_mean),
            ("within_by_burnout", &product),
        ];
        let first = s.therapist_model(&columns[1..2], &early);
        Ok([first, s.therapist_model(&columns[..4], &last), s.therapist_model(&columns, &last)])
    };
    let refused = |reason: String| [(); 3].map(|()| Err(reason.clone()));
    let [first, second, moderated] = fits().unwrap_or_else(refused);
    moderation(&s, &moderated, score.sd);
    mediation(&s, &first, &second);
    Ok(())
}

/// The slope of the alliance within therapists by burnout, and where burnout is one standard deviation lower and higher.
fn moderation(s: &Section<'_>, fit: &Result<Fit, String>, sd: f64) {
    s.effect("moderation/A/Y/B/within_by_burnout", fit, &[("within_by_burnout", 1.0)]);
    for (key, sds) in [("low_burnout", -1.0), ("high_burnout", 1.0)] {
        let slope = [("within", 1.0), ("within_by_burnout", sds * sd)];
        s.effect(&format!("moderation/A/Y/B/{key}"), fit, &slope).known([("sd_burnout", sd)]);
    }
}

/// Burnout to outcome through the alliance, between therapists: 2-1-1 on observed means.
fn mediation(s: &Section<'_>, first: &Result<Fit, String>, second: &Result<Fit, String>) {
    s.effect("mediation/A/Y/B/a", first, &[("burnout", 1.0)]);
    s.effect("mediation/A/Y/B/b_between", second, &[("therapist_mean", 1.0)]);
    s.effect("mediation/A/Y/B/direct", second, &[("burnout", 1.0)]);
    let effect = product_of_paths((first, "burnout"), (second, "therapist_mean"));
    let (s, effect) = (s.few_therapists(ENOUGH_THERAPISTS, "warn.liberal"), effect.as_ref());
    s.add("mediation/A/Y/B/indirect", effect.copied());
    s.add("mediation/A/Y/B/sobel", effect.map(Sobel));
    s.add("mediation/A/Y/B/aroian", effect.map(Aroian));
    let paths = ["a", "b_between", "direct", "indirect"];
    s.path_diagram("mediation-A-Y-B", "mediation/A/Y/B", paths);
    s.summary("paths-A-Y-B");
}
