#![forbid(unsafe_code)]
//! Early peak: does the alliance peak around session 3?
//!
//! `course` collects the ratings once; `means`, `peak` (the highest rating, its two nulls, the contrast), `who` (completers,
//! all, model), `growth` (parabola, knots, phases) and `typology` each ask their question; `verdict` puts them together.

mod course;
mod growth;
mod means;
mod peak;
mod typology;
mod verdict;
mod who;
mod words;

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::growth::Term;

use crate::course::Course;

/// The settings of `[analyses.early-peak]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// First and last session number of the window in which a peak is sought.
    peak_window: [i64; 2],
    /// The session the claim is about.
    peak_session: i64,
    /// Where a second phase ends and the alliance may recover.
    second_knot: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { peak_window: [1, 5], peak_session: 3, second_knot: 7 }
    }
}

impl Settings {
    /// The sessions of the window besides the tested one.
    fn others(&self) -> impl Iterator<Item = Term> {
        let [first, last] = self.peak_window;
        (first..=last).filter(|session| *session != self.peak_session).map(Term::At)
    }
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

    fn check(settings: &Settings) -> Result<(), Failure> {
        let [first, last] = settings.peak_window;
        let is_inside = (first..=last).contains(&settings.peak_session);
        Failure::bad_settings_unless([
            (
                first >= 1 && first < last && is_inside,
                "peak_window needs two session numbers, the first below the last, and peak_session must lie between them",
            ),
            (
                settings.second_knot > settings.peak_session,
                "second_knot is a session after peak_session",
            ),
        ])
    }

    fn analyse(run: &Run<Settings>) -> Result<Findings, Failure> {
        let clients = Clients::of(run)?;
        let mut findings = Findings::new();
        for alliance in run.measures_of(Role::Alliance) {
            let course = Course::of(run, &clients, alliance)?;
            means::add(&mut findings, &course);
            peak::add(&mut findings, &course);
            who::add(&mut findings, &course);
            growth::add(&mut findings, &course);
            typology::add(&mut findings, &course);
            verdict::add(&mut findings, &course);
        }
        findings.text = words::text(&findings, run);
        Ok(findings)
    }
}

export_plugin!(EarlyPeak);
