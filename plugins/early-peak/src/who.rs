//! Who is looked at: clients who rated every session of the window, all who rated some of it, or what a mixed model makes of all.

use dyad_plugin::prelude::*;
use dyad_stats::growth::Term;
use dyad_stats::mixed::Criterion;
use dyad_stats::moments;

use crate::course::Course;

/// Adds the contrast of the tested session of all who rated it and by a mixed model, beside that of the completers, and the means of the
/// three groups as a table.
pub(crate) fn add(findings: &mut Findings, course: &Course<'_>) {
    let (words, settings) = (&course.words, course.settings);
    let (with, differences) = course.early.contrasts(settings.peak_session);
    let lost = (course.clients.len() - with.len()) as u64;
    let available = Basis::from(course.clients.counts(&with));
    let available = words.over(available.without(words.text("dropped.available"), lost));
    let of_available = available.estimate("peak/A/contrast_{peak_session}_available");
    let of_available = of_available.t_test(moments::one_sample(&differences, 0.0));

    let others: Vec<String> = settings.others().map(|term| term.to_string()).collect();
    let fit = course.window.fit_with(&others, Criterion::Reml);
    let weight = -1.0 / others.len().max(1) as f64;
    let weights: Vec<(&String, f64)> = others.iter().map(|name| (name, weight)).collect();
    let by_model = words.over(course.window.n).estimate("peak/A/contrast_{peak_session}_model");
    let by_model = by_model.fixed_effect(&fit, &weights);
    findings.estimates.extend([of_available, by_model]);

    let fitted = |session: i64| -> Option<f64> {
        let fit = fit.as_ref().ok()?;
        let of = |name: &str| fit.fixed().find(|(n, _)| *n == name).map(|(_, b)| b);
        let is_tested = session == settings.peak_session;
        let own = if is_tested { Some(0.0) } else { of(&Term::At(session).to_string()) };
        Some(of("(intercept)")? + own?)
    };
    let means = (settings.peak_window[0]..).zip(course.early.moments());
    let rows = means.map(|(session, [available, completers])| {
        let cells = [
            Cell::text(session.to_string()),
            Cell::count(available.n()),
            Cell::number(available.mean().ok()),
            Cell::count(completers.n()),
            Cell::number(completers.mean().ok()),
            Cell::number(fitted(session)),
        ];
        (Counts { clients: Some(available.n()), ..Counts::default() }, cells)
    });
    findings.tables.push(words.table("courses-A").with_rows(rows));
}
