//! Agreement of every two detectors on which sessions are ruptures.

use dyad_plugin::prelude::*;
use dyad_stats::sequence::RuleAgreement;

use crate::detectors::{Judged, spaced};

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
    for RuleAgreement { rules, same, near } in judged.series.agreement(SHIFT) {
        let [first, second] = rules.map(|at| &judged.detectors[at]);
        let usable = || judged.apply(first).and(judged.apply(second));
        let words = words_of(judged, [first.name, second.name]);
        let kappa = usable().and_then(|()| Ok(same.kappa()?));
        let jaccard = usable().and_then(|()| Ok(near.jaccard()?));
        let pairs = near.matched as f64;
        findings.estimates.extend([
            words.estimate(KAPPA).given(kappa, Estimate::value),
            words
                .estimate(JACCARD)
                .given(jaccard, |e, value| e.value(value).detail("pairs", pairs)),
        ]);
    }
    let votes = judged.series.votes();
    let several = judged.words.estimate("agreement/A/two_or_more");
    findings.estimates.push(several.given(judged.usable(), |e, ()| {
        e.value(votes.by_several as f64).detail("by_one_or_more", votes.by_any as f64)
    }));
    if !judged.series.is_empty() {
        let tables = [("kappa-A", KAPPA), ("jaccard-A", JACCARD)];
        let tables = tables.map(|(table, key)| matrix(findings, judged, table, key));
        findings.tables.extend(tables);
    }
}

/// Every detector against those after it.
fn matrix(findings: &Findings, judged: &Judged<'_>, table: &str, key: &str) -> ReportTable {
    let names: Vec<&'static str> = judged.detectors.iter().map(|d| d.name).collect();
    let (first, later) = (&names[..names.len() - 1], &names[1..]);
    let headed = later.iter().fold(judged.words.table(table), |table, name| {
        table.column(name, &spaced(name), ColumnKind::Correlation)
    });
    headed.with_rows(first.iter().map(|first| {
        let of = |second| words_of(judged, [first, second]).get(findings, key)?.estimate;
        let cells = later.iter().map(|second| Cell::number(of(second)));
        (judged.n, [Cell::text(spaced(first))].into_iter().chain(cells).collect::<Vec<_>>())
    }))
}
