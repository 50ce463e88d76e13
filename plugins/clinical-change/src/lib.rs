#![forbid(unsafe_code)]
//! Clinical change: how many clients improve, recover, stay as they are, or get worse?
//!
//! One file per subject: `scale` (criterion and cut-offs of an outcome), `rates` (the classes of Jacobson and Truax), `service` (rates by
//! fixed thresholds), `share` (a rate with both its intervals), `effect` (how much clients change), `gains` (sudden ones), `attendance` (who stays), `figure` and `funnel`.

mod attendance;
mod effect;
mod figure;
mod funnel;
mod gains;
mod rates;
mod scale;
mod service;
mod share;
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
        if settings.min_caseload < 1 || !(0.0..=1.0).contains(&settings.sudden_share) {
            return Err(Failure::bad_settings(
                "min_caseload must be 1 or more, and sudden_share must lie between 0 and 1",
            ));
        }
        Ok(())
    }

    fn analyse(run: &Run<Settings>) -> Result<Findings, Failure> {
        let clients = Clients::of(run)?;
        let mut findings = Findings::new();
        for outcome in run.measures_of(Role::Outcome) {
            let scale = scale::Scale::of(run, &clients, outcome)?;
            scale.add(&mut findings);
            let no_last = format!("no {} score", outcome.name());
            let sample =
                clients.complete(&[(&scale.baseline, "no baseline"), (&scale.last, &no_last)]);
            let first = sample.pick(&scale.baseline);
            let pairs: Vec<(f64, f64)> = first.into_iter().zip(sample.pick(&scale.last)).collect();
            rates::add(&mut findings, run.settings(), &clients, &scale, &sample, &pairs);
            service::add(&mut findings, &clients, &scale, &sample, &pairs);
            effect::add(&mut findings, &clients, &scale, &sample, &pairs);
            gains::add(&mut findings, run, &clients, &scale)?;
        }
        attendance::add(&mut findings, run, &clients)?;
        findings.text = words::text(&findings, run);
        Ok(findings)
    }
}

export_plugin!(ClinicalChange);
