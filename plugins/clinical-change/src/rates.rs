//! The classes of change by Jacobson and Truax, and the rates a service reports by fixed thresholds.

use dyad_plugin::Rate;
use dyad_plugin::designs::change::BeforeAfter;
use dyad_plugin::figure::Marks;
use dyad_plugin::prelude::*;
use dyad_stats::SCORE_TOLERANCE;
use dyad_stats::change::{Change, ClientChange, cutoff_c};

/// Whether what a rate needs is known of the scale, or the sentence to refuse it with.
type Known = Result<(), String>;

/// The four classes in the order of the report, two rates beside them, and therapists and sites by their rate of improvement.
pub(crate) fn classes(outcome: &BeforeAfter<'_>, min_caseload: u64) {
    let (s, changes) = (&outcome.section, outcome.changes());
    let add = |key: &str, known: &Known, rate: Rate| {
        s.rate(key, known.as_ref().map(|()| rate), changes.len(), "lacks.case");
    };
    let criterion: Known = outcome.criterion().map(drop);
    let cutoff: Known = outcome.criterion().and_then(|_| outcome.cutoff(cutoff_c)).map(drop);
    let caseness: Known = outcome.criterion().and_then(|_| outcome.caseness()).map(drop);
    let improved = changes.of_all(|c| c.is_better);
    let worse = changes.of_all(|c| c.is(Change::Deteriorated) || c.is(Change::Harmed));
    let recovered = changes.of_cases(|c| c.is_better && !c.case[1]);
    add("Y/recovered", &cutoff, changes.of_all(|c| c.is(Change::Recovered)));
    add("Y/improved", &cutoff, changes.of_all(|c| c.is(Change::Improved)));
    add("Y/unchanged", &criterion, changes.of_all(|c| c.is(Change::Unchanged)));
    add("Y/deteriorated", &criterion, worse);
    add("Y/reliable_improvement", &criterion, improved.clone());
    add("Y/reliable_recovery", &caseness, recovered);

    let Ok(rule) = outcome.classifier() else { return };
    notes(outcome, rule.cutoff, changes.of_all(|c| c.is(Change::Harmed)).count());
    s.rate_table("change-Y");
    let four = ["Y/recovered", "Y/improved", "Y/unchanged", "Y/deteriorated"];
    outcome.draw("change-Y", &rule, &four);
    let s = s.over(s.clients.counts(improved.units()));
    let therapists = s.clients.therapist_ranges(improved.units()).map_err(str::to_owned);
    let therapists = therapists.and_then(|of| improved.funnel("therapist", &of, min_caseload));
    let sites = improved.funnel("site", &s.clients.site_ranges(improved.units()), min_caseload);
    s.funnel(["Y/funnel_therapists", "funnel-therapists-Y"], Marks::Therapists, therapists);
    s.funnel(["Y/funnel_sites", "funnel-sites-Y"], Marks::Sites, sites);
}

/// The rates by the cut-off and the points of the study file or the instrument's key, the same for every sample.
pub(crate) fn by_thresholds(outcome: &BeforeAfter<'_>) {
    let (s, measure, changes) = (&outcome.section, outcome.measure, outcome.changes());
    let add = |key: &str, known: &Known, rate: Rate| {
        s.rate(key, known.as_ref().map(|()| rate), changes.len(), "lacks.case")
            .detail_if("cutoff", measure.cutoff)
            .detail_if("reliable_change", measure.reliable_change);
    };
    let cutoff: Known = measure.cutoff.map(drop).ok_or_else(|| s.text("refuse.caseness"));
    let points: Known = measure.reliable_change.map(drop).ok_or_else(|| s.text("refuse.points"));
    let both: Known = cutoff.clone().and_then(|()| points.clone());
    let recovered = changes.of_cases(|c| c.recovers() && c.by_points[0]);
    add("Y/service/caseness", &cutoff, changes.of_all(|c| c.case[0]));
    add("Y/service/recovery", &cutoff, changes.of_cases(ClientChange::recovers));
    add("Y/service/reliable_improvement", &points, changes.of_all(|c| c.by_points[0]));
    add("Y/service/reliable_recovery", &both, recovered);
    add("Y/service/reliable_deterioration", &points, changes.of_all(|c| c.by_points[1]));
    s.rate_table("service-Y");
}

/// What a reader of the rates must know of this scale and these clients.
fn notes(outcome: &BeforeAfter<'_>, cutoff: Option<f64>, harmed: u64) {
    outcome.section.note(NoteKind::Choice, "note.baseline");
    let note = |key: &str, clients: u64| {
        if clients > 0 {
            outcome.section.with("clients", clients).note(NoteKind::Info, key);
        }
    };
    note("note.harmed", harmed);
    let Some(c) = cutoff else { return };
    let on = |score: f64| (score - c).abs() < SCORE_TOLERANCE;
    let on_cutoff = outcome.pairs().filter(|(first, last)| on(*first) || on(*last));
    note("note.on_cutoff", on_cutoff.count() as u64);
    let functional = outcome.before.iter().filter(|first| outcome.sign * (**first - c) > 0.0);
    note("note.functional", functional.count() as u64);
}
