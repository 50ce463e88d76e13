//! How many clients, ruptures and repairs each detector counts, and how many ruptures it would find if there were none.

use dyad_plugin::figure::Bar;
use dyad_plugin::prelude::*;
use dyad_stats::proportions::wilson;
use dyad_stats::sequence::{ExpectedRuptures, RuptureCount};

use crate::detectors::{DEFAULT, Detector, Judged, spaced};

/// Clients of one simulated study at most: with more of them each study takes others.
const SIMULATED: usize = 200;

fn words_of<'j>(judged: &Judged<'j>, detector: &Detector) -> Words<'j> {
    let words = judged.words.with("detector", &detector.id).with("name", spaced(detector.name));
    words.with("described", &detector.described)
}

/// Adds `…/expected_independent` and `…/expected_autocorrelated` of every detector: noise with each client's sessions, mean and standard
/// deviation, neighbouring sessions independent or correlated as in the data.
pub(crate) fn noise(findings: &mut Findings, judged: &Judged<'_>) {
    // All detectors look at the same noise.
    let found = [
        ("{detector}/expected_independent", "expected_independent", Ok(0.0)),
        (
            "{detector}/expected_autocorrelated",
            "expected_autocorrelated",
            judged.series.autocorrelation(),
        ),
    ]
    .map(|(key, what, rho)| (key, in_noise(judged, what, rho)));
    for (at, detector) in judged.detectors.iter().enumerate() {
        let observed = judged.series.count(at).ruptures as f64;
        for (key, found) in &found {
            let found = found.as_ref().map_err(Clone::clone).and_then(|(all, rho)| {
                judged.apply(detector)?;
                Ok((all[at], *rho))
            });
            let estimate = words_of(judged, detector).estimate(key);
            findings.estimates.push(estimate.given(found, |e, (expected, rho)| {
                let ratio = (expected.ruptures > 0.0).then(|| observed / expected.ruptures);
                e.value(expected.ruptures)
                    .se(expected.errors[0])
                    .details([("observed", observed), ("autocorrelation", rho)])
                    .detail("clients_expected", expected.clients)
                    .detail_if("observed_over_expected", ratio)
            }));
        }
    }
}

/// What the rules find in noise whose neighbouring sessions correlate like this, and that correlation.
fn in_noise(
    judged: &Judged<'_>,
    what: &str,
    rho: dyad_stats::Result<f64>,
) -> Result<(Vec<ExpectedRuptures>, f64), String> {
    judged.usable()?;
    let (rho, purpose) = (rho?, format!("noise/{}/{what}", judged.alliance.id));
    let studies = (judged.run.settings().noise_replicates, SIMULATED);
    let named = (judged.run.seed(), purpose.as_str());
    Ok((judged.series.expected_in_noise(rho, named, studies)?, rho))
}

/// Adds `…/clients`, `…/ruptures` and `…/repaired` of every detector, a table and a figure.
pub(crate) fn add(findings: &mut Findings, judged: &Judged<'_>) {
    let counts = (0..judged.detectors.len()).map(|at| judged.series.count(at));
    let counts: Vec<RuptureCount> = counts.collect();
    let dropped = (judged.clients.len() - judged.ids.len()) as u64;
    let basis = Basis::from(judged.n).without(&judged.eligible.lacks, dropped);
    for (detector, count) in judged.detectors.iter().zip(&counts) {
        let words = words_of(judged, detector).over(basis.clone());
        let assumed = detector.name == "rci_drop" && judged.alliance.reliability.is_none();
        let usable = judged.usable().map_err(|_| words.text("refuse.ratings"));
        let usable = usable.and_then(|()| judged.apply(detector));
        for (key, value) in [
            ("{detector}/clients", count.clients),
            ("{detector}/ruptures", count.ruptures),
            ("{detector}/repaired", count.repaired),
        ] {
            findings.estimates.push(words.estimate(key).given(usable.clone(), |e, ()| {
                e.value(value as f64)
                    .detail("censored", count.censored as f64)
                    .warn_if(assumed, words.text("warn.reliability"))
            }));
        }
    }
    if !judged.series.is_empty() {
        let used = || judged.detectors.iter().zip(&counts).filter(|(d, _)| d.rule.is_ok());
        let table = table(findings, judged, used());
        findings.tables.push(table);
        findings.figures.push(figure(judged, used()));
    }
}

fn table<'c>(
    findings: &Findings,
    judged: &Judged<'_>,
    used: impl Iterator<Item = (&'c Detector, &'c RuptureCount)>,
) -> ReportTable {
    let clients = judged.series.len();
    judged.words.with("clients", clients).table("ruptures-A").with_rows(used.map(
        |(detector, count)| {
            let words = words_of(judged, detector);
            let expected =
                |key: &str| Cell::number(words.get(findings, key).and_then(|e| e.estimate));
            let cells = [
                Cell::text(format!("{}: {}", spaced(detector.name), detector.described)),
                Cell::count(count.clients),
                Cell::number(Some(count.clients as f64 / clients as f64)),
                Cell::count(count.ruptures),
                expected("{detector}/expected_independent"),
                expected("{detector}/expected_autocorrelated"),
                Cell::count(count.repaired),
            ];
            (judged.n, cells)
        },
    ))
}

fn figure<'c>(
    judged: &Judged<'_>,
    used: impl Iterator<Item = (&'c Detector, &'c RuptureCount)>,
) -> Figure {
    let n = judged.series.len() as u64;
    let bars = used.map(|(detector, count)| Bar {
        label: spaced(detector.name),
        value: count.clients as f64 / n as f64,
        interval: wilson(count.clients, n).ok(),
        null_band: None,
        highlight: detector.name == DEFAULT,
    });
    let bars: Vec<Bar> = bars.collect();
    let low = bars.iter().map(|b| b.value).fold(1.0, f64::min);
    let high = bars.iter().map(|b| b.value).fold(0.0, f64::max);
    let words = judged.words.numbers([("low", low), ("high", high)]);
    words.bars("ruptures-A", judged.n, bars, None)
}
