//! Agreement of every two detectors on which sessions are ruptures.

use dyad_plugin::prelude::*;
use dyad_stats::sequence::{Agreement, NearAgreement};

use crate::detectors::{Judged, Series, spaced};

/// Sessions by which two detectors may differ and still mean the same rupture.
const SHIFT: i64 = 1;
const KAPPA: &str = "agreement/A/{first}/{second}/kappa";
const JACCARD: &str = "agreement/A/{first}/{second}/jaccard";

/// Words about two detectors.
fn words_of<'j>(judged: &Judged<'j>, [first, second]: [&'static str; 2]) -> Words<'j> {
    let words = judged.words.with("first", first).with("second", second);
    words.with("one", spaced(first)).with("other", spaced(second))
}

/// Adds `agreement/A/D1/D2/kappa` and `…/jaccard` for the 21 pairs, `agreement/A/two_or_more`, and a table of each.
pub(crate) fn add(findings: &mut Findings, judged: &Judged<'_>) {
    for (i, first) in judged.detectors.iter().enumerate() {
        for (j, second) in judged.detectors.iter().enumerate().skip(i + 1) {
            let rules = [first, second].map(|d| d.rule.as_ref().map(|_| ()));
            let usable = judged.unusable();
            let usable = usable.and_then(|()| rules[0].and(rules[1]).map_err(Clone::clone));
            let words = words_of(judged, [first.name, second.name]);
            let kappa = usable
                .clone()
                .and_then(|()| same_sessions(judged, i, j).kappa().map_err(|e| e.to_string()));
            let jaccard = usable.and_then(|()| {
                let overlap = overlap(judged, i, j);
                Ok((overlap.jaccard().map_err(|e| e.to_string())?, overlap.matched as f64))
            });
            findings.estimates.extend([
                words.estimate(KAPPA).counts(judged.n).given(kappa, Estimate::value),
                words
                    .estimate(JACCARD)
                    .counts(judged.n)
                    .given(jaccard, |e, (value, pairs)| e.value(value).detail("pairs", pairs)),
            ]);
        }
    }
    findings.estimates.push(two_or_more(judged));
    if !judged.series.is_empty() {
        for (table, key) in [("kappa-A", KAPPA), ("jaccard-A", JACCARD)] {
            let table = matrix(findings, judged, table, key);
            findings.tables.push(table);
        }
    }
}

/// Every detector against those after it.
fn matrix(findings: &Findings, judged: &Judged<'_>, table: &str, key: &str) -> ReportTable {
    let names: Vec<&'static str> = judged.detectors.iter().map(|d| d.name).collect();
    let Some((_, later)) = names.split_first() else { return judged.words.table(table) };
    let headed = later.iter().fold(judged.words.table(table), |table, name| {
        table.column(name, &spaced(name), ColumnKind::Correlation)
    });
    names[..names.len() - 1].iter().fold(headed, |table, first| {
        let cells = later.iter().map(|second| {
            let words = words_of(judged, [first, second]);
            Cell::number(words.get(findings, key).and_then(|e| e.estimate))
        });
        let cells = [Cell::text(spaced(first))].into_iter().chain(cells);
        table.row(judged.n, cells.collect::<Vec<_>>())
    })
}

/// Marks are few among the rated sessions: counted where they are, the rest is what is left.
fn same_sessions(judged: &Judged<'_>, first: usize, second: usize) -> Agreement {
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

fn overlap(judged: &Judged<'_>, first: usize, second: usize) -> NearAgreement {
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
fn two_or_more(judged: &Judged<'_>) -> Estimate {
    let (mut any, mut several) = (0_u64, 0_u64);
    for series in &judged.series {
        let mut votes: Vec<usize> = series.ruptures.iter().flatten().map(|r| r.at).collect();
        votes.sort_unstable();
        for of_session in votes.chunk_by(|a, b| a == b) {
            any += 1;
            several += u64::from(of_session.len() >= 2);
        }
    }
    let estimate = judged.words.estimate("agreement/A/two_or_more").counts(judged.n);
    estimate.given(judged.unusable(), |e, ()| {
        e.value(several as f64).detail("by_one_or_more", any as f64)
    })
}
