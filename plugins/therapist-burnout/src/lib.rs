#![forbid(unsafe_code)]
//! Therapist burnout: does it go with the alliance, and how much do therapists matter at all?
//!
//! One file per question: `alliance` and `outcome` (what burnout goes with), `therapists` (how much lies between them), `mediation` (burnout to
//! outcome through the alliance), `prevalence`.

mod alliance;
mod burnout;
mod mediation;
mod outcome;
mod prevalence;
mod therapists;
mod words;

use burnout::Burnout;
use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;

/// The settings of `[analyses.therapist-burnout]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Below this many therapists a warning stands beside every estimate about therapists.
    min_therapists: u64,
    /// First and last session number of the early window, for the mediation.
    early_window: [i64; 2],
}

impl Default for Settings {
    fn default() -> Self {
        Self { min_therapists: 10, early_window: [3, 5] }
    }
}

struct TherapistBurnout;

impl Analysis for TherapistBurnout {
    type Settings = Settings;
    const EXPLAIN: &'static str = include_str!("../explain.toml");

    fn manifest() -> Manifest {
        Manifest::new("therapist-burnout", env!("CARGO_PKG_VERSION"), "Therapists and burnout")
            .reads("sessions", ["therapist", "client", "session", "@alliance", "@outcome"])
            .reads("clients", ["site", "therapist", "client", "@baseline"])
            .reads("therapists", ["site", "therapist", "@burnout"])
    }

    fn check(settings: &Settings) -> Result<(), Failure> {
        let [first, last] = settings.early_window;
        if first < 1 || last < first {
            return Err(Failure::bad_settings(
                "early_window needs two session numbers, the first not above the last",
            ));
        }
        Ok(())
    }

    fn analyse(run: &Run<Settings>) -> Result<Findings, Failure> {
        let clients = Clients::of(run)?;
        let mut findings = Findings::new();
        for burnout in run.measures_of(Role::Burnout) {
            let burnout = Burnout::of(run, burnout)?;
            for alliance in run.measures_of(Role::Alliance) {
                alliance::add(&mut findings, run, &clients, alliance, &burnout)?;
            }
            for outcome in run.measures_of(Role::Outcome) {
                outcome::add(&mut findings, run, &clients, outcome, &burnout)?;
                for alliance in run.measures_of(Role::Alliance) {
                    mediation::add(&mut findings, run, &clients, (alliance, outcome), &burnout)?;
                }
            }
            prevalence::add(&mut findings, run, burnout.measure)?;
        }
        for outcome in run.measures_of(Role::Outcome) {
            therapists::add(&mut findings, run, &clients, outcome)?;
        }
        findings.text = words::text(&findings, run);
        Ok(findings)
    }
}

/// What is said beside an estimate that rests on few therapists.
fn few_therapists(estimate: Estimate, run: &Run<Settings>) -> Estimate {
    match estimate.n.therapists {
        Some(n) if n < run.settings().min_therapists => {
            estimate.warn(format!("only {n} therapists: the interval is unreliable"))
        }
        _ => estimate,
    }
}

export_plugin!(TherapistBurnout);
