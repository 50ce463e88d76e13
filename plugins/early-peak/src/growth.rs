//! The course of the alliance by mixed models: a parabola over the window, and slopes that meet at knots.

use dyad_plugin::prelude::*;
use dyad_stats::distributions::normal;
use dyad_stats::growth::{RatioInterval, vertex};
use dyad_stats::mixed::{Criterion, Fit};

use crate::course::{Course, hinge};

/// The latest knot of the profile.
pub(crate) const LAST_KNOT: i64 = 7;

/// Adds `growth/A/…`.
pub(crate) fn add(findings: &mut Findings, course: &Course<'_>) {
    parabola(findings, course);
    knots(findings, course);
    best_knot(findings, course);
}

fn estimate(course: &Course<'_>, what: &str, label: &str) -> Estimate {
    let alliance = course.alliance;
    Estimate::new(
        format!("growth/{}/{what}", alliance.id),
        format!("{label} of {}", alliance.name()),
    )
}

/// A ~ t + t² over the window, and the session of its highest point.
fn parabola(findings: &mut Findings, course: &Course<'_>) {
    let ([first, last], peak) = (course.settings.peak_window, course.settings.peak_session);
    let fit = course.window.fit(&["linear", "quadratic"], Criterion::Reml);
    let formula = format!(
        "A ~ t + t² + (1 | therapist/client), t = session − {peak}, sessions {first} to {last}, REML"
    );
    let new = |what, label| estimate(course, what, label).counts(course.window.n);
    findings.estimates.push(
        new("quadratic", "Curvature")
            .method(format!("{formula}; Satterthwaite df"))
            .fixed_effect(&fit, &[("quadratic", 1.0)]),
    );
    let delta = new("vertex", "Session of the highest point")
        .method(format!("{formula}; delta method"))
        .source("fieller1954");
    let fieller = new("vertex_fieller", "Session of the highest point, by Fieller,")
        .method(format!("{formula}; Fieller's interval"))
        .source("fieller1954");
    let (delta, fieller) = match fit.as_ref().map_err(String::clone).and_then(Turn::of) {
        Err(reason) => (delta.refused(reason.as_str()), fieller.refused(reason.as_str())),
        Ok(turn) => turn.give(delta, fieller, course),
    };
    findings.estimates.extend([delta, fieller]);
}

/// Slope and curvature at the tested session, with their covariance.
struct Turn {
    b: [f64; 2],
    v: [f64; 3],
    /// Whether the interval of the curvature holds 0.
    flat: bool,
}

impl Turn {
    fn of(fit: &Fit) -> Result<Self, String> {
        let parts = || -> dyad_stats::Result<Self> {
            let (b1, b2) = (fit.coefficient("linear")?, fit.coefficient("quadratic")?);
            let covariance = fit.covariance("linear", "quadratic")?;
            let flat = b2.ci.is_some_and(|ci| ci[1] >= 0.0);
            let v = [b1.se * b1.se, covariance, b2.se * b2.se];
            Ok(Self { b: [b1.estimate, b2.estimate], v, flat })
        };
        let turn = parts().map_err(|e| e.to_string())?;
        if turn.b[1] >= 0.0 {
            return Err("the curve opens upwards: no peak".to_owned());
        }
        Ok(turn)
    }

    /// v = peak − b1/(2·b2), variance g'Vg with g = (−1/(2·b2), b1/(2·b2²)); and by Fieller.
    fn give(
        &self,
        delta: Estimate,
        fieller: Estimate,
        course: &Course<'_>,
    ) -> (Estimate, Estimate) {
        let ([b1, b2], [v11, v12, v22]) = (self.b, self.v);
        let [first, last] = course.settings.peak_window;
        let peak = course.settings.peak_session as f64;
        let g = [-0.5 / b2, 0.5 * b1 / (b2 * b2)];
        let se = (g[0] * g[0] * v11 + g[1] * g[1] * v22 + 2.0 * g[0] * g[1] * v12).sqrt();
        let at = peak - 0.5 * b1 / b2;
        let z = normal::quantile(0.975);
        let cautioned = |e: Estimate| {
            let e = if at < first as f64 || at > last as f64 {
                e.warn("the vertex lies outside the window: an extrapolation")
            } else {
                e
            };
            if self.flat {
                e.warn("the interval of the curvature holds 0: the vertex is not determined")
            } else {
                e
            }
        };
        let delta = delta.value(at).se(se).ci([at - z * se, at + z * se]);
        let fieller = match vertex(self.b, self.v, z) {
            Err(reason) => fieller.refused(reason.to_string()),
            Ok((turn, RatioInterval::Between([low, high]))) => {
                fieller.value(peak + turn).ci([peak + low, peak + high])
            }
            Ok((turn, _)) => fieller
                .value(peak + turn)
                .warn("the data do not bound the vertex: any session could be the highest point"),
        };
        (cautioned(delta), cautioned(fieller))
    }
}

