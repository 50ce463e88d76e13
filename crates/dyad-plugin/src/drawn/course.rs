//! The mean course of a measure with the lines of a few clients.

use dyad_model::figure::{Marks, Plot, Trajectory, TrajectorySeries};
use dyad_stats::resample::Generator;

use crate::designs::course::Course;
use crate::section::Section;

/// Clients whose own lines are drawn.
const SAMPLES: usize = 6;
/// Below this many ratings a session's mean is not drawn.
const MIN_DRAWN: u64 = 10;

impl Section<'_> {
    /// Adds the mean at each session of a course with its interval, and the lines of a few clients; nothing where no session has enough
    /// ratings. The words have `{min_drawn}` ratings, `{samples}` clients, and where the mean is `{highest}`: `{highest_at}`, over
    /// `{highest_n}`; `[text]` has the name of the `series`.
    pub fn course(&self, key: &str, course: &Course<'_>, seed: u64) {
        let points = course.points();
        let drawn = points.iter().filter(|p| p.n >= MIN_DRAWN);
        let Some(highest) = drawn.max_by(|a, b| a.mean.total_cmp(&b.mean)) else { return };
        let everyone: Vec<usize> = (0..self.clients.len()).collect();
        let n = self.clients.counts(&everyone).with_rows(points.iter().map(|p| p.n).sum());
        let s = self.over(n).with("min_drawn", MIN_DRAWN).with("samples", SAMPLES);
        let s = s.numbers([("highest_at", highest.x), ("highest", highest.mean)]);
        let s = s.with("highest_n", highest.n);
        s.figure(key, Marks::Groups, |[x, y]| {
            let series = vec![TrajectorySeries { label: s.text("series"), points }];
            let samples = samples(course, self.clients.len(), seed);
            Plot::Trajectory(Trajectory { x, y, series, samples, min_n: MIN_DRAWN })
        });
    }
}

/// A few clients with three ratings or more, drawn at random by the study's seed; none where they would be most of the clients.
fn samples(course: &Course<'_>, clients: usize, seed: u64) -> Vec<Vec<[f64; 2]>> {
    if clients < 10 * SAMPLES {
        return Vec::new();
    }
    let mut generator = Generator::new(seed, "sample lines", 0);
    let enough = |one| course.of_client(one).nth(2).is_some();
    let drawn = generator.different(clients, enough).take(SAMPLES);
    let line = |(session, rating)| [session as f64, rating];
    drawn.map(|one| course.of_client(one).map(line).collect()).collect()
}
