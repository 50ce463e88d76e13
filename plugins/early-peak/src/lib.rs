#![forbid(unsafe_code)]
//! Early peak: does the alliance peak around session 3?

mod growth;
mod means;
mod peak;
mod verdict;
mod words;

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;

/// The settings of `[analyses.early-peak]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// First and last session number of the window in which a peak is sought.
    peak_window: [i64; 2],
    /// The session the claim is about.
    peak_session: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { peak_window: [1, 5], peak_session: 3 }
    }
}

struct EarlyPeak;

impl Analysis for EarlyPeak {
    type Settings = Settings;
    const EXPLAIN: &'static str = include_str!("../explain.toml");

    fn manifest() -> Manifest {
        Manifest::new("early-peak", env!("CARGO_PKG_VERSION"), "Early peak of the alliance")
            .reads("sessions", ["client", "session", "@alliance"])
            .reads("clients", ["site", "therapist", "client"])
            .needs("alliance")
    }

    fn check(settings: &Settings) -> Result<(), Failure> {
        let [first, last] = settings.peak_window;
        if first < 1 || last <= first || !(first..=last).contains(&settings.peak_session) {
            return Err(Failure::bad_settings(
                "peak_window needs two session numbers, the first below the last, and peak_session must lie between them",
            ));
        }
        Ok(())
    }

    fn analyse(run: &Run<Settings>) -> Result<Findings, Failure> {
        let clients = Clients::of(run)?;
        let mut findings = Findings::new();
        for alliance in run.measures_of(Role::Alliance) {
            means::add(&mut findings, run, &clients, alliance)?;
            peak::add(&mut findings, run, &clients, alliance)?;
            growth::add(&mut findings, run, &clients, alliance)?;
            verdict::add(&mut findings, run, alliance);
        }
        findings.text = words::text(&findings, run);
        Ok(findings)
    }
}

export_plugin!(EarlyPeak);
