//! The course over the sessions: means by a mixed model, a parabola, slopes that meet at knots, and the kind of course each client has.

use dyad_plugin::designs::course::Course;
use dyad_plugin::prelude::*;
use dyad_plugin::reported::{ByFieller, HighestPoint, Share};
use dyad_stats::growth::{CourseKind, Term};
use dyad_stats::mixed::Criterion;

use crate::Settings;

/// The latest knot of the profile.
const LAST_KNOT: i64 = 7;

/// Over the window: rating ~ session as a category + (1 | therapist/client), for the contrast of the tested session by all ratings; and
/// rating ~ t + t² + (1 | therapist/client), t = session − tested session, for the session of the highest point.
pub(crate) fn window(course: &Course<'_>, settings: &Settings) -> Result<(), Failure> {
    let Settings { peak_window: [first, last], peak_session: tested, .. } = *settings;
    let others = (first..=last).filter(|session| *session != tested).map(Term::At);
    let others: Vec<Term> = others.collect();
    let parabola = [Term::Linear(tested), Term::Quadratic(tested)];
    let rows = course.rows(&[&parabola, &others[..]].concat(), [first, last])?;
    let s = course.section.over(&rows);

    let fit = rows.fit_with(&others, Criterion::Reml);
    let each = -1.0 / others.len() as f64;
    let weights: Vec<(Term, f64)> = others.into_iter().map(|other| (other, each)).collect();
    s.effect("peak/A/contrast_{peak_session}_model", &fit, &weights);
    let b = |name: &str| fit.as_ref().ok()?.fixed().find(|(n, _)| *n == name).map(|(_, b)| b);
    // The tested session has no column: its mean is the intercept.
    let own = |session: i64| b(&Term::At(session).to_string()).unwrap_or(0.0);
    let means = (first..).zip(course.within([first, last]).moments());
    s.table(
        "courses-A",
        means.map(|(session, [available, completers])| {
            let cells = [
                Cell::text(session.to_string()),
                Cell::count(available.n()),
                Cell::number(available.mean().ok()),
                Cell::count(completers.n()),
                Cell::number(completers.mean().ok()),
                Cell::number(b("(intercept)").map(|b| b + own(session))),
            ];
            (Counts { clients: Some(available.n()), ..Counts::default() }, cells)
        }),
    );

    let fit = rows.fit_with(&parabola, Criterion::Reml);
    let curvature = s.effect("growth/A/quadratic", &fit, &[(parabola[1], 1.0)]).estimate();
    let highest = fit.and_then(|fit| HighestPoint::of(&fit, tested));
    let at = highest.as_ref().map_or(f64::NAN, HighestPoint::session);
    let outside = at < first as f64 || at > last as f64;
    let flat = curvature.ci.is_some_and(|ci| ci[1] >= 0.0);
    for vertex in [
        s.add("growth/A/vertex", highest.clone()),
        s.add("growth/A/vertex_fieller", highest.map(ByFieller)),
    ] {
        vertex.warn_if(outside, "warn.outside").warn_if(flat, "warn.flat");
    }
    Ok(())
}

/// Over all sessions: rating ~ session + (session − tested session)₊ + (1 | therapist/client), a third slope from the second knot on, the
/// claims that need two slopes at once, and the knot with the highest likelihood.
pub(crate) fn knots(course: &Course<'_>, settings: &Settings) -> Result<(), Failure> {
    let Settings { peak_session, second_knot, .. } = *settings;
    let rows = course.lines((2..=LAST_KNOT).chain([peak_session, second_knot]))?;
    let s = course.section.over(&rows);
    let terms = [Term::Session, Term::After(peak_session), Term::After(second_knot)];
    let two = rows.fit_with(&terms[..2], Criterion::Reml);
    let three = rows.fit_with(&terms, Criterion::Reml);
    // A later slope is a sum of coefficients.
    let slopes = terms.map(|term| (term, 1.0));
    s.effect("growth/A/knot_rise", &two, &slopes[..1]);
    s.effect("growth/A/knot_dip", &two, &slopes[..2]);
    s.effect("growth/A/second_phase_dip", &three, &slopes[..2]);
    s.effect("growth/A/third_phase_rise", &three, &slopes);
    let rise_and_dip = [("growth/A/knot_rise", 1.0), ("growth/A/knot_dip", -1.0)];
    s.jointly("growth/A/rise_and_dip", rise_and_dip);
    let recovery = [("growth/A/second_phase_dip", -1.0), ("growth/A/third_phase_rise", 1.0)];
    s.jointly("growth/A/dip_and_recovery", recovery);

    let profile = rows.knot_profile(2..=LAST_KNOT.min(course.last_session() - 1));
    s.add("growth/A/best_knot", profile.best().ok_or_else(|| s.text("refuse.no_knot")));
    s.knot_table("knots-A", &profile);
    Ok(())
}

/// What kind of course each client has, by the intervals of the client's own slope and curvature.
pub(crate) fn kinds(course: &Course<'_>) {
    let (s, typology) = course.kinds("dropped.few", "dropped.exact");
    let n = CourseKind::ALL.iter().map(|kind| typology.count(*kind)).sum();
    let shares = CourseKind::ALL.map(|kind| {
        let key = format!("typology/A/share_{}", kind.as_str());
        s.add(&key, Share::of(typology.count(kind), n));
        (key, format!("kind.{}", kind.as_str()))
    });
    s.share_bars("typology-A", &shares, "kind.inverted_u");
}
