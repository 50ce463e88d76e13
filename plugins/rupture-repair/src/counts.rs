//! How many clients, ruptures and repairs each detector counts, and how many ruptures it would find if there were none.

use dyad_plugin::figure::Bar;
use dyad_plugin::prelude::*;
use dyad_stats::proportions::wilson;
use dyad_stats::sequence::ExpectedRuptures;

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
    let (n, clients) = (judged.n, judged.series.len() as u64);
    let dropped = judged.clients.len() as u64 - clients;
    let basis = Basis::from(n).without(&judged.eligible.lacks, dropped);
    let (mut rows, mut bars) = (Vec::new(), Vec::new());
    for (at, detector) in judged.detectors.iter().enumerate() {
        let count = judged.series.count(at);
        let words = words_of(judged, detector).over(basis.clone());
        let usable = judged.usable().map_err(|_| words.text("refuse.ratings"));
        let usable = usable.and_then(|()| judged.apply(detector));
        if usable.is_ok() {
            let expected =
                |key: &str| Cell::number(words.get(findings, key).and_then(|e| e.estimate));
            let (label, value) = (spaced(detector.name), count.clients as f64 / clients as f64);
            let cells = [
                Cell::text(format!("{label}: {}", detector.described)),
                Cell::count(count.clients),
                Cell::number(Some(value)),
                Cell::count(count.ruptures),
                expected("{detector}/expected_independent"),
                expected("{detector}/expected_autocorrelated"),
                Cell::count(count.repaired),
            ];
            rows.push((n, cells));
            let interval = wilson(count.clients, clients).ok();
            let highlight = detector.name == DEFAULT;
            bars.push(Bar { label, value, interval, highlight, ..Bar::default() });
        }
        let assumed = detector.name == "rci_drop" && judged.alliance.reliability.is_none();
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
    if clients > 0 {
        let table = judged.words.with("clients", clients).table("ruptures-A");
        findings.tables.push(table.with_rows(rows));
        let low = bars.iter().map(|b| b.value).fold(1.0, f64::min);
        let high = bars.iter().map(|b| b.value).fold(0.0, f64::max);
        let words = judged.words.numbers([("low", low), ("high", high)]);
        findings.figures.push(words.bars("ruptures-A", n, bars, None));
    }
}
