#![forbid(unsafe_code)]
//! Clinical change: how many clients improve, recover, stay as they are, or get worse?
//!
//! One file per subject: `outcome` (clients before and after, criterion and cut-offs), `rates` (the classes of Jacobson and Truax, and
//! rates by fixed thresholds), `effect` (how much clients change), `gains` (sudden ones), `attendance` (who stays). What a reader sees
//! besides: `figure`, `funnel`, `words`.

mod attendance;
mod effect;
mod figure;
mod funnel;
mod gains;
mod outcome;
mod rates;
mod words;

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;

/// The settings of `[analyses.clinical-change]`. Reliability, norms, caseness and reliable change belong to the measure.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Below this many clients a therapist or site is not a point of a funnel plot.
    min_caseload: u64,
    /// A sudden gain is at least this share of the score before it.
    sudden_share: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { min_caseload: 5, sudden_share: 0.25 }
    }
}

struct ClinicalChange;

impl Analysis for ClinicalChange {
    type Settings = Settings;
    const EXPLAIN: &'static str = include_str!("../explain.toml");
    const WORDS: &'static str = include_str!("../words.toml");

    fn manifest() -> Manifest {
        Manifest::new(
            "clinical-change",
            env!("CARGO_PKG_VERSION"),
            "Reliable and clinically significant change",
        )
        .reads("sessions", ["client", "session", "@outcome"])
        .reads("clients", ["site", "therapist", "client", "@baseline", "@dropout"])
        .needs("outcome")
    }

    fn check(settings: &Settings) -> Result<(), Failure> {
        Failure::bad_settings_unless([(
            settings.min_caseload >= 1 && (0.0..=1.0).contains(&settings.sudden_share),
            "min_caseload must be 1 or more, and sudden_share must lie between 0 and 1",
        )])
    }

    fn analyse(run: &Run<Settings>) -> Result<Findings, Failure> {
        let clients = Clients::of(run)?;
        let mut findings = Findings::new();
        for measure in run.measures_of(Role::Outcome) {
            let outcome = outcome::Outcome::of(run, &clients, measure)?;
            findings.estimates.extend(outcome.scale());
            rates::add(&mut findings, &outcome);
            effect::add(&mut findings, &outcome);
            gains::add(&mut findings, &outcome);
        }
        attendance::add(&mut findings, run, &clients)?;
        findings.text = words::text(&findings, run);
        Ok(findings)
    }
}

export_plugin!(ClinicalChange);
