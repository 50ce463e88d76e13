#![forbid(unsafe_code)]
//! Rupture and repair: how often does the alliance break, and what becomes of it?
//!
//! No standard rule exists, so several detectors run on the same clients and stand side by side, every parameter printed. One file
//! per question: `detectors` (the rules), `counts`, `agreement`, `dropout`, `outcome`.

mod agreement;
mod counts;
mod detectors;
mod dropout;
mod outcome;
mod words;

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;

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
            alliance_reliability: 0.90,
        }
    }
}

struct RuptureRepair;

impl Analysis for RuptureRepair {
    type Settings = Settings;
    const EXPLAIN: &'static str = include_str!("../explain.toml");

    fn manifest() -> Manifest {
        Manifest::new("rupture-repair", env!("CARGO_PKG_VERSION"), "Rupture and repair")
            .reads("sessions", ["client", "session", "@alliance", "@outcome"])
            .reads("clients", ["site", "therapist", "client", "@baseline", "@dropout"])
            .needs("alliance")
    }

    fn check(settings: &Settings) -> Result<(), Failure> {
        if settings.min_ratings < 3 {
            return Err(Failure::bad_settings(
                "min_ratings must be 3 or more: a limit from fewer ratings says nothing",
            ));
        }
        if settings.repair_window < 1 || settings.fixed_drop <= 0.0 || settings.criterion_k <= 0.0 {
            return Err(Failure::bad_settings(
                "repair_window, fixed_drop and criterion_k must be positive",
            ));
        }
        if !(0.0..1.0).contains(&settings.alliance_reliability) || settings.repair_tolerance < 0.0 {
            return Err(Failure::bad_settings(
                "alliance_reliability must lie between 0 and 1, and repair_tolerance must not be negative",
            ));
        }
        Ok(())
    }

    fn analyse(run: &Run<Settings>) -> Result<Findings, Failure> {
        let clients = Clients::of(run)?;
        let mut findings = Findings::new();
        for alliance in run.measures_of(Role::Alliance) {
            let judged = detectors::judge(run, &clients, alliance)?;
            counts::add(&mut findings, run, alliance, &judged);
            agreement::add(&mut findings, alliance, &judged);
            dropout::add(&mut findings, run, &clients, alliance)?;
            for outcome in run.measures_of(Role::Outcome) {
                outcome::add(&mut findings, run, &clients, (alliance, outcome), &judged)?;
            }
        }
        findings.text = words::text(&findings, run);
        Ok(findings)
    }
}

export_plugin!(RuptureRepair);
