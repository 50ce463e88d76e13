//! How many clients, ruptures and repairs each detector counts, and how many ruptures it would find if there were none.

use dyad_plugin::figure::{Axis, Bar, Bars, Plot};
use dyad_plugin::prelude::*;
use dyad_stats::moments::Moments;
use dyad_stats::proportions::wilson;
use dyad_stats::resample::{Series as Ratings, ar1};
use dyad_stats::sequence::{ExpectedRuptures, NoiseSeries, Rule, expected_ruptures};

use crate::detectors::{DEFAULT, Detector, Judged, spaced};

/// Beyond this many clients, evenly spaced ones stand for all: more would cost time and add no digit.
const SIMULATED: usize = 500;

/// What one detector counts.
struct Count {
    clients: u64,
    ruptures: u64,
    repaired: u64,
    censored: u64,
}

fn words_of<'j>(judged: &Judged<'j>, detector: &Detector) -> Words<'j> {
    let words = judged.words.with("detector", &detector.id).with("name", spaced(detector.name));
    words.with("described", &detector.described)
}

/// Adds `…/expected_independent` and `…/expected_autocorrelated` of every detector: noise with each client's sessions, mean and standard
/// deviation, neighbouring sessions independent or correlated as in the data.
pub(crate) fn noise(findings: &mut Findings, judged: &Judged<'_>) {
    let clients = judged.series.len();
    let step = clients.div_ceil(SIMULATED).max(1);
    let scale = clients as f64 / clients.div_ceil(step).max(1) as f64;
    // All detectors look at the same noise.
    let found = [
        ("{detector}/expected_independent", "expected_independent", Ok(0.0)),
        ("{detector}/expected_autocorrelated", "expected_autocorrelated", autocorrelation(judged)),
    ]
    .map(|(key, what, rho)| {
        let simulated = judged.unusable().and_then(|()| {
            let rho = rho?;
            Ok((simulate(judged, step, what, rho)?, rho))
        });
        (key, simulated)
    });
    let mut place = 0;
    for (at, detector) in judged.detectors.iter().enumerate() {
        let observed: usize = judged.series.iter().map(|s| s.ruptures[at].len()).sum();
        for (key, found) in &found {
            let found = found.as_ref().map_err(Clone::clone).and_then(|(all, rho)| {
                detector.rule.as_ref().map(|_| (&all[place], *rho)).map_err(Clone::clone)
            });
            let estimate = words_of(judged, detector).estimate(key).counts(judged.n);
            findings.estimates.push(estimate.given(found, |e, (found, rho)| {
                let expected = scale * found.ruptures;
                let ratio = (expected > 0.0).then(|| observed as f64 / expected);
                e.value(expected)
                    .se(scale * found.errors[0])
                    .details([("observed", observed as f64), ("autocorrelation", rho)])
                    .detail("clients_expected", scale * found.clients)
                    .detail_if("observed_over_expected", ratio)
            }));
        }
        place += usize::from(detector.rule.is_ok());
    }
}

/// What every rule that applies finds in noise.
fn simulate(
    judged: &Judged<'_>,
    step: usize,
    what: &str,
    rho: f64,
) -> Result<Vec<ExpectedRuptures>, String> {
    let noise = judged.series.iter().step_by(step).map(|series| {
        let moments = Moments::of(&series.ratings);
        let (mean, sd) = (moments.mean().unwrap_or(0.0), moments.sd().unwrap_or(0.0));
        NoiseSeries { sessions: &series.sessions, mean, sd }
    });
    let noise: Vec<NoiseSeries<'_>> = noise.collect();
    let rules: Vec<Rule> = judged.detectors.iter().filter_map(|d| d.rule.clone().ok()).collect();
    let purpose = format!("noise/{}/{what}", judged.alliance.id);
    let named = (judged.run.seed(), purpose.as_str());
    let replicates = judged.run.settings().noise_replicates;
    expected_ruptures(&noise, rho, &rules, named, replicates).map_err(|e| e.to_string())
}

