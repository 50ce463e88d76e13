//! Agreement of every two detectors on which sessions are ruptures.

use dyad_plugin::prelude::*;
use dyad_stats::sequence::{Agreement, NearAgreement};

use crate::detectors::{Detector, Judged, Series};

/// Sessions by which two detectors may differ and still mean the same rupture.
const SHIFT: i64 = 1;

/// Adds `agreement/A/D1/D2/kappa` and `…/jaccard` for the 21 pairs, `agreement/A/two_or_more`, and a table of each.
pub(crate) fn add(findings: &mut Findings, alliance: &Measure, judged: &Judged) {
    for (i, first) in judged.detectors.iter().enumerate() {
        for (j, second) in judged.detectors.iter().enumerate().skip(i + 1) {
            let unusable = unusable(judged, [first, second]);
            let new = |what: &str, method: &str, source: &str| {
                let id = format!("agreement/{}/{}/{}/{what}", alliance.id, first.name, second.name);
                let (one, other) = (words(first.name), words(second.name));
                let label = format!("Agreement of {one} and {other} on {}", alliance.name());
                let estimate =
                    Estimate::new(id, label).counts(judged.n).method(method).source(source);
                match &unusable {
                    Some(reason) => estimate.refused(reason.as_str()),
                    None => estimate,
                }
            };
            let kappa = new(
                "kappa",
                "Cohen's kappa over the rated sessions of the eligible clients; no interval: sessions cluster in clients",
                "cohen1960",
            );
            let kappa = match same_sessions(judged, i, j).kappa() {
                _ if kappa.refused.is_some() => kappa,
                Ok(value) => kappa.value(value),
                Err(reason) => kappa.refused(reason.to_string()),
            };
            let jaccard = new(
                "jaccard",
                "pairs of ruptures at most one session apart, each used once, over all distinct ruptures; no interval: sessions cluster in clients",
                "jaccard1912",
            );
            let overlap = overlap(judged, i, j);
            let jaccard = match overlap.jaccard() {
                _ if jaccard.refused.is_some() => jaccard,
                Ok(value) => jaccard.value(value).detail("pairs", overlap.matched as f64),
                Err(reason) => jaccard.refused(reason.to_string()),
            };
            findings.estimates.extend([kappa, jaccard]);
        }
    }
    findings.estimates.push(two_or_more(alliance, judged));
    if !judged.series.is_empty() {
        for (what, title) in [("kappa", "Agreement (κ)"), ("jaccard", "Overlap (Jaccard ± 1)")] {
            let table = matrix(findings, alliance, judged, (what, title));
            findings.tables.push(table);
        }
    }
}

/// Every detector against those after it.
fn matrix(
    findings: &Findings,
    alliance: &Measure,
    judged: &Judged,
    (what, title): (&str, &str),
) -> ReportTable {
    let names = || judged.detectors.iter().map(|d| d.name);
    let table = ReportTable::new(
        format!("{what}-{}", alliance.id),
        format!("{title} of the detectors of ruptures of {}", alliance.name()),
    )
    .column("detector", "Detector", ColumnKind::Text);
    let table = names()
        .skip(1)
        .fold(table, |table, name| table.column(name, &words(name), ColumnKind::Correlation))
        .note("κ asks for the same session; Jaccard counts ruptures one session apart as the same. Empty: no rupture by either, or the pair stands elsewhere.");
    names().take(names().count() - 1).fold(table, |table, first| {
        let cell = |second| {
            let id = format!("agreement/{}/{first}/{second}/{what}", alliance.id);
            Cell::number(findings.get(&id).and_then(|e| e.estimate))
        };
        let cells = [Cell::text(words(first))].into_iter().chain(names().skip(1).map(cell));
        table.row(judged.n, cells.collect::<Vec<_>>())
    })
}

fn unusable(judged: &Judged, pair: [&Detector; 2]) -> Option<String> {
    if judged.series.is_empty() {
        return Some("no client has enough ratings".to_owned());
    }
    pair.into_iter().find_map(|d| d.rule.as_ref().err().cloned())
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// Marks are few among the rated sessions: counted where they are, the rest is what is left.
fn same_sessions(judged: &Judged, first: usize, second: usize) -> Agreement {
    let (mut both, mut by_first, mut by_second, mut rated) = (0, 0, 0, 0);
    for series in &judged.series {
        let (a, b) = (&series.ruptures[first], &series.ruptures[second]);
        rated += series.ratings.len() as u64;
        by_first += a.len() as u64;
        by_second += b.len() as u64;
        both += a.iter().filter(|a| b.iter().any(|b| b.at == a.at)).count() as u64;
    }
    Agreement {
        both,
        first_only: by_first - both,
        second_only: by_second - both,
        neither: rated + both - by_first - by_second,
    }
}

fn overlap(judged: &Judged, first: usize, second: usize) -> NearAgreement {
    let mut overlap = NearAgreement::default();
    let mut at = [Vec::new(), Vec::new()];
    let of_two = |series: &&Series| {
        !(series.ruptures[first].is_empty() && series.ruptures[second].is_empty())
    };
    for series in judged.series.iter().filter(of_two) {
        for (at, detector) in at.iter_mut().zip([first, second]) {
            at.clear();
            at.extend(series.ruptures[detector].iter().map(|r| series.sessions[r.at]));
        }
        overlap.push(&at[0], &at[1], SHIFT);
    }
    overlap
}

/// How many sessions two detectors or more call a rupture.
fn two_or_more(alliance: &Measure, judged: &Judged) -> Estimate {
    let estimate = Estimate::new(
        format!("agreement/{}/two_or_more", alliance.id),
        format!("Sessions that two detectors or more call a rupture of {}", alliance.name()),
    )
    .counts(judged.n)
    .method(
        "count of rated sessions of the eligible clients; no interval: sessions cluster in clients",
    )
    .source("gumz2012");
    if judged.series.is_empty() {
        return estimate.refused("no client has enough ratings");
    }
    let (mut any, mut several) = (0_u64, 0_u64);
    for series in &judged.series {
        let mut votes: Vec<usize> = series.ruptures.iter().flatten().map(|r| r.at).collect();
        votes.sort_unstable();
        for of_session in votes.chunk_by(|a, b| a == b) {
            any += 1;
            several += u64::from(of_session.len() >= 2);
        }
    }
    estimate.value(several as f64).detail("by_one_or_more", any as f64)
}
