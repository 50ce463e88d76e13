//! What kind of course each client has, by the intervals of the client's own slope and curvature.

use dyad_plugin::figure::Bar;
use dyad_plugin::prelude::*;
use dyad_stats::growth::{CourseKind, Typology};

use crate::course::Course;

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
    let (mut typology, mut with) = (Typology::default(), Vec::new());
    let (mut sessions, mut ratings) = (Vec::new(), Vec::new());
    for client in 0..course.clients.len() {
        sessions.clear();
        sessions.extend(course.series(client).map(|(session, _)| session as f64));
        ratings.clear();
        ratings.extend(course.series(client).map(|(_, rating)| rating));
        if typology.push(&ratings, &sessions) {
            with.push(client);
        }
    }
    let (words, n) = (course.words.with("n", with.len()), course.clients.counts(&with));
    let basis = Basis::from(n).without(words.text("dropped.few"), typology.few);
    let words = words.over(basis.without(words.text("dropped.exact"), typology.unclear));
    let mut bars = Vec::with_capacity(KINDS.len());
    for (kind, key, name) in KINDS {
        let estimate = words.estimate(key).share(typology.count(kind), with.len() as u64);
        bars.extend(estimate.estimate.map(|value| {
            let (label, highlight) = (name.to_owned(), kind == CourseKind::InvertedU);
            Bar { label, value, interval: estimate.ci, highlight, ..Bar::default() }
        }));
        findings.estimates.push(estimate);
    }
    let Some(largest) = bars.iter().max_by(|a, b| a.value.total_cmp(&b.value)) else { return };
    let words = words.with("largest", largest.value).with("kind", &largest.label);
    findings.figures.push(words.bars("typology-A", n, bars, None));
}
