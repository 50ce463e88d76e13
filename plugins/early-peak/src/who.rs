//! Who is looked at: clients who rated every session of the window, all who rated some of it, or what a mixed model makes of all.

use dyad_plugin::derived::in_window;
use dyad_plugin::prelude::*;
use dyad_stats::mixed::Criterion;
use dyad_stats::moments::{self, Moments};

use crate::course::{Course, at};

/// Adds `peak/A/contrast_k_available` and `peak/A/contrast_k_model` beside the contrast of the completers, and the means of the three
/// groups as a table.
pub(crate) fn add(findings: &mut Findings, course: &Course<'_>) {
    let ([first, last], peak) = (course.settings.peak_window, course.settings.peak_session);
    let (alliance, window) = (course.alliance, course.settings.peak_window);
    let width = usize::try_from(last - first + 1).unwrap_or(0);
    let mut means = [vec![Moments::new(); width], vec![Moments::new(); width]];
    let (mut differences, mut with) = (Vec::new(), Vec::new());
    let mut inside: Vec<(i64, f64)> = Vec::with_capacity(width);
    for client in 0..course.clients.len() {
        inside.clear();
        inside.extend(course.series(client).filter(|(s, _)| in_window(Some(*s), window)));
        let complete = inside.len() == width;
        let mut others = Moments::new();
        let mut tested = None;
        for (session, rating) in &inside {
            let k = usize::try_from(session - first).unwrap_or(0);
            means[0][k].push(*rating);
            if complete {
                means[1][k].push(*rating);
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

    let label = |who: &str| {
        format!(
            "{} at session {peak} above the mean of the other early sessions, {who}",
            alliance.name()
        )
    };
    let id = |who: &str| format!("peak/{}/contrast_{peak}_{who}", alliance.id);
    let lost = (course.clients.len() - with.len()) as u64;
    findings.estimates.push(
        Estimate::new(id("available"), label("all who rated it"))
            .counts(course.clients.counts(&with))
            .dropped(format!("no rating at session {peak}, or at no other of {first}-{last}"), lost)
            .method("per client the rating minus the mean of what else was rated in the window; one-sample t test")
            .source("student1908")
            .t_test(moments::one_sample(&differences, 0.0)),
    );

    let others: Vec<String> = (first..=last).filter(|s| *s != peak).map(at).collect();
    let columns: Vec<&str> = others.iter().map(String::as_str).collect();
    let fit = course.window.fit(&columns, Criterion::Reml);
    let weight = -1.0 / columns.len().max(1) as f64;
    let weights: Vec<(&str, f64)> = columns.iter().map(|c| (*c, weight)).collect();
    findings.estimates.push(
        Estimate::new(id("model"), label("mixed model of all ratings"))
            .counts(course.window.n)
            .method(format!(
                "A ~ session as a category + (1 | therapist/client), sessions {first} to {last}, REML; session {peak} less the mean of the others; \
                 Satterthwaite df"
            ))
            .fixed_effect(&fit, &weights),
    );

    let fitted = |session: i64| -> Option<f64> {
        let fit = fit.as_ref().ok()?;
        let of = |name: &str| fit.fixed().find(|(n, _)| *n == name).map(|(_, b)| b);
        let own = if session == peak { Some(0.0) } else { of(&at(session)) };
        Some(of("(intercept)")? + own?)
    };
    let mut table = ReportTable::new(
        format!("courses-{}", alliance.id),
        format!("Mean {} by session: who is looked at", alliance.name()),
    )
    .column("session", "Session", ColumnKind::Text)
    .column("n_available", "n, available", ColumnKind::Count)
    .column("available", "Mean, available", ColumnKind::Number)
    .column("n_completers", "n, completers", ColumnKind::Count)
    .column("completers", "Mean, completers", ColumnKind::Number)
    .column("model", "Mean, model", ColumnKind::Number)
    .note(
        "Available: all who rated the session. Completers: those who rated every session of the window. Model: mixed model of all ratings, which \
         holds if who leaves depends on what was rated before.",
    );
    for (k, session) in (first..=last).enumerate() {
        let [available, completers] = [&means[0][k], &means[1][k]];
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
