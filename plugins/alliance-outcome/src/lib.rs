#![forbid(unsafe_code)]
//! Alliance and outcome: do clients with a stronger alliance end better?
//!
//! `clients` asks it once per client, `sessions` from one session to the next, `sites` across sites and beside published correlations,
//! `raters` of those who rate. `words` says what came out.

mod clients;
mod raters;
mod sessions;
mod sites;
mod words;

use dyad_plugin::derived::is_window;
use dyad_plugin::prelude::*;

dyad_plugin::settings! {
    /// First and last session number of the early window.
    early_window: [i64; 2] = [3, 5];
    /// The published correlation to compare with, benefit sign: r = .278 [.256, .299] over 295 studies (Flückiger et al., 2018).
    benchmark: f64 = 0.278;
    /// Its published 95 % interval; one that does not hold the benchmark belongs to another, and is not used.
    benchmark_interval: [f64; 2] = [0.256, 0.299];
    /// How far from a published correlation counts as the same for all practical purposes.
    equivalence_margin: f64 = 0.1;
    /// Simulated studies without the lagged effect; 0: none.
    null_simulations: usize = 200;
    where
    is_window(early_window) => "early_window needs two session numbers, the first not above the last";
    benchmark.abs() < 1.0 => "benchmark is a correlation: it lies between -1 and 1";
    -1.0 < benchmark_interval[0] && benchmark_interval[0] < benchmark_interval[1] && benchmark_interval[1] < 1.0
        => "benchmark_interval goes from a smaller to a larger correlation";
    equivalence_margin > 0.0 && equivalence_margin < 1.0 => "equivalence_margin is a correlation between 0 and 1";
    null_simulations <= 10_000 => "null_simulations is at most 10000";
}

type Study<'r> = dyad_plugin::Study<'r, Settings>;

struct AllianceOutcome;

impl Analysis for AllianceOutcome {
    type Settings = Settings;
    const EXPLAIN: &'static str = include_str!("../explain.toml");
    const WORDS: &'static str = include_str!("../words.toml");

    fn manifest() -> Manifest {
        let of_sessions =
            ["client", "session", "day", "@alliance", "@outcome", "@covariate", "@item"];
        let of_clients = ["site", "therapist", "client", "@baseline", "@covariate", "@dropout"];
        Manifest::new("alliance-outcome", env!("CARGO_PKG_VERSION"), "Alliance and outcome")
            .reads("sessions", of_sessions)
            .reads("clients", of_clients)
            .reads("therapists", ["therapist", "@covariate"])
            .needs("alliance")
            .needs("outcome")
    }

    fn analyse(run: &Run<Settings>) -> Result<Findings, Failure> {
        let study = Study::of(run)?;
        for alliance in run.measures_of(Role::Alliance) {
            for outcome in run.measures_of(Role::Outcome) {
                let pair = study.pair(alliance, outcome, run.settings().early_window)?;
                clients::early(&pair);
                clients::phases(&pair);
                clients::levels(&pair);
                sessions::correlations(&pair);
                sessions::lagged(&study, &pair)?;
                sites::pooled(&study, &pair);
                clients::moderators(&study, &pair)?;
            }
            sessions::dropout(&study, alliance)?;
            raters::reliability(&study, alliance)?;
        }
        for outcome in run.measures_of(Role::Outcome) {
            clients::together(&study, outcome)?;
        }
        raters::compared(&study)?;
        sites::replications(&study)?;
        Ok(words::close(study))
    }
}

export_plugin!(AllianceOutcome);
