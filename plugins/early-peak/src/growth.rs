//! The course of the alliance by mixed models: a parabola over the window, and slopes that meet at knots.

use dyad_plugin::prelude::*;
use dyad_stats::distributions::normal;
use dyad_stats::growth::{Parabola, RatioInterval, Term, turning_point, vertex};
use dyad_stats::mixed::Criterion;
use dyad_stats::multiplicity::intersection_union;

use crate::course::{Course, LAST_KNOT};

/// Adds `growth/A/…`.
pub(crate) fn add(findings: &mut Findings, course: &Course<'_>) {
    findings.estimates.extend(parabola(course));
    findings.estimates.extend(knots(course));
    best_knot(findings, course);
}

/// A ~ t + t² over the window, and the session of its highest point.
fn parabola(course: &Course<'_>) -> [Estimate; 3] {
    let (words, peak) = (&course.words, course.settings.peak_session);
    let new = |key: &str| words.estimate(key).counts(course.window.n);
    let names = [Term::Linear(peak), Term::Quadratic(peak)].map(|term| term.to_string());
    let [linear, quadratic] = &names;
    let fit = course.window.fit_with(&names, Criterion::Reml);
    let curvature = new("growth/A/quadratic").fixed_effect(&fit, &[(quadratic, 1.0)]);
    let turn = fit.and_then(|fit| {
        let found = Parabola::of(&fit, [linear, quadratic]).map_err(|e| e.to_string())?;
        if found.has_peak() { Ok(found) } else { Err(words.text("refuse.no_peak")) }
    });
    let z = normal::quantile(0.975);
    let [first, last] = course.settings.peak_window.map(|session| session as f64);
    let (peak, flat) = (peak as f64, curvature.ci.is_some_and(|ci| ci[1] >= 0.0));
    let cautioned = |e: Estimate, at: f64| {
        e.warn_if(at < first || at > last, words.text("warn.outside"))
            .warn_if(flat, words.text("warn.flat"))
    };
    let by_delta = new("growth/A/vertex").given(turn.as_ref(), |e, found| {
        let (turn, se) = turning_point(found.b, found.v);
        let at = peak + turn;
        cautioned(e.value(at).se(se).ci([at - z * se, at + z * se]), at)
    });
    let fieller = turn.and_then(|found| vertex(found.b, found.v, z).map_err(|e| e.to_string()));
    let by_fieller = new("growth/A/vertex_fieller").given(fieller, |e, (turn, interval)| {
        let given = e.value(peak + turn);
        let given = match interval {
            RatioInterval::Between(ci) => given.ci(ci.map(|limit| peak + limit)),
            _ => given.warn(words.text("warn.unbounded")),
        };
        cautioned(given, peak + turn)
    });
    [curvature, by_delta, by_fieller]
}

/// Two slopes that meet at the tested session, three with a second knot, and the claims that need two of them at once.
fn knots(course: &Course<'_>) -> [Estimate; 6] {
    let [peak, second] = [course.settings.peak_session, course.settings.second_knot];
    let new = |key: &str| course.words.estimate(key).counts(course.whole.n);
    let names =
        [Term::Session, Term::After(peak), Term::After(second)].map(|term| term.to_string());
    let two = course.whole.fit_with(&names[..2], Criterion::Reml);
    let three = course.whole.fit_with(&names, Criterion::Reml);
    // In session and (session − knot)₊ a later slope is a sum of coefficients.
    let weights = names.each_ref().map(|name| (name, 1.0));
    let rise = new("growth/A/knot_rise").fixed_effect(&two, &weights[..1]);
    let dip = new("growth/A/knot_dip").fixed_effect(&two, &weights[..2]);
    let second_dip = new("growth/A/second_phase_dip").fixed_effect(&three, &weights[..2]);
    let third = new("growth/A/third_phase_rise").fixed_effect(&three, &weights);
    let up_and_down = both(new("growth/A/rise_and_dip"), [(&rise, 1.0), (&dip, -1.0)]);
    let recovery = both(new("growth/A/dip_and_recovery"), [(&second_dip, -1.0), (&third, 1.0)]);
    [rise, dip, second_dip, third, up_and_down, recovery]
}

/// Two slopes in the direction of a claim: the weaker of them, and the larger p.
fn both(estimate: Estimate, parts: [(&Estimate, f64); 2]) -> Estimate {
    if let Some(reason) = parts.iter().find_map(|(part, _)| part.refused.as_deref()) {
        return estimate.refused(reason);
    }
    let given = parts.map(|(part, sign)| Some((sign * part.estimate?, part.p?)));
    let [Some(one), Some(other)] = given else { return estimate.refused("a slope has no test") };
    let (weaker, p) = intersection_union(one, other);
    estimate.value(weaker).p(p)
}

/// The knot with the highest likelihood, and the whole profile as a table.
fn best_knot(findings: &mut Findings, course: &Course<'_>) {
    let (words, last, n) = (&course.words, course.last_session, course.whole.n);
    let log_likelihood = |knot: i64| {
        let names = [Term::Session, Term::After(knot)].map(|term| term.to_string());
        Some((knot, -0.5 * course.whole.fit_with(&names, Criterion::Ml).ok()?.criterion))
    };
    let knots = 2..=LAST_KNOT.min(last - 1);
    let profile: Vec<(i64, f64)> = knots.filter_map(log_likelihood).collect();
    let best = profile.iter().max_by(|a, b| a.1.total_cmp(&b.1)).filter(|_| last >= 4);
    let estimate = words.estimate("growth/A/best_knot");
    let Some(&(knot, highest)) = best else {
        findings.estimates.push(estimate.refused(words.text("refuse.no_knot")));
        return;
    };
    let estimate = estimate.counts(n).value(knot as f64).detail("log_likelihood", highest);
    findings.estimates.push(estimate);
    findings.tables.push(words.table("knots-A").with_rows(profile.iter().map(|(at, found)| {
        let [found, below] = [*found, highest - found].map(|x| Cell::number(Some(x)));
        (n, [Cell::text(at.to_string()), found, below])
    })));
}
