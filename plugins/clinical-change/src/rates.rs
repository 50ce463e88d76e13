//! The classes of change as rates.

use dyad_plugin::apa;
use dyad_plugin::derived::{Clients, Sample};
use dyad_plugin::prelude::*;
use dyad_stats::SCORE_TOLERANCE;
use dyad_stats::change::{Change, Classifier};

use crate::scale::Scale;
use crate::share::{Among, table};
use crate::{Settings, figure, funnel};

/// The rates, in the order of the report: id, label, whether it needs cut-off c.
const RATES: [(&str, &str, bool); 6] = [
    ("recovered", "Recovered", true),
    ("improved", "Improved, not recovered", true),
    ("unchanged", "No reliable change", false),
    ("deteriorated", "Deteriorated", false),
    ("reliable_improvement", "Reliably improved", false),
    ("reliable_recovery", "Reliably recovered, of the cases at the start", false),
];

/// Adds the rates of one outcome, their table, notes and figures.
pub(crate) fn add(
    findings: &mut Findings,
    settings: &Settings,
    clients: &Clients<'_>,
    scale: &Scale<'_>,
    sample: &Sample,
    pairs: &[(f64, f64)],
) {
    let classifier = scale.classifier();
    let mut estimates = Vec::new();
    for (what, label, needs_cutoff) in RATES {
        let estimate = sample.describe(Estimate::new(
            format!("{}/{what}", scale.outcome.id),
            format!("{label}, {}", scale.outcome.name()),
        ));
        let estimate = estimate.source("jacobson1991").source("wilson1927").method(method(what));
        estimates.push(match (&classifier, &scale.cutoff, &scale.caseness) {
            (Err(reason), ..) => estimate.refused(reason.as_str()),
            (_, Err(reason), _) if needs_cutoff => estimate.refused(reason.as_str()),
            (_, _, Err(reason)) if what == "reliable_recovery" => estimate.refused(reason.as_str()),
            (Ok(rule), ..) => {
                let among = among(what, rule, scale, sample, pairs);
                let lost = sample.clients.len() as u64 - among.of();
                among.rate(estimate.dropped("not a case at the start", lost), clients)
            }
        });
    }
    if let Ok(rule) = &classifier {
        notes(findings, rule, pairs, scale);
        findings.tables.push(table(
            format!("change-{}", scale.outcome.id),
            format!("Change of {}", scale.outcome.name()),
            "The four classes add to all clients; the last two rows are rates of their own.",
            &estimates.iter().collect::<Vec<_>>(),
        ));
        findings.figures.extend(figure::jacobson_truax(scale, rule, pairs, &estimates, sample.n));
    }
    findings.estimates.extend(estimates);
    if let Ok(rule) = &classifier {
        let improved = among("reliable_improvement", rule, scale, sample, pairs);
        funnel::add(findings, settings, clients, scale.outcome, &improved);
    }
}

fn method(what: &str) -> &'static str {
    match what {
        "reliable_recovery" => {
            "reliably better, at caseness at the start and below it at the end; denominator: cases at the start; Wilson interval"
        }
        "reliable_improvement" => {
            "change beyond the criterion for the better; denominator: clients with baseline and final score; Wilson interval"
        }
        _ => {
            "Jacobson–Truax class; denominator: clients with baseline and final score; Wilson interval"
        }
    }
}

fn counts_as(what: &str, rule: &Classifier, (baseline, last): (f64, f64)) -> bool {
    let class = rule.classify(baseline, last);
    match what {
        "recovered" => class == Change::Recovered,
        "improved" => class == Change::Improved,
        "unchanged" => class == Change::Unchanged,
        "deteriorated" => matches!(class, Change::Deteriorated | Change::Harmed),
        _ => rule.is_better(baseline, last),
    }
}

fn among(
    what: &str,
    rule: &Classifier,
    scale: &Scale<'_>,
    sample: &Sample,
    pairs: &[(f64, f64)],
) -> Among {
    let of_cases = what == "reliable_recovery";
    let mut among = Among::default();
    for (&client, &pair) in sample.clients.iter().zip(pairs) {
        if of_cases && !scale.is_case(pair.0) {
            continue;
        }
        let hit = counts_as(what, rule, pair) && (!of_cases || !scale.is_case(pair.1));
        among.push(client, hit);
    }
    among
}

/// What a reader of the rates must know of this scale and these clients.
fn notes(findings: &mut Findings, rule: &Classifier, pairs: &[(f64, f64)], scale: &Scale<'_>) {
    let name = scale.outcome.name();
    let mut note = |kind, text: String| findings.notes.push(Note { kind, text });
    note(
        NoteKind::Choice,
        format!(
            "{name}: intake severity is {}; the final score is the last one observed.",
            scale.baseline_source
        ),
    );
    let harmed =
        pairs.iter().filter(|(b, l)| rule.classify(*b, *l) == Change::Harmed).count() as u64;
    if harmed > 0 {
        let clients = apa::counted(harmed, "client");
        note(
            NoteKind::Info,
            format!(
                "{name}: {clients} who deteriorated also crossed the cut-off from the functional side."
            ),
        );
    }
    let Some(c) = rule.cutoff else { return };
    let on = |score: f64| (score - c).abs() < SCORE_TOLERANCE;
    let on_cutoff = pairs.iter().filter(|(b, l)| on(*b) || on(*l)).count() as u64;
    if on_cutoff > 0 {
        let clients = apa::counted(on_cutoff, "client");
        note(
            NoteKind::Info,
            format!("{name}: {clients} scored exactly the cut-off, which is on neither side."),
        );
    }
    let functional =
        pairs.iter().filter(|(b, _)| scale.outcome.benefit_sign() * (b - c) > 0.0).count() as u64;
    if functional > 0 {
        let clients = apa::counted(functional, "client");
        note(
            NoteKind::Info,
            format!(
                "{name}: {clients} began on the functional side of cut-off c and could not recover; they are in the denominator."
            ),
        );
    }
}
