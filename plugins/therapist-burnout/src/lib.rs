#![forbid(unsafe_code)]
//! Therapist burnout: does it go with the alliance, and how much do therapists matter at all?
//!
//! One file per question: `alliance` and `outcome` (what burnout goes with), `moderation` (whether the alliance counts for less where
//! burnout is high), `therapists` and `explained` (how much lies between therapists, and what of it is burnout), `mediation` (burnout to
//! outcome through the alliance), `prevalence`. What a reader sees besides: `caterpillar`, `diagram`, `tables`, `checks`, `words`.

mod alliance;
mod burnout;
mod caterpillar;
mod checks;
mod diagram;
mod early;
mod explained;
mod mediation;
mod moderation;
mod outcome;
mod prevalence;
mod tables;
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
    /// Below this many clients a therapist enters the models but is shown nowhere alone.
    min_caseload: u32,
    /// Below this mean reliability therapists are not told apart, nor drawn in order.
    min_reliability: f64,
    /// First and last session number of the early window, for mediation and moderation.
    early_window: [i64; 2],
    /// Published share of therapists with burnout, to compare with: an instrument and cut-off of its own.
    published_prevalence: f64,
    /// Power for "what could have been detected".
    power: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            min_therapists: 10,
            min_caseload: 5,
            min_reliability: 0.6,
            early_window: [3, 5],
            published_prevalence: 0.5454,
            power: 0.8,
        }
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
        let is_share = |share: f64| share > 0.0 && share < 1.0;
        if !is_share(settings.published_prevalence) || !(0.5..1.0).contains(&settings.power) {
            return Err(Failure::bad_settings(
                "published_prevalence must lie between 0 and 1, and power from .5 to below 1",
            ));
        }
        if !(0.0..=1.0).contains(&settings.min_reliability) {
            return Err(Failure::bad_settings("min_reliability must lie between 0 and 1"));
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
                explained::add(&mut findings, run, &clients, outcome, &burnout)?;
                for alliance in run.measures_of(Role::Alliance) {
                    moderation::add(&mut findings, run, &clients, (alliance, outcome), &burnout)?;
                    mediation::add(&mut findings, run, &clients, (alliance, outcome), &burnout)?;
                }
            }
            prevalence::add(&mut findings, run, burnout.measure)?;
        }
        for outcome in run.measures_of(Role::Outcome) {
            therapists::add(&mut findings, run, &clients, outcome)?;
        }
        checks::add(&mut findings, run, &clients)?;
        tables::add(&mut findings, run);
        findings.text = words::text(&findings, run);
        Ok(findings)
    }
}

/// What is said beside an estimate that rests on few therapists.
fn few_therapists(estimate: Estimate, run: &Run<Settings>) -> Estimate {
    match estimate.n.therapists {
        Some(n) if n < run.settings().min_therapists && estimate.refused.is_none() => {
            estimate.warn(format!("only {n} therapists: the interval is unreliable"))
        }
        _ => estimate,
    }
}

export_plugin!(TherapistBurnout);
