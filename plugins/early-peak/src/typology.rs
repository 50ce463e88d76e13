//! What kind of course each client has, by the intervals of the client's own slope and curvature.

use dyad_plugin::apa;
use dyad_plugin::figure::{Axis, Bar, Bars, Figure, Plot};
use dyad_plugin::prelude::*;
use dyad_stats::growth::{self, CourseKind};
use dyad_stats::proportions::wilson;

use crate::course::Course;

/// The kinds with the last part of their ids and their names.
const KINDS: [(CourseKind, &str, &str); 5] = [
    (CourseKind::Stable, "share_stable", "stable"),
    (CourseKind::LinearUp, "share_linear_up", "rising"),
    (CourseKind::LinearDown, "share_linear_down", "falling"),
    (CourseKind::U, "share_u", "down and up (U)"),
    (CourseKind::InvertedU, "share_inverted_u", "up and down (inverted U)"),
];

/// Adds `typology/A/share_…` over the clients with five ratings or more, and their bars.
pub(crate) fn add(findings: &mut Findings, course: &Course<'_>) {
    let mut counts = [0_u64; KINDS.len()];
    let (mut with, mut unclear) = (Vec::new(), 0);
    let (mut sessions, mut ratings) = (Vec::new(), Vec::new());
    for client in 0..course.clients.len() {
        sessions.clear();
        ratings.clear();
        for (session, rating) in course.series(client) {
            sessions.push(session as f64);
            ratings.push(rating);
        }
        if ratings.len() < 5 {
            continue;
        }
        match growth::course(&ratings, &sessions) {
            Ok(found) => {
                let at = KINDS.iter().position(|(kind, ..)| *kind == found.kind);
                if let Some(at) = at {
                    counts[at] += 1;
                }
                with.push(client);
            }
            Err(_) => unclear += 1,
        }
    }
    let n = with.len() as u64;
    let few = course.clients.len() as u64 - n - unclear;
    let mut bars = Vec::with_capacity(KINDS.len());
    for ((_, id, name), count) in KINDS.iter().zip(counts) {
        let alliance = course.alliance;
        let estimate = Estimate::new(
            format!("typology/{}/{id}", alliance.id),
            format!("Share of clients whose {} is {name}", alliance.name()),
        )
        .counts(course.clients.counts(&with))
        .dropped("fewer than 5 ratings", few)
        .dropped("ratings that lie on a parabola exactly", unclear)
        .method(
            "per client A ~ t + t², all sessions; curved if the 95 % interval of the curvature leaves out 0 and the turn lies within the \
             client's sessions, else by the interval of the slope; Wilson interval",
        )
        .source("stiles2004")
        .source("wilson1927");
        let estimate = match wilson(count, n) {
            Err(reason) => estimate.refused(reason.to_string()),
            Ok(ci) => estimate
                .value(count as f64 / n as f64)
                .ci(ci)
                .detail("count", count as f64)
                .detail("denominator", n as f64),
        };
        if let Some(value) = estimate.estimate {
            bars.push(Bar {
                label: (*name).to_owned(),
                value,
                interval: estimate.ci,
                null_band: None,
                highlight: *id == "share_inverted_u",
            });
        }
        findings.estimates.push(estimate);
    }
    findings.figures.extend(figure(course, bars, course.clients.counts(&with)));
}

fn figure(course: &Course<'_>, bars: Vec<Bar>, n: Counts) -> Option<Figure> {
    let name = course.alliance.name();
    let largest = bars.iter().max_by(|a, b| a.value.total_cmp(&b.value))?;
    let alt = format!(
        "Bars of the share of clients (vertical) by the kind of course their {name} has (horizontal). Most, {}, are {}.",
        apa::percent(largest.value, 0),
        largest.label
    );
    let caption = format!(
        "{} with five ratings or more; each by the 95 % intervals of the client's own slope and curvature, so with few sessions most are \
         stable because nothing is known better. Lines are Wilson intervals.",
        apa::counted(n.clients.unwrap_or(0), "client")
    );
    let plot =
        Bars { x: Axis::new("Course"), y: Axis::new("Share of clients"), bars, reference: None };
    let id = format!("typology-{}", course.alliance.id);
    let title = format!("Kinds of course of {name}");
    Some(Figure::new(id, title, caption, alt, n, Plot::Bars(plot)))
}
