//! The mean alliance at each session.

use std::collections::BTreeMap;

use dyad_plugin::figure::{Axis, Figure, Plot, Trajectory, TrajectoryPoint, TrajectorySeries};
use dyad_plugin::prelude::*;
use dyad_stats::moments::Moments;
use dyad_stats::resample::Generator;

use crate::course::Course;

/// Clients whose own lines are drawn.
const SAMPLES: usize = 6;
/// Below this many ratings a session's mean is not drawn.
const MIN_DRAWN: u64 = 10;

/// The ratings of one session number, and whose they are.
#[derive(Default)]
struct AtSession {
    ratings: Moments,
    values: Vec<f64>,
    clients: Vec<usize>,
}

/// Adds `mean/A/session_k` and `mean/A/session_k/by_therapist` for every session of the window, and the course over all sessions as a
/// figure.
pub(crate) fn add(findings: &mut Findings, course: &Course<'_>) {
    let clients = course.clients;
    let mut sessions: BTreeMap<i64, AtSession> = BTreeMap::new();
    for client in 0..clients.len() {
        for (session, rating) in course.series(client) {
            let at = sessions.entry(session).or_default();
            at.ratings.push(rating);
            at.values.push(rating);
            at.clients.push(client);
        }
    }
    let [first, last] = course.settings.peak_window;
    for k in first..=last {
        let none = AtSession::default();
        let at = sessions.get(&k).unwrap_or(&none);
        let words = course.words.with("k", k);
        let new = |key: &str| {
            words
                .estimate(key)
                .counts(Counts { rows: Some(at.ratings.n()), ..clients.counts(&at.clients) })
                .dropped(words.text("dropped.mean"), clients.len() as u64 - at.ratings.n())
        };
        let described = || Ok((at.ratings.mean()?, at.ratings.se()?, at.ratings.t_interval(0.95)?));
        let found: dyad_stats::Result<(f64, f64, [f64; 2])> = described();
        findings.estimates.push(new("mean/A/session_{k}").given(found, |e, (mean, se, ci)| {
            e.value(mean)
                .se(se)
                .ci(ci)
                .detail("df", at.ratings.n() as f64 - 1.0)
                .warn_if(clients.has_therapists(), words.text("warn.independent"))
        }));
        let robust = new("mean/A/session_{k}/by_therapist");
        findings.estimates.push(robust.mean_by_therapist(clients, &at.clients, &at.values));
    }
    findings.figures.extend(figure(course, &sessions));
}

/// The mean over all sessions, with its interval.
fn figure(course: &Course<'_>, sessions: &BTreeMap<i64, AtSession>) -> Option<Figure> {
    let (clients, name) = (course.clients, course.alliance.name());
    let point = |(&session, at): (&i64, &AtSession)| {
        let interval = at.ratings.t_interval(0.95).ok();
        Some(TrajectoryPoint {
            x: session as f64,
            mean: at.ratings.mean().ok()?,
            low: interval.map(|i| i[0]),
            high: interval.map(|i| i[1]),
            n: at.ratings.n(),
            spread: None,
        })
    };
    let points: Vec<TrajectoryPoint> = sessions.iter().filter_map(point).collect();
    let drawn = points.iter().filter(|p| p.n >= MIN_DRAWN);
    let highest = drawn.max_by(|a, b| a.mean.total_cmp(&b.mean))?;
    let words = course.words.with("min_drawn", MIN_DRAWN).with("samples", SAMPLES);
    let words = words.with("highest_at", highest.x).with("highest", highest.mean);
    let words = words.with("highest_n", highest.n);
    let everyone: Vec<usize> = (0..clients.len()).collect();
    let rows = points.iter().map(|p| p.n).sum();
    let plot = Trajectory {
        x: Axis::new("Session"),
        y: Axis::new(format!("Mean {name}")),
        series: vec![TrajectorySeries { label: name, points }],
        samples: samples(course),
        min_n: MIN_DRAWN,
    };
    let n = Counts { rows: Some(rows), ..clients.counts(&everyone) };
    Some(words.figure("mean-A", n, Plot::Trajectory(plot)))
}

/// A few clients with three ratings or more, drawn at random by the study's seed; none where they would be most of the clients.
fn samples(course: &Course<'_>) -> Vec<Vec<[f64; 2]>> {
    let lines = course.clients.len();
    if lines < 10 * SAMPLES {
        return Vec::new();
    }
    let mut generator = Generator::new(course.seed, "sample lines", 0);
    let mut drawn: Vec<usize> = Vec::with_capacity(SAMPLES);
    // As many draws as clients, so that this ends where few have three ratings.
    for _ in 0..lines {
        let client = usize::try_from(generator.below(lines as u64)).unwrap_or(0);
        let is_new = drawn.len() < SAMPLES && !drawn.contains(&client);
        if is_new && course.series(client).nth(2).is_some() {
            drawn.push(client);
        }
    }
    let line = |client: usize| course.series(client).map(|(s, rating)| [s as f64, rating]);
    drawn.into_iter().map(|client| line(client).collect()).collect()
}
