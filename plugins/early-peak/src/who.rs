//! Who is looked at: clients who rated every session of the window, all who rated some of it, or what a mixed model makes of all.

use dyad_plugin::prelude::*;
use dyad_stats::mixed::Criterion;
use dyad_stats::moments::{self, Moments};

use crate::course::{Course, at};

/// Adds the contrast of the tested session of all who rated it and by a mixed model, beside that of the completers, and the means of the
/// three groups as a table.
pub(crate) fn add(findings: &mut Findings, course: &Course<'_>) {
    let ([first, last], peak) = (course.settings.peak_window, course.settings.peak_session);
    let (words, width) = (&course.words, course.width());
    let (mut available, mut completers) =
        (vec![Moments::new(); width], vec![Moments::new(); width]);
    let (mut differences, mut with) = (Vec::new(), Vec::new());
    let mut inside: Vec<(i64, f64)> = Vec::with_capacity(width);
    for client in 0..course.clients.len() {
        inside.clear();
        inside.extend(course.inside(client));
        let (mut tested, mut others) = (None, Moments::new());
        for (session, rating) in &inside {
            let k = usize::try_from(session - first).unwrap_or(0);
            available[k].push(*rating);
            if inside.len() == width {
                completers[k].push(*rating);
            }
            if *session == peak {
                tested = Some(*rating);
            } else {
                others.push(*rating);
            }
        }
        if let Some((tested, others)) = tested.zip(others.mean().ok()) {
            differences.push(tested - others);
            with.push(client);
        }
    }
    let lost = (course.clients.len() - with.len()) as u64;
    let of_available = words
        .estimate("peak/A/contrast_{peak_session}_available")
        .counts(course.clients.counts(&with))
        .dropped(words.text("dropped.available"), lost)
        .t_test(moments::one_sample(&differences, 0.0));

    let others: Vec<String> = (first..=last).filter(|s| *s != peak).map(at).collect();
    let columns: Vec<&str> = others.iter().map(String::as_str).collect();
    let fit = course.window.fit_with(&columns, Criterion::Reml);
    let weight = -1.0 / columns.len().max(1) as f64;
    let weights: Vec<(&str, f64)> = columns.iter().map(|c| (*c, weight)).collect();
    let by_model = words
        .estimate("peak/A/contrast_{peak_session}_model")
        .counts(course.window.n)
        .fixed_effect(&fit, &weights);
    findings.estimates.extend([of_available, by_model]);

    let fitted = |session: i64| -> Option<f64> {
        let fit = fit.as_ref().ok()?;
        let of = |name: &str| fit.fixed().find(|(n, _)| *n == name).map(|(_, b)| b);
        let own = if session == peak { Some(0.0) } else { of(&at(session)) };
        Some(of("(intercept)")? + own?)
    };
    let mut table = words.table("courses-A");
    for (session, (available, completers)) in (first..=last).zip(available.iter().zip(&completers))
    {
        let cells = [
            Cell::text(session.to_string()),
            Cell::count(available.n()),
            Cell::number(available.mean().ok()),
            Cell::count(completers.n()),
            Cell::number(completers.mean().ok()),
            Cell::number(fitted(session)),
        ];
        let n = Counts { clients: Some(available.n()), ..Counts::default() };
        table = table.row(n, cells);
    }
    findings.tables.push(table);
}