/// The correlation of neighbouring sessions about each client's level.
fn autocorrelation(judged: &Judged<'_>) -> Result<f64, String> {
    let (mut sessions, mut values, mut clients) = (Vec::new(), Vec::new(), Vec::new());
    for series in &judged.series {
        let start = values.len();
        values.extend(&series.ratings);
        for session in &series.sessions {
            sessions.push(u16::try_from(*session).map_err(|_| "a session number above 65,535")?);
        }
        clients.push(start..values.len());
    }
    let ratings = Ratings { sessions: &sessions, values: &values, clients: &clients };
    ar1(&ratings).map(|fit| fit.rho).map_err(|e| e.to_string())
}

/// Adds `…/clients`, `…/ruptures` and `…/repaired` of every detector, a table and a figure.
pub(crate) fn add(findings: &mut Findings, judged: &Judged<'_>) {
    let counts: Vec<Count> = (0..judged.detectors.len()).map(|d| count(judged, d)).collect();
    for (detector, count) in judged.detectors.iter().zip(&counts) {
        let words = words_of(judged, detector);
        let assumed = detector.name == "rci_drop" && judged.alliance.reliability.is_none();
        let usable = judged.unusable().map_err(|_| words.text("refuse.ratings"));
        let usable = usable.and_then(|()| detector.rule.as_ref().map(|_| ()).map_err(Clone::clone));
        for (key, value) in [
            ("{detector}/clients", count.clients),
            ("{detector}/ruptures", count.ruptures),
            ("{detector}/repaired", count.repaired),
        ] {
            let estimate = words.estimate(key).counts(judged.n);
            let estimate = estimate.dropped(words.text("lacks.ratings"), judged.dropped);
            findings.estimates.push(estimate.given(usable.clone(), |e, ()| {
                e.value(value as f64)
                    .detail("censored", count.censored as f64)
                    .warn_if(assumed, words.text("warn.reliability"))
            }));
        }
    }
    if !judged.series.is_empty() {
        let table = table(findings, judged, &counts);
        findings.tables.push(table);
        findings.figures.push(figure(judged, &counts));
    }
}

fn count(judged: &Judged<'_>, detector: usize) -> Count {
    let mut count = Count { clients: 0, ruptures: 0, repaired: 0, censored: 0 };
    for found in judged.series.iter().map(|series| &series.ruptures[detector]) {
        count.clients += u64::from(!found.is_empty());
        count.ruptures += found.len() as u64;
        count.repaired += found.iter().filter(|r| r.repaired_at.is_some()).count() as u64;
        count.censored += found.iter().filter(|r| r.censored).count() as u64;
    }
    count
}

fn table(findings: &Findings, judged: &Judged<'_>, counts: &[Count]) -> ReportTable {
    let words = judged.words.with("clients", judged.series.len());
    let used = judged.detectors.iter().zip(counts).filter(|(d, _)| d.rule.is_ok());
    used.fold(words.table("ruptures-A"), |table, (detector, count)| {
        let words = words_of(judged, detector);
        let expected = |key: &str| Cell::number(words.get(findings, key).and_then(|e| e.estimate));
        let cells = [
            Cell::text(format!("{}: {}", spaced(detector.name), detector.described)),
            Cell::count(count.clients),
            Cell::number(Some(count.clients as f64 / judged.series.len() as f64)),
            Cell::count(count.ruptures),
            expected("{detector}/expected_independent"),
            expected("{detector}/expected_autocorrelated"),
            Cell::count(count.repaired),
        ];
        table.row(judged.n, cells)
    })
}

fn figure(judged: &Judged<'_>, counts: &[Count]) -> Figure {
    let n = judged.series.len() as u64;
    let used = judged.detectors.iter().zip(counts).filter(|(d, _)| d.rule.is_ok());
    let bars: Vec<Bar> = used
        .map(|(detector, count)| Bar {
            label: spaced(detector.name),
            value: count.clients as f64 / n as f64,
            interval: wilson(count.clients, n).ok(),
            null_band: None,
            highlight: detector.name == DEFAULT,
        })
        .collect();
    let words = judged.words.with("low", bars.iter().map(|b| b.value).fold(1.0, f64::min));
    let words = words.with("high", bars.iter().map(|b| b.value).fold(0.0, f64::max));
    let plot = Bars {
        x: Axis::new("Detector"),
        y: Axis::new("Share of clients with a rupture"),
        bars,
        reference: None,
    };
    words.figure("ruptures-A", judged.n, Plot::Bars(plot))
}