/// Two slopes that meet at the tested session, three with a second knot, and the claims that need two of them at once.
fn knots(findings: &mut Findings, course: &Course<'_>) {
    let (knot, second) = (course.settings.peak_session, course.settings.second_knot);
    let (first_hinge, second_hinge) = (hinge(knot), hinge(second));
    let two = course.whole.fit(&["session", &first_hinge], Criterion::Reml);
    let three = course.whole.fit(&["session", &first_hinge, &second_hinge], Criterion::Reml);
    let new = |what: &str, label: &str, method: String| {
        estimate(course, what, label).counts(course.whole.n).method(method)
    };
    let of_two = format!(
        "A ~ min(session − {knot}, 0) + max(session − {knot}, 0) + (1 | therapist/client), all sessions, REML; Satterthwaite df"
    );
    let of_three = format!(
        "slopes up to session {knot}, from {knot} to {second} and after {second}, (1 | therapist/client), all sessions, REML; Satterthwaite df"
    );
    // In session and (session − knot)₊ a later slope is a sum of coefficients.
    let slopes = [
        new("knot_rise", &format!("Slope up to session {knot}"), of_two.clone())
            .fixed_effect(&two, &[("session", 1.0)]),
        new("knot_dip", &format!("Slope after session {knot}"), of_two)
            .fixed_effect(&two, &[("session", 1.0), (&first_hinge, 1.0)]),
        new(
            "second_phase_dip",
            &format!("Slope from session {knot} to {second}"),
            of_three.clone(),
        )
        .fixed_effect(&three, &[("session", 1.0), (&first_hinge, 1.0)]),
        new("third_phase_rise", &format!("Slope after session {second}"), of_three)
            .fixed_effect(&three, &[("session", 1.0), (&first_hinge, 1.0), (&second_hinge, 1.0)]),
    ];
    let [rise, dip, second_dip, third] = &slopes;
    let joint = [
        (
            "rise_and_dip",
            format!("Rise up to session {knot} and dip after it"),
            [(rise, 1.0), (dip, -1.0)],
        ),
        (
            "dip_and_recovery",
            format!("Dip from session {knot} to {second} and rise after it"),
            [(second_dip, -1.0), (third, 1.0)],
        ),
    ]
    .map(|(what, label, parts)| {
        let method = "intersection–union: both slopes have to have their sign; p is the larger of both, 1 if a sign is wrong; the estimate is \
                      the smaller slope in the direction of the claim";
        let estimate = estimate(course, what, &label)
            .counts(course.whole.n)
            .method(method)
            .source("berger1982");
        both(estimate, parts)
    });
    findings.estimates.extend(slopes);
    findings.estimates.extend(joint);
}

/// Two slopes in the direction of a claim: the weaker of them, and the larger p.
fn both(estimate: Estimate, parts: [(&Estimate, f64); 2]) -> Estimate {
    let refused = parts.iter().find_map(|(part, _)| part.refused.as_deref());
    if let Some(reason) = refused {
        return estimate.refused(reason);
    }
    let given = parts.map(|(part, sign)| part.estimate.zip(part.p).map(|(b, p)| (sign * b, p)));
    let [Some((first, p)), Some((second, q))] = given else {
        return estimate.refused("a slope has no test");
    };
    let p = if first > 0.0 && second > 0.0 { p.max(q) } else { 1.0 };
    estimate.value(first.min(second)).p(p)
}

/// The knot with the highest likelihood, and the whole profile as a table.
fn best_knot(findings: &mut Findings, course: &Course<'_>) {
    let (last, n) = (course.last_session, course.whole.n);
    let profile: Vec<(i64, f64)> = (2..=LAST_KNOT.min(last - 1))
        .filter_map(|knot| {
            let fit = course.whole.fit(&["session", &hinge(knot)], Criterion::Ml).ok()?;
            Some((knot, -0.5 * fit.criterion))
        })
        .collect();
    let best = profile.iter().max_by(|a, b| a.1.total_cmp(&b.1)).filter(|_| last >= 4);
    let estimate = estimate(course, "best_knot", "Knot that fits best").method(
        "knot 2 to 7 with the highest ML log-likelihood of the two-slope model; no interval: read the profile",
    );
    let estimate = estimate.source("bates2015");
    let Some(&(knot, highest)) = best else {
        let reason = "fewer than 4 sessions, or no model can be fitted";
        findings.estimates.push(estimate.refused(reason));
        return;
    };
    let alliance = course.alliance;
    let mut table = ReportTable::new(
        format!("knots-{}", alliance.id),
        format!("Two slopes of {}: how well each knot fits", alliance.name()),
    )
    .column("knot", "Session of the knot", ColumnKind::Text)
    .column("log_likelihood", "Log-likelihood (ML)", ColumnKind::Number)
    .column("below_best", "Below the best", ColumnKind::Number)
    .note("A difference of less than about 2 says little.");
    for (at, likelihood) in &profile {
        let cells = [
            Cell::text(at.to_string()),
            Cell::number(Some(*likelihood)),
            Cell::number(Some(highest - likelihood)),
        ];
        table = table.row(n, cells);
    }
    findings.tables.push(table);
    findings
        .estimates
        .push(estimate.counts(n).value(knot as f64).detail("log_likelihood", highest));
}
