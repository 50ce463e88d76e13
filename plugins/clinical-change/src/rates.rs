//! The classes of change by Jacobson and Truax, and the rates a service reports by fixed thresholds.

use dyad_plugin::Rate;
use dyad_plugin::prelude::*;
use dyad_stats::SCORE_TOLERANCE;
use dyad_stats::change::{Change, Classifier, is_case, reaches};

use crate::outcome::Outcome;
use crate::{figure, funnel};

/// What became of a client. What is not known of the scale holds for nobody.
pub(crate) struct Client {
    id: usize,
    class: Option<Change>,
    is_better: bool,
    /// At caseness at the start, and at the end.
    case: [bool; 2],
    /// Better, and worse, by the fixed points of a reliable change.
    points: [bool; 2],
}

impl Client {
    fn is(&self, class: Change) -> bool {
        self.class == Some(class)
    }

    /// At caseness at the start and no longer at the end.
    fn recovers(&self) -> bool {
        self.case == [true, false]
    }
}

/// What must be known of the scale for a rate.
enum Need {
    Criterion,
    CutoffC,
    Caseness,
    GivenCutoff,
    GivenPoints,
}
use Need::{Caseness, Criterion, CutoffC, GivenCutoff, GivenPoints};

/// A rate of clients.
pub(crate) struct Kind {
    pub(crate) key: &'static str,
    needs: &'static [Need],
    /// Whether it is a rate of the cases at the start alone.
    of_cases: bool,
    counts: fn(&Client) -> bool,
}

const fn of_all(key: &'static str, needs: &'static [Need], counts: fn(&Client) -> bool) -> Kind {
    Kind { key, needs, of_cases: false, counts }
}

const fn of_cases(key: &'static str, needs: &'static [Need], counts: fn(&Client) -> bool) -> Kind {
    Kind { key, needs, of_cases: true, counts }
}

/// The four classes in the order of the report, and two rates beside them.
pub(crate) const CLASSES: [Kind; 6] = [
    of_all("Y/recovered", &[Criterion, CutoffC], |c| c.is(Change::Recovered)),
    of_all("Y/improved", &[Criterion, CutoffC], |c| c.is(Change::Improved)),
    of_all("Y/unchanged", &[Criterion], |c| c.is(Change::Unchanged)),
    of_all("Y/deteriorated", &[Criterion], |c| c.is(Change::Deteriorated) || c.is(Change::Harmed)),
    IMPROVEMENT,
    of_cases("Y/reliable_recovery", &[Criterion, Caseness], |c| c.is_better && !c.case[1]),
];
const IMPROVEMENT: Kind = of_all("Y/reliable_improvement", &[Criterion], |c| c.is_better);

/// The rates by fixed thresholds, the same for every sample.
const SERVICE: [Kind; 5] = [
    of_all("Y/service/caseness", &[GivenCutoff], |c| c.case[0]),
    of_cases("Y/service/recovery", &[GivenCutoff], Client::recovers),
    of_all("Y/service/reliable_improvement", &[GivenPoints], |c| c.points[0]),
    of_cases("Y/service/reliable_recovery", &[GivenCutoff, GivenPoints], |c| {
        c.recovers() && c.points[0]
    }),
    of_all("Y/service/reliable_deterioration", &[GivenPoints], |c| c.points[1]),
];

impl Kind {
    pub(crate) fn rate(&self, clients: &[Client]) -> Rate {
        let among = clients.iter().filter(|client| !self.of_cases || client.case[0]);
        among.map(|client| (client.id, (self.counts)(client))).collect()
    }

    fn estimate(&self, outcome: &Outcome<'_>, clients: &[Client]) -> Estimate {
        let (words, measure) = (&outcome.words, outcome.measure);
        let lacking = self.needs.iter().find_map(|need| match need {
            Criterion => outcome.criterion().err(),
            CutoffC => outcome.cutoff().err(),
            Caseness => outcome.caseness().err(),
            GivenCutoff => measure.cutoff.is_none().then(|| words.text("refuse.caseness")),
            GivenPoints => measure.reliable_change.is_none().then(|| words.text("refuse.points")),
        });
        let known = lacking.map_or(Ok(()), Err);
        words.estimate(self.key).given(known, |e, ()| {
            let rate = self.rate(clients);
            let lost = clients.len() as u64 - rate.of();
            let estimate = e.dropped(words.text("lacks.case"), lost);
            rate.of_clients(estimate, outcome.clients, words.text("warn.rate"))
        })
    }
}

/// Adds the classes of one outcome and the rates by fixed thresholds, with their tables, notes and figures.
pub(crate) fn add(findings: &mut Findings, outcome: &Outcome<'_>) {
    let (rule, clients, words) = (outcome.classifier(), clients(outcome), &outcome.words);
    let classes = CLASSES.map(|kind| kind.estimate(outcome, &clients));
    if let Ok(rule) = &rule {
        notes(findings, outcome, rule, &clients);
        findings.tables.push(table(words.table("change-Y"), &classes));
        findings.figures.extend(figure::jacobson_truax(outcome, rule, &classes, &clients));
    }
    findings.estimates.extend(classes);
    if rule.is_ok() {
        funnel::add(findings, outcome, &IMPROVEMENT.rate(&clients));
    }
    let (cutoff, points) = (outcome.measure.cutoff, outcome.measure.reliable_change);
    let service = SERVICE.map(|kind| {
        let rate = kind.estimate(outcome, &clients);
        rate.detail_if("cutoff", cutoff).detail_if("reliable_change", points)
    });
    if service.iter().any(|e| e.estimate.is_some()) {
        findings.tables.push(table(words.table("service-Y"), &service));
    }
    findings.estimates.extend(service);
}

fn clients(outcome: &Outcome<'_>) -> Vec<Client> {
    let (rule, caseness) = (outcome.classifier().ok(), outcome.caseness().ok());
    let case = |score: f64| caseness.is_some_and(|c| is_case(score, c, outcome.sign));
    let points = |gain: f64| outcome.measure.reliable_change.is_some_and(|p| reaches(gain, p));
    let client = |(&id, (first, last)): (&usize, (f64, f64))| {
        let gain = outcome.sign * (last - first);
        Client {
            id,
            class: rule.map(|rule| rule.classify(first, last)),
            is_better: rule.is_some_and(|rule| rule.is_better(first, last)),
            case: [case(first), case(last)],
            points: [points(gain), points(-gain)],
        }
    };
    outcome.sample.clients.iter().zip(outcome.pairs()).map(client).collect()
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
fn notes(findings: &mut Findings, outcome: &Outcome<'_>, rule: &Classifier, clients: &[Client]) {
    findings.notes.push(outcome.words.note(NoteKind::Choice, "note.baseline"));
    let mut note = |key: &str, clients: usize| {
        let words = outcome.words.with("clients", clients);
        findings.notes.extend((clients > 0).then(|| words.note(NoteKind::Info, key)));
    };
    note("note.harmed", clients.iter().filter(|client| client.is(Change::Harmed)).count());
    let Some(c) = rule.cutoff else { return };
    let on = |score: f64| (score - c).abs() < SCORE_TOLERANCE;
    let on_cutoff = outcome.pairs().filter(|(first, last)| on(*first) || on(*last));
    note("note.on_cutoff", on_cutoff.count());
    let functional = outcome.before.iter().filter(|first| outcome.sign * (**first - c) > 0.0);
    note("note.functional", functional.count());
}
