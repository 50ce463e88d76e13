//! The mean alliance at each session.

use std::collections::BTreeMap;

use dyad_plugin::figure::{Plot, Trajectory, TrajectoryPoint, TrajectorySeries};
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
        let at = sessions.entry(k).or_default();
        let (n, words) = (at.ratings.n(), course.words.with("k", k));
        let basis = Basis::from(clients.counts(&at.clients).with_rows(n));
        let lost = clients.len() as u64 - n;
        let words = words.over(basis.without(words.text("dropped.mean"), lost));
        let found = at.ratings.mean();
        let found =
            found.and_then(|mean| Ok((mean, at.ratings.se()?, at.ratings.t_interval(0.95)?)));
        let plain = words.estimate("mean/A/session_{k}").given(found, |e, (mean, se, ci)| {
            let given = e.value(mean).se(se).ci(ci).detail("df", n as f64 - 1.0);
            given.warn_if(clients.has_therapists(), words.text("warn.independent"))
        });
        let robust = words.estimate("mean/A/session_{k}/by_therapist");
        let robust = robust.mean_by_therapist(clients, &at.clients, &at.values);
        findings.estimates.extend([plain, robust]);
    }
    findings.figures.extend(figure(course, &sessions));
}

/// The mean over all sessions, with its interval.
fn figure(course: &Course<'_>, sessions: &BTreeMap<i64, AtSession>) -> Option<Figure> {
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
    let everyone: Vec<usize> = (0..course.clients.len()).collect();
    let n = course.clients.counts(&everyone).with_rows(points.iter().map(|p| p.n).sum());
    Some(words.figure_with_axes("mean-A", n, |[x, y]| {
        let series = vec![TrajectorySeries { label: words.text("series"), points }];
        let samples = samples(course);
        Plot::Trajectory(Trajectory { x, y, series, samples, min_n: MIN_DRAWN })
    }))
}

/// A few clients with three ratings or more, drawn at random by the study's seed; none where they would be most of the clients.
fn samples(course: &Course<'_>) -> Vec<Vec<[f64; 2]>> {
    let clients = course.clients.len();
    if clients < 10 * SAMPLES {
        return Vec::new();
    }
    let mut generator = Generator::new(course.seed, "sample lines", 0);
    let enough = |one| course.series(one).nth(2).is_some();
    let drawn = generator.different(clients, enough).take(SAMPLES);
    let line = |one| course.series(one).map(|(session, rating)| [session as f64, rating]).collect();
    drawn.map(line).collect()
}
