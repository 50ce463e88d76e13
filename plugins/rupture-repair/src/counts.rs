//! How many clients, ruptures and repairs each detector counts.

use dyad_plugin::apa;
use dyad_plugin::figure::{Axis, Bar, Bars, Figure, Plot};
use dyad_plugin::prelude::*;

use crate::Settings;
use crate::detectors::{Detector, Judged};

/// What one detector counts.
struct Count {
    clients: u64,
    ruptures: u64,
    repaired: u64,
    censored: u64,
}

/// Adds `…/clients`, `…/ruptures` and `…/repaired` of every detector, a table and a figure.
pub(crate) fn add(
    findings: &mut Findings,
    run: &Run<Settings>,
    alliance: &Measure,
    judged: &Judged,
) {
    let counts: Vec<Count> = (0..judged.detectors.len()).map(|d| count(judged, d)).collect();
    for (detector, count) in judged.detectors.iter().zip(&counts) {
        for (what, value, label) in [
            ("clients", count.clients, "clients with a rupture"),
            ("ruptures", count.ruptures, "ruptures"),
            ("repaired", count.repaired, "repaired ruptures"),
        ] {
            let estimate = Estimate::new(
                format!("{}/{what}", detector.id),
                format!("{} of {}: {label}", detector.name.replace('_', " "), alliance.name()),
            )
            .counts(judged.n)
            .dropped(format!("fewer than {} ratings", run.settings().min_ratings), judged.dropped)
            .method(method(detector, run.settings()))
            .source("lipner2022");
            let estimate = match &detector.rule {
                _ if judged.series.is_empty() => estimate
                    .refused(format!("no client has {} ratings", run.settings().min_ratings)),
                Err(reason) => estimate.refused(reason.as_str()),
                Ok(_) => estimate.value(value as f64).detail("censored", count.censored as f64),
            };
            let assumed = detector.name == "rci_drop"
                && judged.assumed_reliability
                && estimate.refused.is_none();
            findings.estimates.push(if assumed {
                estimate.warn(
                    "the reliability of the alliance is assumed, not declared in the study file",
                )
            } else {
                estimate
            });
        }
    }
    if !judged.series.is_empty() {
        let table = table(findings, alliance, judged, &counts, run.settings());
        findings.tables.push(table);
        findings.figures.push(figure(alliance, judged, &counts));
    }
}

fn method(detector: &Detector, settings: &Settings) -> String {
    format!(
        "rupture: {}; repaired: back within {} sessions; steps over a missed session count neither as range nor as drop",
        detector.described, settings.repair_window
    )
}

fn count(judged: &Judged, detector: usize) -> Count {
    let mut count = Count { clients: 0, ruptures: 0, repaired: 0, censored: 0 };
    for found in judged.series.iter().map(|series| &series.ruptures[detector]) {
        count.clients += u64::from(!found.is_empty());
        count.ruptures += found.len() as u64;
        count.repaired += found.iter().filter(|r| r.repaired_at.is_some()).count() as u64;
        count.censored += found.iter().filter(|r| r.censored).count() as u64;
    }
    count
}

fn table(
    findings: &Findings,
    alliance: &Measure,
    judged: &Judged,
    counts: &[Count],
    settings: &Settings,
) -> ReportTable {
    let mut table = ReportTable::new(format!("ruptures-{}", alliance.id), format!("Ruptures of {} by detector", alliance.name()))
        .column("detector", "Detector", ColumnKind::Text)
        .column("clients", "Clients", ColumnKind::Count)
        .column("share", "Share", ColumnKind::Share)
        .column("ruptures", "Ruptures", ColumnKind::Count)
        .column("independent", "Expected from noise", ColumnKind::Number)
        .column("autocorrelated", "… if sessions correlate", ColumnKind::Number)
        .column("repaired", "Repaired", ColumnKind::Count)
        .note(format!(
            "{} with at least {} ratings; a repair counts within {} sessions. No standard rule exists: the detectors answer different questions. Expected: what the same rule finds in noise with each \
             client's sessions, mean and standard deviation.",
            apa::counted(judged.series.len() as u64, "client"),
            settings.min_ratings,
            settings.repair_window
        ));
    let expected = |detector: &Detector, what: &str| {
        let found = findings.get(&format!("{}/{what}", detector.id));
        Cell::number(found.and_then(|e| e.estimate))
    };
    for (detector, count) in judged.detectors.iter().zip(counts).filter(|(d, _)| d.rule.is_ok()) {
        table = table.row(
            judged.n,
            [
                Cell::text(format!("{}: {}", detector.name.replace('_', " "), detector.described)),
                Cell::count(count.clients),
                Cell::number(Some(count.clients as f64 / judged.series.len() as f64)),
                Cell::count(count.ruptures),
                expected(detector, "expected_independent"),
                expected(detector, "expected_autocorrelated"),
                Cell::count(count.repaired),
            ],
        );
    }
    table
}

fn figure(alliance: &Measure, judged: &Judged, counts: &[Count]) -> Figure {
    let n = judged.series.len() as f64;
    let used = || judged.detectors.iter().zip(counts).filter(|(d, _)| d.rule.is_ok());
    let bars = used()
        .map(|(detector, count)| Bar {
            label: detector.name.replace('_', " "),
            value: count.clients as f64 / n,
            interval: dyad_stats::proportions::wilson(count.clients, judged.series.len() as u64)
                .ok(),
            null_band: None,
            highlight: detector.name == "xmr_k2_median",
        })
        .collect();
    let shares = || used().map(|(_, count)| count.clients as f64 / n);
    let (low, high) = (shares().fold(1.0, f64::min), shares().fold(0.0, f64::max));
    let alt = format!(
        "Bars of the share of clients with a rupture of {} (vertical) by detector (horizontal). It goes from {} to {}, depending on the rule.",
        alliance.name(),
        apa::percent(low, 0),
        apa::percent(high, 0)
    );
    let plot = Bars {
        x: Axis::new("Detector"),
        y: Axis::new("Share of clients with a rupture"),
        bars,
        reference: None,
    };
    let caption = "The same clients judged by every detector, with 95 % Wilson intervals. The default detector is highlighted.";
    let title = format!("Clients with a rupture of {}, by detector", alliance.name());
    Figure::new(
        format!("ruptures-{}", alliance.id),
        title,
        caption,
        alt,
        judged.n,
        Plot::Bars(plot),
    )
}
