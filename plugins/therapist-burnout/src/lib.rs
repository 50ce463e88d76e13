#![forbid(unsafe_code)]
//! Therapist burnout: does it go with the alliance, and how much do therapists matter at all?
//!
//! One file per question: `burnout` (what it goes with), `through` (moderation and mediation by the alliance), `therapists` (how much
//! lies between them, and what of it is burnout), `prevalence`. `words` holds what a reader sees besides the numbers.

mod burnout;
mod prevalence;
mod therapists;
mod through;
mod words;

use burnout::Burnout;
use dyad_plugin::derived::{Clients, is_window};
use dyad_plugin::prelude::*;
use therapists::Therapists;
use through::Through;

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
    const WORDS: &'static str = include_str!("../words.toml");

    fn manifest() -> Manifest {
        Manifest::new("therapist-burnout", env!("CARGO_PKG_VERSION"), "Therapists and burnout")
            .reads("sessions", ["therapist", "client", "session", "@alliance", "@outcome"])
            .reads("clients", ["site", "therapist", "client", "@baseline"])
            .reads("therapists", ["site", "therapist", "@burnout"])
    }

    fn check(settings: &Settings) -> Result<(), Failure> {
        let share = settings.published_prevalence;
        Failure::bad_settings_unless([
            (
                is_window(settings.early_window),
                "early_window needs two session numbers, the first not above the last",
            ),
            (
                share > 0.0 && share < 1.0 && (0.5..1.0).contains(&settings.power),
                "published_prevalence must lie between 0 and 1, and power from .5 to below 1",
            ),
            (
                (0.0..=1.0).contains(&settings.min_reliability),
                "min_reliability must lie between 0 and 1",
            ),
        ])
    }

    fn analyse(run: &Run<Settings>) -> Result<Findings, Failure> {
        let clients = Clients::of(run)?;
        let mut findings = Findings::new();
        for measure in run.measures_of(Role::Burnout) {
            let burnout = Burnout::of(run, &clients, measure)?;
            for alliance in run.measures_of(Role::Alliance) {
                findings.estimates.extend(burnout.and_alliance(alliance)?);
            }
            for outcome in run.measures_of(Role::Outcome) {
                findings.estimates.extend(burnout.and_outcome(outcome)?);
                let therapists = Therapists::of(run, &clients, outcome)?;
                findings.estimates.push(therapists.explained(&burnout));
                for alliance in run.measures_of(Role::Alliance) {
                    let through = Through::of(&burnout, alliance, outcome)?;
                    findings.estimates.extend(through.moderation());
                    let (paths, diagram) = through.mediation();
                    findings.estimates.extend(paths);
                    findings.figures.extend(diagram);
                }
            }
            prevalence::add(&mut findings, run, measure)?;
        }
        for outcome in run.measures_of(Role::Outcome) {
            Therapists::of(run, &clients, outcome)?.add(&mut findings);
        }
        words::notes(&mut findings, run, &clients);
        words::tables(&mut findings, run);
        findings.text = words::text(&findings, run);
        Ok(findings)
    }
}

export_plugin!(TherapistBurnout);
