//! The detectors, and what each says of every rated session of the clients with enough ratings.

use dyad_plugin::prelude::*;
use dyad_stats::change::reliable_change;
use dyad_stats::moments::Moments;
use dyad_stats::sequence::{Detections, MovingRange, Repair, Rule};

use crate::Study;

/// The detector of whatever needs one, by its position: the median moving range is not inflated by the ruptures it should find.
pub(crate) const DEFAULT: usize = 1;

pub(crate) struct Detector {
    pub(crate) name: &'static str,
    /// Its part of an id.
    id: &'static str,
    /// Why it cannot be applied, where it cannot.
    pub(crate) rule: Result<Rule, String>,
}

impl Detector {
    /// Its name as a reader sees it.
    pub(crate) fn label(&self) -> String {
        self.name.replace('_', " ")
    }
}

pub(crate) struct Judged<'a> {
    pub(crate) study: &'a Study<'a>,
    pub(crate) alliance: &'a Measure,
    pub(crate) ratings: Floats<'a>,
    /// About the measure, `A`, over the clients with enough ratings.
    pub(crate) section: Section<'a>,
    /// In the order in which pairs of them are named.
    pub(crate) detectors: [Detector; 7],
    /// What they find in each of these clients.
    pub(crate) found: Detections,
    /// Whether there is such a client.
    pub(crate) usable: Result<(), String>,
}

impl<'a> Judged<'a> {
    pub(crate) fn of(study: &'a Study<'a>, alliance: &'a Measure) -> Result<Self, Failure> {
        let (ratings, settings) = (study.scores(alliance)?, study.settings());
        let reliability = alliance.reliability.unwrap_or(settings.alliance_reliability);
        let s = study.about("A", alliance).with("reliability", reliability);
        // What two ratings of an unchanged alliance differ by: 1.96·sd·√(2(1 − reliability)), sd of the first ratings.
        let beyond_error = || {
            let first: Vec<f64> = study.clients.first(&ratings).into_iter().flatten().collect();
            match Moments::of(&first).sd()? {
                sd if sd > 0.0 => Ok(Rule::Drop(reliable_change(sd, reliability)?.criterion)),
                _ => Err(s.text("refuse.no_spread")),
            }
        };
        let chart = |k, range| Ok(Rule::Chart { k, range });
        let detectors = [
            ("xmr_k2_mean", "xmr/A/k2_mean", chart(2.0, MovingRange::Mean)),
            ("xmr_k2_median", "xmr/A/k2_median", chart(2.0, MovingRange::Median)),
            ("xmr_k3_mean", "xmr/A/k3_mean", chart(3.0, MovingRange::Mean)),
            ("xmr_k3_median", "xmr/A/k3_median", chart(3.0, MovingRange::Median)),
            ("criterion_sd", "criterion_sd/A", Ok(Rule::ResidualDrop { k: settings.criterion_k })),
            ("fixed_drop", "fixed_drop/A", Ok(Rule::Drop(settings.fixed_drop))),
            ("rci_drop", "rci_drop/A", beyond_error()),
        ];
        let rules = detectors.iter().map(|(_, _, rule)| rule.clone().ok()).collect();
        let repair =
            Repair { window: settings.repair_window, tolerance: settings.repair_tolerance };
        let enough = (settings.min_ratings, "lacks.ratings");
        let (section, found) = s.detect(&ratings, rules, repair, enough);
        let usable = if found.is_empty() { Err(s.text("refuse.nobody")) } else { Ok(()) };
        let detectors =
            detectors.map(|(name, id, rule)| Detector { name, id, rule: usable.clone().and(rule) });
        let section = section.with("default", detectors[DEFAULT].label());
        Ok(Self { study, alliance, ratings, section, detectors, found, usable })
    }

    /// The section about a detector, too.
    pub(crate) fn about(&self, detector: &Detector) -> Section<'a> {
        let s = self.section.with("detector", self.section.id(detector.id));
        let s = s.with("name", detector.label());
        s.saying_of("described", &format!("detector.{}", detector.name))
    }
}
