//! The detectors, and what each says of every rated session of the eligible clients.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_stats::distributions::normal;
use dyad_stats::moments::Moments;
use dyad_stats::sequence::{MovingRange, RatedSeries, Repair, Rule, Rupture};

use crate::Settings;

/// The detector of whatever needs one.
pub(crate) const DEFAULT: &str = "xmr_k2_median";

/// A detector: its name in `agreement/…`, its part of an id, and its rule, or why it cannot be applied.
pub(crate) struct Detector {
    pub(crate) name: &'static str,
    /// `xmr/A/k2_mean` or `fixed_drop/A`.
    pub(crate) id: String,
    pub(crate) described: String,
    pub(crate) rule: Result<Rule, String>,
}

/// What one detector found in one client.
pub(crate) struct Series {
    pub(crate) client: usize,
    /// The non-missing ratings, and their session numbers.
    pub(crate) ratings: Vec<f64>,
    pub(crate) sessions: Vec<i64>,
    /// Per detector, in the order of [`Judged::detectors`].
    pub(crate) ruptures: Vec<Vec<Rupture>>,
}

/// Every detector on every eligible client.
pub(crate) struct Judged {
    pub(crate) detectors: Vec<Detector>,
    pub(crate) series: Vec<Series>,
    pub(crate) n: Counts,
    /// Clients with too few ratings.
    pub(crate) dropped: u64,
    /// Whether the reliability of `rci_drop` was assumed.
    pub(crate) assumed_reliability: bool,
}

impl Judged {
    /// The detector that answers where one must: the median moving range is not inflated by the ruptures it should find.
    pub(crate) fn default(&self) -> Result<usize, String> {
        if self.series.is_empty() {
            return Err("no client has enough ratings".to_owned());
        }
        let found = self.detectors.iter().position(|d| d.name == DEFAULT);
        found.ok_or_else(|| "the default detector did not run".to_owned())
    }
}

/// Runs every detector on the clients with enough ratings.
pub(crate) fn judge(
    run: &Run<Settings>,
    clients: &Clients<'_>,
    alliance: &Measure,
) -> Result<Judged, Failure> {
    let ratings = run.table("sessions")?.floats(&alliance.id)?;
    let settings = run.settings();
    let detectors = detectors(settings, clients, alliance, ratings);
    let (mut judged, mut with, mut rows) = (Vec::new(), Vec::new(), 0);
    for (client, range) in clients.rows.iter().enumerate() {
        let (x, s) = rated(clients, ratings, range.clone(), Vec::new(), Vec::new());
        if x.len() < settings.min_ratings {
            continue;
        }
        with.push(client);
        rows += x.len() as u64;
        let rated = RatedSeries::new(&x, &s);
        let found = |d: &Detector| {
            let rule = d.rule.as_ref();
            rule.map_or_else(|_| Vec::new(), |rule| rated.ruptures(*rule, repair(settings)))
        };
        let ruptures = detectors.iter().map(found).collect();
        judged.push(Series { client, ratings: x, sessions: s, ruptures });
    }
    Ok(Judged {
        detectors,
        series: judged,
        n: Counts { rows: Some(rows), ..clients.counts(&with) },
        dropped: (clients.len() - with.len()) as u64,
        assumed_reliability: alliance.reliability.is_none(),
    })
}

/// The non-missing ratings of a client with their session numbers; the vectors are used again.
pub(crate) fn rated(
    clients: &Clients<'_>,
    ratings: Floats<'_>,
    rows: std::ops::Range<usize>,
    mut x: Vec<f64>,
    mut s: Vec<i64>,
) -> (Vec<f64>, Vec<i64>) {
    x.clear();
    s.clear();
    for (rating, session) in rows.filter_map(|row| ratings.get(row).zip(clients.session.get(row))) {
        x.push(rating);
        s.push(session);
    }
    (x, s)
}

pub(crate) fn repair(settings: &Settings) -> Repair {
    Repair { window: settings.repair_window, tolerance: settings.repair_tolerance }
}

/// The seven detectors of the report, in the order in which pairs are named.
fn detectors(
    settings: &Settings,
    clients: &Clients<'_>,
    alliance: &Measure,
    ratings: Floats<'_>,
) -> Vec<Detector> {
    let mut detectors = Vec::new();
    for (k, number) in [(2.0, "k2"), (3.0, "k3")] {
        for (range, kind) in [(MovingRange::Mean, "mean"), (MovingRange::Median, "median")] {
            let name = match (number, kind) {
                ("k2", "mean") => "xmr_k2_mean",
                ("k2", _) => "xmr_k2_median",
                (_, "mean") => "xmr_k3_mean",
                _ => "xmr_k3_median",
            };
            detectors.push(Detector {
                name,
                id: format!("xmr/{}/{number}_{kind}", alliance.id),
                described: format!("below the client's mean by more than {k} sigma, sigma from the {kind} moving range"),
                rule: Ok(Rule::Chart { k, range }),
            });
        }
    }
    detectors.push(Detector {
        name: "criterion_sd",
        id: format!("criterion_sd/{}", alliance.id),
        described: format!(
            "drop of {} residual standard deviations about the client's own line",
            settings.criterion_k
        ),
        rule: Ok(Rule::ResidualDrop { k: settings.criterion_k }),
    });
    detectors.push(Detector {
        name: "fixed_drop",
        id: format!("fixed_drop/{}", alliance.id),
        described: format!("drop of {} scale points", settings.fixed_drop),
        rule: Ok(Rule::Drop(settings.fixed_drop)),
    });
    let reliability = alliance.reliability.unwrap_or(settings.alliance_reliability);
    let mut first = Moments::new();
    clients.first(&ratings).into_iter().flatten().for_each(|rating| first.push(rating));
    detectors.push(Detector {
        name: "rci_drop",
        id: format!("rci_drop/{}", alliance.id),
        described: format!(
            "drop beyond the measurement error of two ratings, reliability {reliability}"
        ),
        rule: match first.sd() {
            Ok(sd) if sd > 0.0 => {
                let error = sd * (1.0 - reliability).sqrt();
                Ok(Rule::Drop(normal::quantile(0.975) * 2.0_f64.sqrt() * error))
            }
            Ok(_) => Err("the first ratings do not vary between clients".to_owned()),
            Err(reason) => Err(reason.to_string()),
        },
    });
    detectors
}
