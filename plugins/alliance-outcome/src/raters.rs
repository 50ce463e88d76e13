//! Who rates the alliance: reliability of each measure, and client and therapist as raters of the same alliance.

use dyad_plugin::prelude::*;
use dyad_plugin::reported::OuterShare;
use dyad_stats::correlation::{icc_agreement, icc_consistency, repeated_measures, williams};
use dyad_stats::mixed::{Criterion, Rows, truth_and_bias};
use dyad_stats::{moments, reliability as items};

use crate::Study;

/// Alpha and omega of the items, and the therapists' share of the variance of the ratings: A ~ 1 + (1 | therapist/client).
pub(crate) fn reliability(study: &Study<'_>, alliance: &Measure) -> Result<(), Failure> {
    let s = study.about("A", alliance);
    let (sums, basis) = study.items(alliance)?;
    let over = s.over(basis);
    let alpha = sums.clone().and_then(|sums| Ok(items::alpha(&sums)?));
    over.add("reliability/A/alpha", alpha).warn("warn.single_level");
    let omega = sums.and_then(|sums| Ok(items::omega(&sums)?));
    over.add("reliability/A/omega", omega).warn("warn.single_level");
    let (ratings, rows) = (study.scores(alliance)?, Rows::in_nested_clusters(&[]));
    let lacks = ["no alliance rating"];
    let rows = study.clients.session_rows(rows, 0, &lacks, |at, _| ratings.get(at.row).ok_or(0))?;
    s.over(&rows).add("reliability/A/icc_therapist", rows.fit(Criterion::Reml).map(OuterShare));
    Ok(())
}

/// Every pair of alliance measures with different raters, in the order of the study file. Subscales are compared with the same subscale.
pub(crate) fn compared(study: &Study<'_>) -> Result<(), Failure> {
    let alliances: Vec<&Measure> = study.measures_of(Role::Alliance).collect();
    let subscale = |m: &Measure| m.id.split_once('.').map(|(_, subscale)| subscale.to_owned());
    for (i, first) in alliances.iter().enumerate() {
        let is_comparable =
            |m: &&&Measure| m.rater != first.rater && subscale(m) == subscale(first);
        for second in alliances.iter().skip(i + 1).filter(is_comparable) {
            early(study, [first, second])?;
            by_session(study, [first, second])?;
        }
    }
    Ok(())
}

/// Whose early alliance goes more closely with the outcome, and how far the two agree on it.
fn early(study: &Study<'_>, both: [&Measure; 2]) -> Result<(), Failure> {
    let early = |measure: &Measure| -> Result<_, Failure> {
        let means = study.clients.mean_in(&study.scores(measure)?, study.settings().early_window);
        Ok(study.about("A", measure).variable(means, "lacks.rating"))
    };
    let (one, other) = (early(both[0])?, early(both[1])?);
    let s = study.about("A1", both[0]).about("A2", both[1]);
    for outcome in study.measures_of(Role::Outcome) {
        let s = s.about("Y", outcome);
        let last = s.variable(study.clients.last(&study.scores(outcome)?), "lacks.last");
        let (s, [x, y, last]) = s.complete([&one, &other, &last]);
        s.add("raters/A1/A2/Y/williams", williams(&x, &y, &last));
    }
    let (s, [x, y]) = s.complete([&one, &other]);
    s.add("raters/A1/A2/icc_agreement", icc_agreement(&x, &y));
    s.add("raters/A1/A2/icc_consistency", icc_consistency(&x, &y));
    s.add_as("raters/A1/A2/mean_difference", moments::paired(&x, &y), |e, t| {
        let [low, high] = t.limits_of_agreement();
        e.tested_mean(t).details([("agreement_low", low), ("agreement_high", high)])
    });
    Ok(())
}

/// Agreement from session to session: as a correlation, and as bias and tracking, with the client as the truth that the other judges
/// (West & Kenny).
fn by_session(study: &Study<'_>, both: [&Measure; 2]) -> Result<(), Failure> {
    let clients = &study.clients;
    let pairs = clients.pairs(&study.scores(both[0])?, &study.scores(both[1])?);
    let s = study.about("A1", both[0]).about("A2", both[1]).over(&pairs);
    let within = repeated_measures(&pairs.x, &pairs.y, &pairs.clients);
    s.add("raters/A1/A2/session_rmcorr", within);
    let turned = both[1].rater == Some(Rater::Client);
    let [truth, judge] = if turned { [1, 0] } else { [0, 1] };
    let values = [&pairs.x[..], &pairs.y];
    let fit = || -> Result<_, String> {
        clients.need_therapists()?;
        let therapists = pairs.with.iter().map(|client| clients.therapist(*client).unwrap_or(0));
        let therapists: Vec<i64> = therapists.collect();
        Ok(truth_and_bias(values[truth], values[judge], &pairs.clients, &therapists)?)
    };
    let (fit, s) = (fit(), s.about("truth", both[truth]).about("judge", both[judge]));
    s.effect("raters/A1/A2/directional_bias", &fit, &[("(intercept)", 1.0)]);
    s.effect("raters/A1/A2/tracking", &fit, &[("truth", 1.0)]);
    Ok(())
}
