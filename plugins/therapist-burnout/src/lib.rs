#![forbid(unsafe_code)]
//! Therapist burnout: does it go with the alliance, and how much do therapists matter at all?
//!
//! `burnout` holds a burnout measure, its prevalence, and what it goes with from session to session, `through` moderation and mediation
//! by the alliance, `therapists` how much of an outcome lies between them and what of it is burnout.

mod burnout;
mod therapists;
mod through;
mod words;

use burnout::Burnout;
use dyad_plugin::derived::is_window;
use dyad_plugin::prelude::*;

dyad_plugin::settings! {
    /// Below this many therapists a warning stands beside every estimate about therapists.
    min_therapists: u64 = 10;
    /// Below this many clients a therapist enters the models but is shown nowhere alone.
    min_caseload: u32 = 5;
    /// Below this mean reliability therapists are not told apart, nor drawn in order.
    min_reliability: f64 = 0.6;
    /// First and last session number of the early window, for mediation and moderation.
    early_window: [i64; 2] = [3, 5];
    /// Published share of therapists with burnout, to compare with: an instrument and cut-off of its own.
    published_prevalence: f64 = 0.5454;
    /// Power for "what could have been detected".
    power: f64 = 0.8;
    where
    is_window(early_window) => "early_window needs two session numbers, the first not above the last";
    published_prevalence > 0.0 && published_prevalence < 1.0 && (0.5..1.0).contains(&power)
        => "published_prevalence must lie between 0 and 1, and power from .5 to below 1";
    (0.0..=1.0).contains(&min_reliability) => "min_reliability must lie between 0 and 1";
}

/// The study with these settings.
type Study<'r> = dyad_plugin::Study<'r, Settings>;

struct TherapistBurnout;

impl Analysis for TherapistBurnout {
    type Settings = Settings;
    const EXPLAIN: &'static str = include_str!("../explain.toml");
    const WORDS: &'static str = include_str!("../words.toml");

    fn manifest() -> Manifest {
        Manifest::new("therapist-burnout", env!("CARGO_PKG_VERSION"), "Therapists and burnout")
            .reads("sessions", ["therapist", "client", "session", "@alliance", "@outcome"])
            .reads("clients", ["site", "therapist", "client", "@baseline"])
            .reads("therapists", ["site", "therapist", "@burnout"])
    }

    fn analyse(run: &Run<Settings>) -> Result<Findings, Failure> {
        let study = Study::of(run)?;
        study.section().note_caseloads("note.caseload", study.settings().min_caseload);
        for measure in study.measures_of(Role::Burnout) {
            let burnout = Burnout::of(&study, measure)?;
            for alliance in study.measures_of(Role::Alliance) {
                burnout.and_alliance(alliance)?;
            }
            for outcome in study.measures_of(Role::Outcome) {
                burnout.and_outcome(outcome)?;
            }
            burnout.section.summary("burnout-B");
            for outcome in study.measures_of(Role::Outcome) {
                therapists::explained_by(&burnout, outcome)?;
                for alliance in study.measures_of(Role::Alliance) {
                    through::through_alliance(&burnout, alliance, outcome)?;
                }
            }
            burnout::prevalence(&study, measure)?;
        }
        for outcome in study.measures_of(Role::Outcome) {
            therapists::between(&study, outcome)?;
        }
        Ok(words::close(study))
    }
}

export_plugin!(TherapistBurnout);
