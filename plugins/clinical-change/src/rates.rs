//! The classes of change by Jacobson and Truax, and the rates a service reports by fixed thresholds.

use dyad_plugin::prelude::*;
use dyad_stats::SCORE_TOLERANCE;
use dyad_stats::change::{Change, Classifier};

use crate::outcome::Outcome;
use crate::rate::{Rate, fill};
use crate::{figure, funnel};

/// The classes, in the order of the report, and whether each needs cut-off c.
const CLASSES: [(&str, bool); 6] = [
    ("Y/recovered", true),
    ("Y/improved", true),
    ("Y/unchanged", false),
    ("Y/deteriorated", false),
    ("Y/reliable_improvement", false),
    ("Y/reliable_recovery", false),
];

/// The rates by fixed thresholds, and whether each needs the cut-off and the points of a reliable change.
const SERVICE: [(&str, bool, bool); 5] = [
    ("Y/service/caseness", true, false),
    ("Y/service/recovery", true, false),
    ("Y/service/reliable_improvement", false, true),
    ("Y/service/reliable_recovery", true, true),
    ("Y/service/reliable_deterioration", false, true),
];

/// Adds the classes of one outcome, their table, notes and figures.
pub(crate) fn classes(findings: &mut Findings, outcome: &Outcome<'_>) {
    let rule = outcome.classifier();
    let estimates = CLASSES.map(|(key, needs_cutoff)| {
        let estimate = outcome.sample.describe(outcome.words.estimate(key));
        let rate = rule.as_ref().map_err(Clone::clone).and_then(|rule| {
            match (&outcome.cutoff, &outcome.caseness) {
                (Err(reason), _) if needs_cutoff => Err(reason.clone()),
                (_, Err(reason)) if key == "Y/reliable_recovery" => Err(reason.clone()),
                _ => Ok(class(outcome, key, rule)),
            }
        });
        estimate.given(rate, |e, rate| give(outcome, e, &rate))
    });
    let Ok(rule) = rule else {
        findings.estimates.extend(estimates);
        return;
    };
    notes(findings, outcome, &rule);
    findings.tables.push(fill(outcome.words.table("change-Y"), &estimates));
    findings.figures.extend(figure::jacobson_truax(outcome, &rule, &estimates));
    findings.estimates.extend(estimates);
    funnel::add(findings, outcome, &class(outcome, "Y/reliable_improvement", &rule));
}

/// Who counts, among whom.
fn class(outcome: &Outcome<'_>, key: &str, rule: &Classifier) -> Rate {
    let of_cases = key == "Y/reliable_recovery";
    let mut rate = Rate::default();
    for (&client, &(first, last)) in outcome.sample.clients.iter().zip(&outcome.pairs) {
        let class = rule.classify(first, last);
        let counts = match key {
            "Y/recovered" => class == Change::Recovered,
            "Y/improved" => class == Change::Improved,
            "Y/unchanged" => class == Change::Unchanged,
            "Y/deteriorated" => matches!(class, Change::Deteriorated | Change::Harmed),
            _ => rule.is_better(first, last),
        };
        if !of_cases || outcome.is_case(first) {
            rate.push(client, counts && !(of_cases && outcome.is_case(last)));
        }
    }
    rate
}

fn give(outcome: &Outcome<'_>, estimate: Estimate, rate: &Rate) -> Estimate {
    let lost = outcome.sample.clients.len() as u64 - rate.of();
    let estimate = estimate.dropped("not a case at the start", lost);
    rate.give(estimate, outcome.clients, &outcome.words)
}

/// Adds the rates a service reports, the same thresholds for every sample, and their table.
pub(crate) fn service(findings: &mut Findings, outcome: &Outcome<'_>) {
    let (words, measure, sign) = (&outcome.words, outcome.measure, outcome.sign);
    let (cutoff, points) = (measure.cutoff, measure.reliable_change);
    let case = |score: f64| cutoff.is_some_and(|c| -sign * (score - c) >= -SCORE_TOLERANCE);
    let beyond = |gain: f64| points.is_some_and(|p| gain >= p - SCORE_TOLERANCE);
    let estimates = SERVICE.map(|(key, needs_cutoff, needs_points)| {
        let estimate = outcome.sample.describe(words.estimate(key));
        if needs_cutoff && cutoff.is_none() {
            return estimate.refused(words.text("refuse.caseness"));
        }
        if needs_points && points.is_none() {
            return estimate.refused(words.text("refuse.points"));
        }
        let mut rate = Rate::default();
        for (&client, &(first, last)) in outcome.sample.clients.iter().zip(&outcome.pairs) {
            let gain = sign * (last - first);
            let recovered = case(first) && !case(last);
            let counts = match key {
                "Y/service/caseness" => case(first),
                "Y/service/recovery" => recovered,
                "Y/service/reliable_improvement" => beyond(gain),
                "Y/service/reliable_recovery" => recovered && beyond(gain),
                _ => beyond(-gain),
            };
            if case(first) || !key.ends_with("recovery") {
                rate.push(client, counts);
            }
        }
        let given = give(outcome, estimate, &rate);
        given.detail_if("cutoff", cutoff).detail_if("reliable_change", points)
    });
    if estimates.iter().any(|e| e.estimate.is_some()) {
        findings.tables.push(fill(words.table("service-Y"), &estimates));
    }
    findings.estimates.extend(estimates);
}

/// What a reader of the rates must know of this scale and these clients.
fn notes(findings: &mut Findings, outcome: &Outcome<'_>, rule: &Classifier) {
    findings.notes.push(outcome.words.note(NoteKind::Choice, "note.baseline"));
    let mut note = |key: &str, holds: &dyn Fn(f64, f64) -> bool| {
        let clients = outcome.pairs.iter().filter(|(first, last)| holds(*first, *last)).count();
        if clients > 0 {
            let words = outcome.words.with("clients", clients);
            findings.notes.push(words.note(NoteKind::Info, key));
        }
    };
    note("note.harmed", &|first, last| rule.classify(first, last) == Change::Harmed);
    let Some(c) = rule.cutoff else { return };
    let on = |score: f64| (score - c).abs() < SCORE_TOLERANCE;
    note("note.on_cutoff", &|first, last| on(first) || on(last));
    note("note.functional", &|first, _| outcome.sign * (first - c) > 0.0);
}
