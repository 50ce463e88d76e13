#![forbid(unsafe_code)]
//! Clinical change: how many clients improve, recover, stay as they are, or get worse?
//!
//! One file per subject: `scale` (criterion and cut-offs of an outcome), `rates` (the classes as rates with both intervals), `figure`.

mod figure;
mod rates;
mod scale;
mod words;

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;

/// The settings of `[analyses.clinical-change]`: none, because reliability, norms and caseness belong to the measure.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {}

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
        .reads("clients", ["site", "therapist", "client", "@baseline"])
        .needs("outcome")
    }

    fn analyse(run: &Run<Settings>) -> Result<Findings, Failure> {
        let clients = Clients::of(run)?;
        let mut findings = Findings::new();
        for outcome in run.measures_of(Role::Outcome) {
            let scale = scale::Scale::of(run, &clients, outcome)?;
            scale.add(&mut findings);
            rates::add(&mut findings, &clients, &scale);
        }
        findings.text = words::text(&findings, run);
        Ok(findings)
    }
}

export_plugin!(ClinicalChange);
