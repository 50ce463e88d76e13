//! The detectors, and what each says of every rated session of the eligible clients.

use dyad_plugin::derived::{Clients, Variable};
use dyad_plugin::prelude::*;
use dyad_stats::change::reliable_change;
use dyad_stats::moments::Moments;
use dyad_stats::sequence::{Detections, MovingRange, Repair, Rule};

use crate::Settings;

/// The detector of whatever needs one: the median moving range is not inflated by the ruptures it should find.
pub(crate) const DEFAULT: &str = "xmr_k2_median";

/// A detector: its name in `agreement/…`, its part of an id, and its rule, or why it cannot be applied.
pub(crate) struct Detector {
    pub(crate) name: &'static str,
    /// `xmr/A/k2_mean` or `fixed_drop/A`.
    pub(crate) id: String,
    pub(crate) described: String,
    pub(crate) rule: Result<Rule, String>,
}

/// Every detector on every eligible client.
pub(crate) struct Judged<'r> {
    pub(crate) run: &'r Run<Settings>,
    pub(crate) clients: &'r Clients<'r>,
    pub(crate) alliance: &'r Measure,
    /// Words about the measure, `A`, over the eligible clients.
    pub(crate) words: Words<'r>,
    pub(crate) detectors: Vec<Detector>,
    /// What they find in every eligible client, in this order.
    pub(crate) series: Detections,
    /// Who these are.
    pub(crate) ids: Vec<usize>,
    /// Sessions of each client with enough ratings.
    pub(crate) eligible: Variable,
    pub(crate) n: Counts,
}

/// A name as a reader sees it.
pub(crate) fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

impl<'r> Judged<'r> {
    /// Runs every detector on the clients with enough ratings.
    pub(crate) fn of(
        run: &'r Run<Settings>,
        clients: &'r Clients<'r>,
        alliance: &'r Measure,
    ) -> Result<Self, Failure> {
        let (ratings, settings) = (run.scores(alliance)?, run.settings());
        let words = run.words().about("A", alliance).with("default", spaced(DEFAULT));
        let detectors = detectors(settings, clients, alliance, ratings, &words);
        let rules = detectors.iter().map(|d| d.rule.clone().ok()).collect();
        let repair =
            Repair { window: settings.repair_window, tolerance: settings.repair_tolerance };
        let mut series = Detections::new(rules, repair);
        let mut eligible = vec![None; clients.len()];
        let mut ids = Vec::new();
        for client in 0..clients.len() {
            if series.push(clients.rated(client, &ratings), settings.min_ratings) {
                ids.push(client);
                eligible[client] = Some(clients.rows[client].len() as f64);
            }
        }
        let n = Counts { rows: Some(series.rows() as u64), ..clients.counts(&ids) };
        Ok(Self {
            run,
            clients,
            alliance,
            eligible: Variable::new(eligible, words.text("lacks.ratings")),
            words: words.over(n),
            detectors,
            series,
            ids,
            n,
        })
    }

    /// Whether anybody was judged, or why not.
    pub(crate) fn usable(&self) -> Result<(), String> {
        if self.series.is_empty() { Err(self.words.text("refuse.nobody")) } else { Ok(()) }
    }

    /// Whether a detector was applied, or why not.
    pub(crate) fn apply(&self, detector: &Detector) -> Result<(), String> {
        self.usable()?;
        detector.rule.as_ref().map(|_| ()).map_err(Clone::clone)
    }

    /// The detector that answers where one must.
    pub(crate) fn default(&self) -> Result<usize, String> {
        self.usable()?;
        let found = self.detectors.iter().position(|d| d.name == DEFAULT);
        found.ok_or_else(|| "the default detector did not run".to_owned())
    }
}

/// The seven detectors of the report, in the order in which pairs are named.
fn detectors(
    settings: &Settings,
    clients: &Clients<'_>,
    alliance: &Measure,
    ratings: Floats<'_>,
    words: &Words<'_>,
) -> Vec<Detector> {
    let reliability = alliance.reliability.unwrap_or(settings.alliance_reliability);
    let beyond_error = || {
        let first: Vec<f64> = clients.first(&ratings).into_iter().flatten().collect();
        match Moments::of(&first).sd()? {
            sd if sd > 0.0 => Ok(Rule::Drop(reliable_change(sd, reliability)?.criterion)),
            _ => Err(words.text("refuse.no_spread")),
        }
    };
    let chart = |k, range| Ok(Rule::Chart { k, range });
    let words = words.with("reliability", reliability);
    [
        ("xmr_k2_mean", "xmr/A/k2_mean", chart(2.0, MovingRange::Mean)),
        ("xmr_k2_median", "xmr/A/k2_median", chart(2.0, MovingRange::Median)),
        ("xmr_k3_mean", "xmr/A/k3_mean", chart(3.0, MovingRange::Mean)),
        ("xmr_k3_median", "xmr/A/k3_median", chart(3.0, MovingRange::Median)),
        ("criterion_sd", "criterion_sd/A", Ok(Rule::ResidualDrop { k: settings.criterion_k })),
        ("fixed_drop", "fixed_drop/A", Ok(Rule::Drop(settings.fixed_drop))),
        ("rci_drop", "rci_drop/A", beyond_error()),
    ]
    .map(|(name, id, rule)| {
        let described = words.text(&format!("detector.{name}"));
        Detector { name, id: words.id(id), described, rule }
    })
    .into()
}
