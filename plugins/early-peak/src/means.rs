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

/// Adds `mean/A/session_k` and `mean/A/session_k/by_therapist` for every session of the window, and the course over all sessions as a figure.
pub(crate) fn add(findings: &mut Findings, course: &Course<'_>) {
    let (clients, alliance) = (course.clients, course.alliance);
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
        let id = format!("mean/{}/session_{k}", alliance.id);
        let label = format!("Mean {} at session {k}", alliance.name());
        let described = |id: String, label: String| {
            Estimate::new(id, label)
                .counts(Counts { rows: Some(at.ratings.n()), ..clients.counts(&at.clients) })
                .dropped(format!("no rating at session {k}"), clients.len() as u64 - at.ratings.n())
        };
        let robust =
            described(format!("{id}/by_therapist"), format!("{label}, interval by therapist"))
                .method("the same mean; CR2 by therapist, Bell–McCaffrey df; the sites as they are")
                .source("bell2002");
        let estimate = described(id, label)
            .method("mean over the clients who rated this session; t interval, clients as units")
            .source("student1908");
        findings.estimates.push(match describe(&at.ratings) {
            Ok((mean, se, ci)) => {
                let given =
                    estimate.value(mean).se(se).ci(ci).detail("df", at.ratings.n() as f64 - 1.0);
                if clients.has_therapists() {
                    given.warn("the interval takes clients as independent: where they share therapists it is too narrow, see by_therapist")
                } else {
                    given
                }
            }
            Err(reason) => estimate.refused(reason.to_string()),
        });
        findings.estimates.push(robust.mean_by_therapist(clients, &at.clients, &at.values));
    }
    findings.figures.extend(figure(course, &sessions));
}

fn describe(ratings: &Moments) -> dyad_stats::Result<(f64, f64, [f64; 2])> {
    Ok((ratings.mean()?, ratings.se()?, ratings.t_interval(0.95)?))
}

/// The mean over all sessions, with its interval.
fn figure(course: &Course<'_>, sessions: &BTreeMap<i64, AtSession>) -> Option<Figure> {
    let (clients, alliance) = (course.clients, course.alliance);
    let point = |(&session, at): (&i64, &AtSession)| {
        let interval = at.ratings.t_interval(0.95).ok();
        let mean = at.ratings.mean().ok()?;
        Some(TrajectoryPoint {
            x: session as f64,
            mean,
            low: interval.map(|i| i[0]),
            high: interval.map(|i| i[1]),
            n: at.ratings.n(),
            spread: None,
        })
    };
    let points: Vec<TrajectoryPoint> = sessions.iter().filter_map(point).collect();
    let highest =
        points.iter().filter(|p| p.n >= MIN_DRAWN).max_by(|a, b| a.mean.total_cmp(&b.mean))?;
    let rows = points.iter().map(|p| p.n).sum();
    let alt = format!(
        "Line of the mean {} (vertical) over session number (horizontal) with its 95 % interval. It is highest at session {} ({}, n = {}).",
        alliance.name(),
        highest.x,
        dyad_plugin::apa::number(highest.mean, 2),
        highest.n,
    );
    let everyone: Vec<usize> = (0..clients.len()).collect();
    let n = Counts { rows: Some(rows), ..clients.counts(&everyone) };
    let plot = Trajectory {
        x: Axis::new("Session"),
        y: Axis::new(format!("Mean {}", alliance.name())),
        series: vec![TrajectorySeries { label: alliance.name(), points }],
        samples: samples(course),
        min_n: MIN_DRAWN,
    };
    let caption = format!(
        "Observed means; the ribbon is the 95 % interval of the mean, not the spread of clients. Each session's mean is of the clients who \
         rated it, so the group changes along the line. Sessions with fewer than {MIN_DRAWN} ratings are not drawn. Thin lines, where the \
         release profile lets them pass, are {} drawn at random.",
        dyad_plugin::apa::counted(SAMPLES as u64, "client")
    );
    let title = format!("Mean {} by session", alliance.name());
    Some(Figure::new(
        format!("mean-{}", alliance.id),
        title,
        caption,
        alt,
        n,
        Plot::Trajectory(plot),
    ))
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
        if drawn.len() < SAMPLES
            && !drawn.contains(&client)
            && course.series(client).nth(2).is_some()
        {
            drawn.push(client);
        }
    }
    let line = |client: usize| course.series(client).map(|(s, rating)| [s as f64, rating]);
    drawn.into_iter().map(|client| line(client).collect()).collect()
}
