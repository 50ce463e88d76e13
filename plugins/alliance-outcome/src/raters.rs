//! Those who rate the alliance: how reliably, and how far client and therapist agree.

use dyad_plugin::prelude::*;
use dyad_plugin::reported::{Difference, OuterShare};
use dyad_stats::correlation::{icc_agreement, icc_consistency, repeated_measures, williams};
use dyad_stats::moments;

use crate::Study;

/// Alpha and omega of the items, and the therapists' share of the variance of the ratings: A ~ 1 + (1 | therapist/client).
pub(crate) fn reliability(study: &Study<'_>, alliance: &Measure) -> Result<(), Failure> {
    let (s, ratings) = (study.about("A", alliance), study.scores(alliance)?);
    let (items, basis) = study.items(alliance)?;
    let of_items = s.over(basis);
    of_items.add("reliability/A/alpha", items.alpha()).warn("warn.single_level");
    of_items.add("reliability/A/omega", items.omega()).warn("warn.single_level");
    let (s, fit) = s.session_model(&ratings, "lacks.any", &[], &[])?;
    s.add("reliability/A/icc_therapist", fit.map(OuterShare));
    Ok(())
}

/// Whose early alliance goes more closely with the outcome, how far two raters agree on it, and, session by session, whether one of them
/// rates higher and follows the changes of the other (West & Kenny): the client, where there is one, is the truth.
pub(crate) fn compared(study: &Study<'_>) -> Result<(), Failure> {
    for [one, other] in study.rater_pairs() {
        let window = study.settings().early_window;
        let early = |m: &Measure| study.mean_in(&study.about("A", m), m, window, "lacks.rating");
        let (x, y) = (early(one)?, early(other)?);
        let s = study.about("A1", one).about("A2", other);
        for outcome in study.measures_of(Role::Outcome) {
            let s = s.about("Y", outcome);
            let (s, [x, y, last]) = s.complete([&x, &y, &study.last(&s, outcome)?]);
            s.add("raters/A1/A2/Y/williams", williams(&x, &y, &last));
        }
        let (both, [x, y]) = s.complete([&x, &y]);
        both.add("raters/A1/A2/icc_agreement", icc_agreement(&x, &y));
        both.add("raters/A1/A2/icc_consistency", icc_consistency(&x, &y));
        both.add("raters/A1/A2/mean_difference", moments::paired(&x, &y).map(Difference));

        let pairs = study.clients.pairs(&study.scores(one)?, &study.scores(other)?);
        let turned = other.rater == Some(Rater::Client);
        let [truth, judge] = if turned { [other, one] } else { [one, other] };
        let s = s.over(&pairs).about("truth", truth).about("judge", judge);
        let within = repeated_measures(&pairs.x, &pairs.y, &pairs.clients);
        s.add("raters/A1/A2/session_rmcorr", within);
        let fit = study.clients.truth_and_bias(&pairs, turned);
        s.effect("raters/A1/A2/directional_bias", &fit, &[("(intercept)", 1.0)]);
        s.effect("raters/A1/A2/tracking", &fit, &[("truth", 1.0)]);
    }
    Ok(())
}
