#![forbid(unsafe_code)]
//! Early peak: does the alliance peak around session 3?
//!
//! `sessions` looks at single sessions: their means, where clients peak, how far the tested one stands out. `growth` looks at the course by
//! mixed models, and at the kinds of course. `words` has the verdict and the paragraphs.

mod growth;
mod sessions;
mod words;

use dyad_plugin::derived::{in_window, is_window};
use dyad_plugin::designs::course::Course;
use dyad_plugin::prelude::*;

dyad_plugin::settings! {
    /// First and last session number of the window in which a peak is sought.
    peak_window: [i64; 2] = [1, 5];
    /// The session the claim is about.
    peak_session: i64 = 3;
    /// Where a second phase ends and the alliance may recover.
    second_knot: i64 = 7;
    where
    is_window(peak_window) && peak_window[0] < peak_window[1] && in_window(Some(peak_session), peak_window)
        => "peak_window needs two session numbers, the first below the last, and peak_session must lie between them";
    second_knot > peak_session => "second_knot is a session after peak_session";
}

struct EarlyPeak;

impl Analysis for EarlyPeak {
    type Settings = Settings;
    const EXPLAIN: &'static str = include_str!("../explain.toml");
    const WORDS: &'static str = include_str!("../words.toml");

    fn manifest() -> Manifest {
        Manifest::new("early-peak", env!("CARGO_PKG_VERSION"), "Early peak of the alliance")
            .reads("sessions", ["client", "session", "@alliance"])
            .reads("clients", ["site", "therapist", "client"])
            .needs("alliance")
    }

    fn analyse(run: &Run<Settings>) -> Result<Findings, Failure> {
        let study = Study::of(run)?;
        for measure in run.measures_of(Role::Alliance) {
            let course = Course::of(study.about("A", measure), study.scores(measure)?);
            sessions::means(&course, run.settings(), run.seed());
            sessions::peaks_and_contrasts(&course, run.settings());
            growth::window(&course, run.settings())?;
            growth::knots(&course, run.settings())?;
            growth::kinds(&course);
            words::verdict(&course.section, run.settings().peak_session);
        }
        Ok(words::close(study))
    }
}

export_plugin!(EarlyPeak);
