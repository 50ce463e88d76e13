//! The course of the alliance by mixed models: a parabola over the window, and slopes that meet at knots.

use dyad_plugin::prelude::*;
use dyad_stats::distributions::normal;
use dyad_stats::growth::{RatioInterval, turning_point, vertex};
use dyad_stats::mixed::{Criterion, Fit};
use dyad_stats::multiplicity::intersection_union;

use crate::course::{Course, LAST_KNOT, hinge};

/// Adds `growth/A/…`.
pub(crate) fn add(findings: &mut Findings, course: &Course<'_>) {
    findings.estimates.extend(parabola(course));
    knots(findings, course);
    best_knot(findings, course);
}

/// A ~ t + t² over the window, and the session of its highest point.
fn parabola(course: &Course<'_>) -> [Estimate; 3] {
    let fit = course.window.fit_with(&["linear", "quadratic"], Criterion::Reml);
    let new = |key: &str| course.words.estimate(key).counts(course.window.n);
    let turn = fit.as_ref().map_err(String::clone).and_then(|fit| {
        let (b, v) = slope_and_curvature(fit).map_err(|e| e.to_string())?;
        if b[1] < 0.0 { Ok((b, v)) } else { Err("the curve opens upwards: no peak".to_owned()) }
    });
    let z = normal::quantile(0.975);
    let [first, last] = course.settings.peak_window.map(|session| session as f64);
    let peak = course.settings.peak_session as f64;
    let curvature = new("growth/A/quadratic").fixed_effect(&fit, &[("quadratic", 1.0)]);
    let flat = curvature.ci.is_some_and(|ci| ci[1] >= 0.0);
    let cautioned = |e: Estimate, at: f64| {
        e.warn_if(at < first || at > last, course.words.text("warn.outside"))
            .warn_if(flat, course.words.text("warn.flat"))
    };
    let by_delta = new("growth/A/vertex").given(turn.as_ref(), |e, (b, v)| {
        let (turn, se) = turning_point(*b, *v);
        let at = peak + turn;
        cautioned(e.value(at).se(se).ci([at - z * se, at + z * se]), at)
    });
    let fieller = turn.and_then(|(b, v)| vertex(b, v, z).map_err(|e| e.to_string()));
    let by_fieller = new("growth/A/vertex_fieller").given(fieller, |e, (turn, interval)| {
        let given = match interval {
            RatioInterval::Between(ci) => e.value(peak + turn).ci(ci.map(|limit| peak + limit)),
            _ => e.value(peak + turn).warn(course.words.text("warn.unbounded")),
        };
        cautioned(given, peak + turn)
    });
    [curvature, by_delta, by_fieller]
}

/// Slope and curvature at the tested session, with their variances and covariance.
fn slope_and_curvature(fit: &Fit) -> dyad_stats::Result<([f64; 2], [f64; 3])> {
    let (b1, b2) = (fit.coefficient("linear")?, fit.coefficient("quadratic")?);
    let covariance = fit.covariance("linear", "quadratic")?;
    Ok(([b1.estimate, b2.estimate], [b1.se * b1.se, covariance, b2.se * b2.se]))
}

/// Two slopes that meet at the tested session, three with a second knot, and the claims that need two of them at once.
fn knots(findings: &mut Findings, course: &Course<'_>) {
    let (first, second) = (hinge(course.settings.peak_session), hinge(course.settings.second_knot));
    let two = course.whole.fit_with(&["session", &first], Criterion::Reml);
    let three = course.whole.fit_with(&["session", &first, &second], Criterion::Reml);
    let new = |key: &str| course.words.estimate(key).counts(course.whole.n);
    // In session and (session − knot)₊ a later slope is a sum of coefficients.
    let weights: [(&str, f64); 3] = [("session", 1.0), (&first, 1.0), (&second, 1.0)];
    let slope = |key: &str, fit: &Result<Fit, String>, of: usize| {
        new(key).fixed_effect(fit, &weights[..of])
    };
    let rise = slope("growth/A/knot_rise", &two, 1);
    let dip = slope("growth/A/knot_dip", &two, 2);
    let second_dip = slope("growth/A/second_phase_dip", &three, 2);
    let third = slope("growth/A/third_phase_rise", &three, 3);
    let up_and_down = both(new("growth/A/rise_and_dip"), [(&rise, 1.0), (&dip, -1.0)]);
    let recovery = both(new("growth/A/dip_and_recovery"), [(&second_dip, -1.0), (&third, 1.0)]);
    findings.estimates.extend([rise, dip, second_dip, third, up_and_down, recovery]);
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
    let (last, n) = (course.last_session, course.whole.n);
    let likelihood = |knot: i64| {
        let fit = course.whole.fit_with(&["session", &hinge(knot)], Criterion::Ml).ok()?;
        Some((knot, -0.5 * fit.criterion))
    };
    let profile: Vec<(i64, f64)> = (2..=LAST_KNOT.min(last - 1)).filter_map(likelihood).collect();
    let best = profile.iter().max_by(|a, b| a.1.total_cmp(&b.1)).filter(|_| last >= 4);
    let estimate = course.words.estimate("growth/A/best_knot");
    let Some(&(knot, highest)) = best else {
        let reason = "fewer than 4 sessions, or no model can be fitted";
        findings.estimates.push(estimate.refused(reason));
        return;
    };
    let estimate = estimate.counts(n).value(knot as f64).detail("log_likelihood", highest);
    findings.estimates.push(estimate);
    findings.tables.push(profile.iter().fold(
        course.words.table("knots-A"),
        |table, (at, found)| {
            let numbers = [*found, highest - found].map(|number| Cell::number(Some(number)));
            table
                .row(n, [Cell::text(at.to_string())].into_iter().chain(numbers).collect::<Vec<_>>())
        },
    ));
}
