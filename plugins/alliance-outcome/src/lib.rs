#![forbid(unsafe_code)]
//! Alliance and outcome: do clients with a stronger alliance end better?
//!
//! One file per question: `early` (client level), `levels` (within and between therapists), `session` (session to session), `lagged`
//! (the next session), `raters`, `sites`, `reliability`.

mod early;
mod figures;
mod lagged;
mod levels;
mod raters;
mod reliability;
mod replication;
mod session;
mod sites;
mod words;

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::mixed::Fit;

/// The settings of `[analyses.alliance-outcome]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// First and last session number of the early window.
    early_window: [i64; 2],
    /// The published correlation to compare with, benefit sign.
    benchmark: f64,
    /// How far from a published correlation counts as the same for all practical purposes.
    equivalence_margin: f64,
}

impl Default for Settings {
    fn default() -> Self {
        // Flückiger et al. (2018): r = .278 over 295 studies.
        Self { early_window: [3, 5], benchmark: 0.278, equivalence_margin: 0.1 }
    }
}

struct AllianceOutcome;

impl Analysis for AllianceOutcome {
    type Settings = Settings;
    const EXPLAIN: &'static str = include_str!("../explain.toml");

    fn manifest() -> Manifest {
        Manifest::new("alliance-outcome", env!("CARGO_PKG_VERSION"), "Alliance and outcome")
            .reads("sessions", ["client", "session", "@alliance", "@outcome", "@item"])
            .reads("clients", ["site", "therapist", "client", "@baseline"])
            .needs("alliance")
            .needs("outcome")
    }

    fn check(settings: &Settings) -> Result<(), Failure> {
        let [first, last] = settings.early_window;
        if first < 1 || last < first {
            return Err(Failure::bad_settings(
                "early_window needs two session numbers, the first not above the last",
            ));
        }
        if settings.benchmark.abs() >= 1.0 {
            return Err(Failure::bad_settings(
                "benchmark is a correlation: it lies between -1 and 1",
            ));
        }
        if !(settings.equivalence_margin > 0.0 && settings.equivalence_margin < 1.0) {
            return Err(Failure::bad_settings(
                "equivalence_margin is a correlation between 0 and 1",
            ));
        }
        Ok(())
    }

    fn analyse(run: &Run<Settings>) -> Result<Findings, Failure> {
        let clients = Clients::of(run)?;
        let mut findings = Findings::new();
        for alliance in run.measures_of(Role::Alliance) {
            for outcome in run.measures_of(Role::Outcome) {
                early::add(&mut findings, run, &clients, alliance, outcome)?;
                levels::add(&mut findings, run, &clients, alliance, outcome)?;
                session::add(&mut findings, run, &clients, alliance, outcome)?;
                lagged::add(&mut findings, run, &clients, alliance, outcome)?;
                sites::add(&mut findings, run, &clients, alliance, outcome)?;
            }
            reliability::add(&mut findings, run, &clients, alliance)?;
        }
        raters::add(&mut findings, run, &clients)?;
        replication::add(&mut findings, run, &clients)?;
        findings.text = words::text(&findings, run);
        Ok(findings)
    }
}

/// A coefficient of a mixed model as an estimate, or why there is none.
fn coefficient(estimate: Estimate, fit: &Result<Fit, String>, weights: &[(&str, f64)]) -> Estimate {
    let estimate = estimate.source("bates2015").source("kuznetsova2017");
    let fit = match fit {
        Ok(fit) => fit,
        Err(reason) => return estimate.refused(reason.as_str()),
    };
    match fit.contrast(weights) {
        Err(reason) => estimate.refused(reason.to_string()),
        Ok(b) => {
            let given = estimate
                .tested(b.estimate, b.se, b.ci, (b.t, b.df), b.p)
                .detail("criterion", fit.criterion);
            if fit.singular {
                given.warn("a variance is estimated as 0 (singular fit): the degrees of freedom are unreliable")
            } else {
                given
            }
        }
    }
}

export_plugin!(AllianceOutcome);
