#![forbid(unsafe_code)]
//! Rupture and repair: how often does the alliance break, and what becomes of it?
//!
//! No standard rule exists, so several detectors run on the same clients and stand side by side, every parameter printed: what they
//! count, and how ruptures come and go (`counts`), and what follows them (`after`).

mod after;
mod counts;
mod words;

use dyad_plugin::designs::exposed::Exposed;
use dyad_plugin::prelude::*;

dyad_plugin::settings! {
    /// Ratings a client needs to be judged, the same for every detector.
    min_ratings: usize = 5;
    /// Sessions after a rupture in which a repair counts.
    repair_window: i64 = 3;
    /// Scale points by which the rating before a drop may be missed and the drop still counts as repaired.
    repair_tolerance: f64 = 0.25;
    /// Scale points of `fixed_drop`.
    fixed_drop: f64 = 1.0;
    /// Residual standard deviations of `criterion_sd`.
    criterion_k: f64 = 1.0;
    /// Simulated studies without ruptures, from 20.
    noise_replicates: u64 = 200;
    /// Scale points of a drop under which the dropout model is tried, beside `fixed_drop`.
    drop_thresholds: Vec<f64> = vec![0.5, 0.75, 1.0, 1.25, 1.5];
    /// Windows of repair under which the outcome model is tried, beside `repair_window`.
    repair_windows: Vec<i64> = vec![2, 3, 5];
    /// Reliability of the alliance for `rci_drop`, where the study file declares none.
    alliance_reliability: f64 = 0.90;
    where
    min_ratings >= 3 => "min_ratings must be 3 or more: a limit from fewer ratings says nothing";
    repair_window >= 1 && fixed_drop > 0.0 && criterion_k > 0.0
        => "repair_window, fixed_drop and criterion_k must be positive";
    (20..=10_000).contains(&noise_replicates) => "noise_replicates must lie between 20 and 10,000";
    drop_thresholds.iter().all(|drop| *drop > 0.0) && repair_windows.iter().all(|window| *window >= 1)
        => "every one of drop_thresholds and repair_windows must be positive";
    (0.0..1.0).contains(&alliance_reliability) && repair_tolerance >= 0.0
        => "alliance_reliability must lie between 0 and 1, and repair_tolerance must not be negative";
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

    fn analyse(run: &Run<Settings>) -> Result<Findings, Failure> {
        let study = Study::of(run)?;
        let mut at_risk = Exposed::of(&study, "dropout unknown")?;
        for alliance in run.measures_of(Role::Alliance) {
            let all = counts::detect(&study, alliance)?;
            counts::by_detector(&all, run, alliance);
            counts::agreement(&all);
            counts::rate_and_shapes(&all, run.settings());
            after::leaving(&all, &mut at_risk, run.settings());
            for outcome in run.measures_of(Role::Outcome) {
                after::outcome(&all, &study, outcome)?;
            }
        }
        after::retention(&study)?;
        Ok(words::close(study))
    }
}

export_plugin!(RuptureRepair);
