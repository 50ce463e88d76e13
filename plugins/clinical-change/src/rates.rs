//! The classes of change as rates: numerator, denominator, Wilson and therapist-clustered interval.

use dyad_plugin::apa;
use dyad_plugin::derived::{Clients, Sample};
use dyad_plugin::prelude::*;
use dyad_stats::SCORE_TOLERANCE;
use dyad_stats::change::{Change, Classifier};
use dyad_stats::linear::{Correction, ols};
use dyad_stats::proportions::wilson;

use crate::figure;
use crate::scale::Scale;

/// The rates, in the order of the report: id, label, whether it needs cut-off c.
const RATES: [(&str, &str, bool); 6] = [
    ("recovered", "Recovered", true),
    ("improved", "Improved, not recovered", true),
    ("unchanged", "No reliable change", false),
    ("deteriorated", "Deteriorated", false),
    ("reliable_improvement", "Reliably improved", false),
    ("reliable_recovery", "Reliably recovered, of the cases at the start", false),
];

/// Adds the rates of one outcome, their table, notes and the figure.
pub(crate) fn add(findings: &mut Findings, clients: &Clients<'_>, scale: &Scale<'_>) {
    let no_last = format!("no {} score", scale.outcome.name());
    let sample = clients.complete(&[(&scale.baseline, "no baseline"), (&scale.last, &no_last)]);
    let pairs: Vec<(f64, f64)> =
        sample.pick(&scale.baseline).into_iter().zip(sample.pick(&scale.last)).collect();
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
            (Ok(rule), _, caseness) => {
                let caseness = caseness.as_ref().ok().copied();
                rate(estimate, what, rule, caseness, &pairs, clients, &sample, scale)
            }
        });
    }
    if let Ok(rule) = &classifier {
        notes(findings, rule, &pairs, scale);
        findings.tables.push(table(scale, &estimates, &sample));
        findings.figures.extend(figure::jacobson_truax(scale, rule, &pairs, &estimates, sample.n));
    }
    findings.estimates.extend(estimates);
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

/// Whether a score is at caseness: at the cut-off or beyond it in the worse direction.
fn is_case(scale: &Scale<'_>, caseness: f64, score: f64) -> bool {
    -scale.outcome.benefit_sign() * (score - caseness) >= -SCORE_TOLERANCE
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

#[expect(
    clippy::too_many_arguments,
    reason = "one rate needs the rule, the scores and whose they are"
)]
fn rate(
    estimate: Estimate,
    what: &str,
    rule: &Classifier,
    caseness: Option<f64>,
    pairs: &[(f64, f64)],
    clients: &Clients<'_>,
    sample: &Sample,
    scale: &Scale<'_>,
) -> Estimate {
    let of_cases = what == "reliable_recovery";
    let mut among = Vec::new();
    let mut hits = Vec::new();
    for (&client, &pair) in sample.clients.iter().zip(pairs) {
        let case = |score: f64| caseness.is_some_and(|c| is_case(scale, c, score));
        if of_cases && !case(pair.0) {
            continue;
        }
        among.push(client);
        let hit = counts_as(what, rule, pair) && (!of_cases || !case(pair.1));
        hits.push(if hit { 1.0 } else { 0.0 });
    }
    let (n, x) = (hits.len() as u64, hits.iter().filter(|h| **h > 0.5).count() as u64);
    let estimate = estimate.counts(clients.counts(&among));
    let estimate = if of_cases {
        estimate.dropped("not a case at the start", pairs.len() as u64 - n)
    } else {
        estimate
    };
    match wilson(x, n) {
        Err(_) => estimate.refused("the denominator is 0"),
        Ok(ci) => {
            let mut given = estimate
                .value(x as f64 / n as f64)
                .ci(ci)
                .detail("count", x as f64)
                .detail("denominator", n as f64);
            if let Some([low, high]) = clustered(clients, &among, &hits) {
                given = given.detail("clustered_low", low).detail("clustered_high", high);
            }
            given
        }
    }
}

/// The interval that knows that clients share therapists: a mean with CR2; none if nobody or everybody counts.
fn clustered(clients: &Clients<'_>, among: &[usize], hits: &[f64]) -> Option<[f64; 2]> {
    let therapists = clients.therapist_ranges(among).ok()?;
    let robust =
        ols(&[], hits).ok()?.cluster_robust("(intercept)", &therapists, Correction::Cr2).ok()?;
    Some(robust.ci)
}

/// What a reader of the rates must know of this scale and these clients.
fn notes(findings: &mut Findings, rule: &Classifier, pairs: &[(f64, f64)], scale: &Scale<'_>) {
    let harmed =
        pairs.iter().filter(|(b, l)| rule.classify(*b, *l) == Change::Harmed).count() as u64;
    let mut note = |kind, text: String| findings.notes.push(Note { kind, text });
    note(
        NoteKind::Choice,
        format!(
            "{}: intake severity is {}; the final score is the last one observed.",
            scale.outcome.name(),
            scale.baseline_source
        ),
    );
    if harmed > 0 {
        note(
            NoteKind::Info,
            format!(
                "{}: {} who deteriorated also crossed the cut-off from the functional side.",
                scale.outcome.name(),
                apa::counted(harmed, "client")
            ),
        );
    }
    let on_cutoff = rule.cutoff.map_or(0, |c| {
        pairs
            .iter()
            .filter(|(b, l)| (b - c).abs() < SCORE_TOLERANCE || (l - c).abs() < SCORE_TOLERANCE)
            .count() as u64
    });
    if on_cutoff > 0 {
        note(
            NoteKind::Info,
            format!(
                "{}: {} scored exactly the cut-off, which is on neither side.",
                scale.outcome.name(),
                apa::counted(on_cutoff, "client")
            ),
        );
    }
}

fn table(scale: &Scale<'_>, estimates: &[Estimate], sample: &Sample) -> ReportTable {
    let mut table = ReportTable::new(format!("change-{}", scale.outcome.id), format!("Change of {}", scale.outcome.name()))
        .column("class", "Class", ColumnKind::Text)
        .column("n", "Clients", ColumnKind::Count)
        .column("of", "Of", ColumnKind::Count)
        .column("share", "Share", ColumnKind::Share)
        .column("wilson", "95 % CI (Wilson)", ColumnKind::Interval)
        .column("clustered", "95 % CI (by therapist)", ColumnKind::Interval)
        .note("The four classes add to all clients; the last two rows are rates of their own. Intervals in shares.");
    for (estimate, (_, label, _)) in estimates.iter().zip(RATES) {
        let detail = |name: &str| -> Option<f64> { estimate.details.get(name)?.as_f64() };
        let clustered =
            detail("clustered_low").zip(detail("clustered_high")).map(|(low, high)| [low, high]);
        let cells = [
            Cell::text(label),
            Cell::number(detail("count")),
            Cell::number(detail("denominator")),
            Cell::number(estimate.estimate),
            Cell::interval(estimate.ci),
            Cell::interval(clustered),
        ];
        let n = if estimate.refused.is_some() { sample.n } else { estimate.n };
        table = table.row(n, cells);
    }
    table
}
