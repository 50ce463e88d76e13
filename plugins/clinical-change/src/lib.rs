#![forbid(unsafe_code)]
//! Clinical change: how many clients improve, recover, stay as they are, or get worse?
//!
//! `rates` holds the classes of Jacobson and Truax and the rates by fixed thresholds, `effect` how much clients change, `course` sudden
//! gains on the way and who stays, `words` the paragraphs.

mod course;
mod effect;
mod rates;
mod words;

use dyad_plugin::prelude::*;
use dyad_stats::change::{cutoff_a, cutoff_b, cutoff_c};

dyad_plugin::settings! {
    /// Below this many clients a therapist or site is not a point of a funnel plot.
    min_caseload: u64 = 5;
    /// A sudden gain is at least this share of the score before it.
    sudden_share: f64 = 0.25;
    where
    min_caseload >= 1 && (0.0..=1.0).contains(&sudden_share)
        => "min_caseload must be 1 or more, and sudden_share must lie between 0 and 1";
}

struct ClinicalChange;

impl Analysis for ClinicalChange {
    type Settings = Settings;
    const EXPLAIN: &'static str = include_str!("../explain.toml");
    const WORDS: &'static str = include_str!("../words.toml");

    fn manifest() -> Manifest {
        let title = "Reliable and clinically significant change";
        Manifest::new("clinical-change", env!("CARGO_PKG_VERSION"), title)
            .reads("sessions", ["client", "session", "@outcome"])
            .reads("clients", ["site", "therapist", "client", "@baseline", "@dropout"])
            .needs("outcome")
    }

    fn analyse(run: &Run<Settings>) -> Result<Findings, Failure> {
        let study = Study::of(run)?;
        for measure in run.measures_of(Role::Outcome) {
            let outcome = study.before_after("Y", measure)?;
            let s = &outcome.at_intake;
            s.add("Y/rci_criterion", outcome.criterion());
            s.add("Y/cutoff_a", outcome.cutoff(cutoff_a));
            s.add("Y/cutoff_b", outcome.cutoff(cutoff_b));
            s.add("Y/cutoff_c", outcome.cutoff(cutoff_c));
            rates::classes(&outcome, run.settings().min_caseload);
            rates::by_thresholds(&outcome);
            effect::effects(&outcome);
            course::sudden_changes(&study, &outcome)?;
        }
        course::attendance(&study)?;
        Ok(words::close(study))
    }
}

export_plugin!(ClinicalChange);
