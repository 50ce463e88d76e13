#![forbid(unsafe_code)]
//! Alliance and outcome: do clients with a stronger alliance end better?
//!
//! `pair` holds one alliance and one outcome measure and their client-level questions (early, later, within and between therapists,
//! moderators), `session` those from session to session, with the check whether an effect would be found that is not there. One file
//! per further question: `sites` (and published effects), `together` (several process variables at once), `dropout` (who leaves),
//! `raters`, `reliability`. `words`: paragraphs.

mod dropout;
mod pair;
mod raters;
mod reliability;
mod session;
mod sites;
mod together;
mod words;

use dyad_plugin::derived::{Clients, is_window};
use dyad_plugin::prelude::*;

use crate::pair::Pair;

/// The settings of `[analyses.alliance-outcome]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// First and last session number of the early window.
    early_window: [i64; 2],
    /// The published correlation to compare with, benefit sign.
    benchmark: f64,
    /// Its published 95 % interval; one that does not hold the benchmark belongs to another, and is not used.
    benchmark_interval: [f64; 2],
    /// How far from a published correlation counts as the same for all practical purposes.
    equivalence_margin: f64,
    /// Simulated studies without the lagged effect; 0: none.
    null_simulations: usize,
}

impl Default for Settings {
    fn default() -> Self {
        // Flückiger et al. (2018): r = .278 [.256, .299] over 295 studies.
        Self {
            early_window: [3, 5],
            benchmark: 0.278,
            benchmark_interval: [0.256, 0.299],
            equivalence_margin: 0.1,
            null_simulations: 200,
        }
    }
}

/// What every question starts from.
#[derive(Clone, Copy)]
struct Study<'a> {
    run: &'a Run<Settings>,
    clients: &'a Clients<'a>,
}

struct AllianceOutcome;

impl Analysis for AllianceOutcome {
    type Settings = Settings;
    const EXPLAIN: &'static str = include_str!("../explain.toml");
    const WORDS: &'static str = include_str!("../words.toml");

    fn manifest() -> Manifest {
        Manifest::new("alliance-outcome", env!("CARGO_PKG_VERSION"), "Alliance and outcome")
            .reads(
                "sessions",
                ["client", "session", "day", "@alliance", "@outcome", "@covariate", "@item"],
            )
            .reads(
                "clients",
                ["site", "therapist", "client", "@baseline", "@covariate", "@dropout"],
            )
            .reads("therapists", ["therapist", "@covariate"])
            .needs("alliance")
            .needs("outcome")
    }

    fn check(settings: &Settings) -> Result<(), Failure> {
        let [low, high] = settings.benchmark_interval;
        let margin = settings.equivalence_margin;
        Failure::bad_settings_unless([
            (
                is_window(settings.early_window),
                "early_window needs two session numbers, the first not above the last",
            ),
            (
                settings.benchmark.abs() < 1.0,
                "benchmark is a correlation: it lies between -1 and 1",
            ),
            (
                -1.0 < low && low < high && high < 1.0,
                "benchmark_interval goes from a smaller to a larger correlation",
            ),
            (margin > 0.0 && margin < 1.0, "equivalence_margin is a correlation between 0 and 1"),
            (settings.null_simulations <= 10_000, "null_simulations is at most 10000"),
        ])
    }

    fn analyse(run: &Run<Settings>) -> Result<Findings, Failure> {
        let clients = Clients::of(run)?;
        let (study, mut findings) = (Study { run, clients: &clients }, Findings::new());
        for alliance in run.measures_of(Role::Alliance) {
            for outcome in run.measures_of(Role::Outcome) {
                let pair = Pair::of(study, (alliance, outcome))?;
                pair.early(&mut findings);
                pair.assumptions(&mut findings);
                pair.phases(&mut findings);
                pair.levels(&mut findings);
                session::correlations(&mut findings, &pair);
                session::lagged(&mut findings, &pair)?;
                sites::add(&mut findings, &pair);
                pair.moderators(&mut findings)?;
            }
            dropout::add(&mut findings, study, alliance)?;
            reliability::add(&mut findings, study, alliance)?;
        }
        for outcome in run.measures_of(Role::Outcome) {
            together::add(&mut findings, study, outcome)?;
        }
        raters::add(&mut findings, study)?;
        sites::replications(&mut findings, study)?;
        findings.text = words::text(&findings, run);
        Ok(findings)
    }
}

export_plugin!(AllianceOutcome);
