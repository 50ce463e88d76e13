#![forbid(unsafe_code)]
//! Rupture and repair: how often does the alliance break, and what becomes of it?
//!
//! No standard rule exists, so several detectors run on the same clients and stand side by side, every parameter printed. One file
//! per question: `detectors` (the rules), `counts` (how many, and how many there would be in noise), `course` (per session, and their
//! shapes), `agreement`, `dropout`, `retention`, `outcome`, `sensitivity` (how far the answers depend on the rules). `words`: paragraphs.

mod agreement;
mod counts;
mod course;
mod detectors;
mod dropout;
mod outcome;
mod retention;
mod sensitivity;
mod words;

use detectors::Judged;
use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use outcome::Compared;

/// The settings of `[analyses.rupture-repair]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Ratings a client needs to be judged, the same for every detector.
    min_ratings: usize,
    /// Sessions after a rupture in which a repair counts.
    repair_window: i64,
    /// Scale points by which the rating before a drop may be missed and the drop still counts as repaired.
    repair_tolerance: f64,
    /// Scale points of `fixed_drop`.
    fixed_drop: f64,
    /// Residual standard deviations of `criterion_sd`.
    criterion_k: f64,
    /// Simulated studies without ruptures, from 20.
    noise_replicates: u64,
    /// Scale points of a drop under which the dropout model is tried, beside `fixed_drop`.
    drop_thresholds: Vec<f64>,
    /// Windows of repair under which the outcome model is tried, beside `repair_window`.
    repair_windows: Vec<i64>,
    /// Reliability of the alliance for `rci_drop`, where the study file declares none.
    alliance_reliability: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            min_ratings: 5,
            repair_window: 3,
            repair_tolerance: 0.25,
            fixed_drop: 1.0,
            criterion_k: 1.0,
            noise_replicates: 200,
            drop_thresholds: vec![0.5, 0.75, 1.0, 1.25, 1.5],
            repair_windows: vec![2, 3, 5],
            alliance_reliability: 0.90,
        }
    }
}

struct RuptureRepair;

impl Analysis for RuptureRepair {
    type Settings = Settings;
    const EXPLAIN: &'static str = include_str!("../explain.toml");
    const WORDS: &'static str = include_str!("../words.toml");

    fn manifest() -> Manifest {
        Manifest::new("rupture-repair", env!("CARGO_PKG_VERSION"), "Rupture and repair")
            .reads("sessions", ["client", "session", "@alliance", "@outcome"])
            .reads("clients", ["site", "therapist", "client", "@baseline", "@dropout"])
            .needs("alliance")
    }

    fn check(settings: &Settings) -> Result<(), Failure> {
        let reliability = settings.alliance_reliability;
        let positive = |window: &i64| *window >= 1;
        Failure::bad_settings_unless([
            (
                settings.min_ratings >= 3,
                "min_ratings must be 3 or more: a limit from fewer ratings says nothing",
            ),
            (
                positive(&settings.repair_window)
                    && settings.fixed_drop > 0.0
                    && settings.criterion_k > 0.0,
                "repair_window, fixed_drop and criterion_k must be positive",
            ),
            (
                (20..=10_000).contains(&settings.noise_replicates),
                "noise_replicates must lie between 20 and 10,000",
            ),
            (
                settings.drop_thresholds.iter().all(|drop| *drop > 0.0)
                    && settings.repair_windows.iter().all(positive),
                "every one of drop_thresholds and repair_windows must be positive",
            ),
            (
                (0.0..1.0).contains(&reliability) && settings.repair_tolerance >= 0.0,
                "alliance_reliability must lie between 0 and 1, and repair_tolerance must not be negative",
            ),
        ])
    }

    fn analyse(run: &Run<Settings>) -> Result<Findings, Failure> {
        let clients = Clients::of(run)?;
        let mut findings = Findings::new();
        let mut at_risk = dropout::AtRisk::of(run, &clients)?;
        for alliance in run.measures_of(Role::Alliance) {
            let judged = Judged::of(run, &clients, alliance)?;
            counts::noise(&mut findings, &judged);
            counts::add(&mut findings, &judged);
            agreement::add(&mut findings, &judged);
            course::rate(&mut findings, &judged);
            course::shapes(&mut findings, &judged);
            dropout::add(&mut findings, &judged, &mut at_risk)?;
            sensitivity::of_dropout(&mut findings, &judged, &mut at_risk)?;
            for outcome in run.measures_of(Role::Outcome) {
                let compared = Compared::of(&judged, outcome)?;
                outcome::add(&mut findings, &compared);
                sensitivity::of_outcome(&mut findings, &compared);
            }
        }
        retention::add(&mut findings, run, &clients)?;
        findings.text = words::text(&findings, run);
        Ok(findings)
    }
}

export_plugin!(RuptureRepair);
