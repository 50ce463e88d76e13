//! What kind of course each client has, by the intervals of the client's own slope and curvature.

use dyad_plugin::figure::{Axis, Bar, Bars, Plot};
use dyad_plugin::prelude::*;
use dyad_stats::growth::{self, CourseKind};
use dyad_stats::proportions::wilson;

use crate::course::Course;

/// Ratings a client needs.
const FEWEST: usize = 5;

/// The kinds with their ids and names.
const KINDS: [(CourseKind, &str, &str); 5] = [
    (CourseKind::Stable, "typology/A/share_stable", "stable"),
    (CourseKind::LinearUp, "typology/A/share_linear_up", "rising"),
    (CourseKind::LinearDown, "typology/A/share_linear_down", "falling"),
    (CourseKind::U, "typology/A/share_u", "down and up (U)"),
    (CourseKind::InvertedU, "typology/A/share_inverted_u", "up and down (inverted U)"),
];

/// Adds `typology/A/share_…` over the clients with five ratings or more, and their bars.
pub(crate) fn add(findings: &mut Findings, course: &Course<'_>) {
    let (mut kinds, mut with, mut unclear) = (Vec::new(), Vec::new(), 0);
    let (mut sessions, mut ratings) = (Vec::new(), Vec::new());
    for client in 0..course.clients.len() {
        sessions.clear();
        sessions.extend(course.series(client).map(|(session, _)| session as f64));
        ratings.clear();
        ratings.extend(course.series(client).map(|(_, rating)| rating));
        if ratings.len() < FEWEST {
            continue;
        }
        match growth::course(&ratings, &sessions) {
            Ok(found) => {
                kinds.push(found.kind);
                with.push(client);
            }
            Err(_) => unclear += 1,
        }
    }
    let n = with.len() as u64;
    let few = course.clients.len() as u64 - n - unclear;
    let counts = course.clients.counts(&with);
    let mut bars = Vec::with_capacity(KINDS.len());
    for (kind, key, name) in KINDS {
        let count = kinds.iter().filter(|found| **found == kind).count() as u64;
        let estimate = course
            .words
            .estimate(key)
            .counts(counts)
            .dropped("fewer than 5 ratings", few)
            .dropped("ratings that lie on a parabola exactly", unclear)
            .given(wilson(count, n), |e, ci| {
                e.value(count as f64 / n as f64)
                    .ci(ci)
                    .details([("count", count as f64), ("denominator", n as f64)])
            });
        bars.extend(estimate.estimate.map(|value| Bar {
            label: name.to_owned(),
            value,
            interval: estimate.ci,
            null_band: None,
            highlight: kind == CourseKind::InvertedU,
        }));
        findings.estimates.push(estimate);
    }
    let Some(largest) = bars.iter().max_by(|a, b| a.value.total_cmp(&b.value)) else { return };
    let words = course.words.with("n", n).with("largest", largest.value);
    let words = words.with("kind", &largest.label);
    let plot =
        Bars { x: Axis::new("Course"), y: Axis::new("Share of clients"), bars, reference: None };
    findings.figures.push(words.figure("typology-A", counts, Plot::Bars(plot)));
}
