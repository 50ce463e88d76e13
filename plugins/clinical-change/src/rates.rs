//! The classes of change by Jacobson and Truax, and the rates a service reports by fixed thresholds.

use dyad_plugin::Rate;
use dyad_plugin::prelude::*;
use dyad_stats::SCORE_TOLERANCE;
use dyad_stats::change::{Change, Classifier, ClientChange, Scale};

use crate::outcome::Outcome;
use crate::{figure, funnel};

/// What must be known of the scale for a rate.
pub(crate) enum Need {
    Criterion,
    CutoffC,
    Caseness,
    GivenCutoff,
    GivenPoints,
}
use Need::{Caseness, Criterion, CutoffC, GivenCutoff, GivenPoints};

/// Who is in the denominator: everybody, or the cases at the start.
#[derive(PartialEq)]
pub(crate) enum Among {
    All,
    Cases,
}
use Among::{All, Cases};

/// A rate: its id, what it needs, among whom, and who counts.
pub(crate) type Kind = (&'static str, &'static [Need], Among, fn(&ClientChange) -> bool);

/// The four classes in the order of the report, and two rates beside them.
pub(crate) const CLASSES: [Kind; 6] = [
    ("Y/recovered", &[Criterion, CutoffC], All, |c| c.is(Change::Recovered)),
    ("Y/improved", &[Criterion, CutoffC], All, |c| c.is(Change::Improved)),
    ("Y/unchanged", &[Criterion], All, |c| c.is(Change::Unchanged)),
    ("Y/deteriorated", &[Criterion], All, |c| c.is(Change::Deteriorated) || c.is(Change::Harmed)),
    IMPROVEMENT,
    ("Y/reliable_recovery", &[Criterion, Caseness], Cases, |c| c.is_better && !c.case[1]),
];
const IMPROVEMENT: Kind = ("Y/reliable_improvement", &[Criterion], All, |c| c.is_better);

/// The rates by fixed thresholds, the same for every sample.
const SERVICE: [Kind; 5] = [
    ("Y/service/caseness", &[GivenCutoff], All, |c| c.case[0]),
    ("Y/service/recovery", &[GivenCutoff], Cases, ClientChange::recovers),
    ("Y/service/reliable_improvement", &[GivenPoints], All, |c| c.by_points[0]),
    ("Y/service/reliable_recovery", &[GivenCutoff, GivenPoints], Cases, |c| {
        c.recovers() && c.by_points[0]
    }),
    ("Y/service/reliable_deterioration", &[GivenPoints], All, |c| c.by_points[1]),
];

pub(crate) fn rate((_, _, among, counts): &Kind, clients: &[(usize, ClientChange)]) -> Rate {
    let inside = clients.iter().filter(|(_, change)| *among == All || change.case[0]);
    inside.map(|(client, change)| (*client, counts(change))).collect()
}

fn estimate(kind: &Kind, outcome: &Outcome<'_>, clients: &[(usize, ClientChange)]) -> Estimate {
    let (words, measure, (key, needs, ..)) = (&outcome.words, outcome.measure, kind);
    let lacking = needs.iter().find_map(|need| match need {
        Criterion => outcome.criterion().err(),
        CutoffC => outcome.cutoff().err(),
        Caseness => outcome.caseness().err(),
        GivenCutoff => measure.cutoff.is_none().then(|| words.text("refuse.caseness")),
        GivenPoints => measure.reliable_change.is_none().then(|| words.text("refuse.points")),
    });
    words.estimate(key).given(lacking.map_or(Ok(()), Err), |e, ()| {
        let rate = rate(kind, clients);
        let lost = clients.len() as u64 - rate.of();
        let estimate = e.dropped(words.text("lacks.case"), lost);
        rate.of_clients(estimate, outcome.clients, words.text("warn.rate"))
    })
}

/// Adds the classes of one outcome and the rates by fixed thresholds, with their tables, notes and figures.
pub(crate) fn add(findings: &mut Findings, outcome: &Outcome<'_>) {
    let (rule, measure, words) = (outcome.classifier(), outcome.measure, &outcome.words);
    let scale = Scale {
        rule: rule.as_ref().ok().copied(),
        caseness: outcome.caseness().ok(),
        points: measure.reliable_change,
        benefit_sign: outcome.sign,
    };
    let changes = outcome.pairs().map(|(before, after)| scale.change(before, after));
    let clients: Vec<_> = outcome.sample.clients.iter().copied().zip(changes).collect();
    let classes = CLASSES.map(|kind| estimate(&kind, outcome, &clients));
    if let Ok(rule) = &rule {
        notes(findings, outcome, rule, &clients);
        findings.tables.push(table(words.table("change-Y"), &classes));
        findings.figures.extend(figure::jacobson_truax(outcome, rule, &classes, &clients));
    }
    findings.estimates.extend(classes);
    if rule.is_ok() {
        funnel::add(findings, outcome, &rate(&IMPROVEMENT, &clients));
    }
    let service = SERVICE.map(|kind| {
        let rate = estimate(&kind, outcome, &clients).detail_if("cutoff", measure.cutoff);
        rate.detail_if("reliable_change", measure.reliable_change)
    });
    if service.iter().any(|e| e.estimate.is_some()) {
        findings.tables.push(table(words.table("service-Y"), &service));
    }
    findings.estimates.extend(service);
}

/// One row per rate: numerator, denominator, share and both intervals.
fn table(table: ReportTable, rates: &[Estimate]) -> ReportTable {
    let row = |rate: &Estimate| {
        let cells = [
            Cell::text(&rate.label),
            Cell::number(rate.number("count")),
            Cell::number(rate.number("denominator")),
            Cell::number(rate.estimate),
            Cell::interval(rate.ci),
            Cell::interval(Rate::clustered_of(rate)),
        ];
        Row { cells: cells.into(), n: rate.n, spread: rate.spread }
    };
    ReportTable { rows: rates.iter().map(row).collect(), ..table }
}

/// What a reader of the rates must know of this scale and these clients.
fn notes(
    findings: &mut Findings,
    outcome: &Outcome<'_>,
    rule: &Classifier,
    clients: &[(usize, ClientChange)],
) {
    findings.notes.push(outcome.words.note(NoteKind::Choice, "note.baseline"));
    let mut note = |key: &str, clients: usize| {
        let words = outcome.words.with("clients", clients);
        findings.notes.extend((clients > 0).then(|| words.note(NoteKind::Info, key)));
    };
    note("note.harmed", clients.iter().filter(|(_, c)| c.is(Change::Harmed)).count());
    let Some(c) = rule.cutoff else { return };
    let on = |score: f64| (score - c).abs() < SCORE_TOLERANCE;
    let on_cutoff = outcome.pairs().filter(|(first, last)| on(*first) || on(*last));
    note("note.on_cutoff", on_cutoff.count());
    let functional = outcome.before.iter().filter(|first| outcome.sign * (**first - c) > 0.0);
    note("note.functional", functional.count());
}
