//! The classes of change by Jacobson and Truax, and the rates a service reports by fixed thresholds.

use dyad_plugin::Rate;
use dyad_plugin::change::BeforeAfter;
use dyad_plugin::figure::Marks;
use dyad_plugin::prelude::*;
use dyad_stats::SCORE_TOLERANCE;
use dyad_stats::change::{Change, ClientChange, cutoff_c};

/// Whether what a rate needs is known of the scale, or the sentence to refuse it with.
type Known = Result<(), String>;

/// What became of each client with both scores.
struct Changes<'o> {
    section: &'o Section<'o>,
    clients: Vec<(usize, ClientChange)>,
    /// Cut-off and points, said beside rates that go by them.
    thresholds: [Option<f64>; 2],
}

impl Changes<'_> {
    /// The share of all clients who count.
    fn of_all(&self, counts: fn(&ClientChange) -> bool) -> Rate {
        self.clients.iter().map(|(client, change)| (*client, counts(change))).collect()
    }

    /// The share of the cases at the start who count.
    fn of_cases(&self, counts: fn(&ClientChange) -> bool) -> Rate {
        let cases = self.clients.iter().filter(|(_, change)| change.case[0]);
        cases.map(|(client, change)| (*client, counts(change))).collect()
    }

    fn add(&self, key: &str, known: &Known, rate: Rate) {
        let others = if known.is_ok() { self.clients.len() as u64 - rate.of() } else { 0 };
        let [cutoff, points] = self.thresholds;
        self.section
            .without("lacks.case", others)
            .add(key, known.as_ref().map(|()| rate))
            .detail_if("cutoff", cutoff)
            .detail_if("reliable_change", points);
    }
}

/// The four classes in the order of the report, two rates beside them, and therapists and sites by their rate of improvement.
pub(crate) fn classes(outcome: &BeforeAfter<'_>, min_caseload: u64) {
    let s = &outcome.section;
    let found = Changes { section: s, clients: outcome.changes(), thresholds: [None, None] };
    let criterion: Known = outcome.criterion().map(drop);
    let cutoff: Known = outcome.criterion().and_then(|_| outcome.cutoff(cutoff_c)).map(drop);
    let caseness: Known = outcome.criterion().and_then(|_| outcome.caseness()).map(drop);
    let improved = found.of_all(|c| c.is_better);
    let worse = found.of_all(|c| c.is(Change::Deteriorated) || c.is(Change::Harmed));
    found.add("Y/recovered", &cutoff, found.of_all(|c| c.is(Change::Recovered)));
    found.add("Y/improved", &cutoff, found.of_all(|c| c.is(Change::Improved)));
    found.add("Y/unchanged", &criterion, found.of_all(|c| c.is(Change::Unchanged)));
    found.add("Y/deteriorated", &criterion, worse);
    found.add("Y/reliable_improvement", &criterion, improved.clone());
    let recovered = found.of_cases(|c| c.is_better && !c.case[1]);
    found.add("Y/reliable_recovery", &caseness, recovered);

    let Ok(rule) = outcome.classifier() else { return };
    notes(outcome, rule.cutoff, &found.clients);
    let four = ["Y/recovered", "Y/improved", "Y/unchanged", "Y/deteriorated"];
    let two = ["Y/reliable_improvement", "Y/reliable_recovery"];
    s.rate_table("change-Y", four.into_iter().chain(two));
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
    let (section, measure) = (&outcome.section, outcome.measure);
    let thresholds = [measure.cutoff, measure.reliable_change];
    let found = Changes { section, clients: outcome.changes(), thresholds };
    let cutoff: Known = thresholds[0].map(drop).ok_or_else(|| section.text("refuse.caseness"));
    let points: Known = thresholds[1].map(drop).ok_or_else(|| section.text("refuse.points"));
    let both: Known = cutoff.clone().and_then(|()| points.clone());
    found.add("Y/service/caseness", &cutoff, found.of_all(|c| c.case[0]));
    found.add("Y/service/recovery", &cutoff, found.of_cases(ClientChange::recovers));
    found.add("Y/service/reliable_improvement", &points, found.of_all(|c| c.by_points[0]));
    let recovered = found.of_cases(|c| c.recovers() && c.by_points[0]);
    found.add("Y/service/reliable_recovery", &both, recovered);
    found.add("Y/service/reliable_deterioration", &points, found.of_all(|c| c.by_points[1]));
    section.rate_table(
        "service-Y",
        [
            "Y/service/caseness",
            "Y/service/recovery",
            "Y/service/reliable_improvement",
            "Y/service/reliable_recovery",
            "Y/service/reliable_deterioration",
        ],
    );
}

/// What a reader of the rates must know of this scale and these clients.
fn notes(outcome: &BeforeAfter<'_>, cutoff: Option<f64>, clients: &[(usize, ClientChange)]) {
    outcome.section.note(NoteKind::Choice, "note.baseline");
    let note = |key: &str, clients: usize| {
        if clients > 0 {
            outcome.section.with("clients", clients).note(NoteKind::Info, key);
        }
    };
    note("note.harmed", clients.iter().filter(|(_, c)| c.is(Change::Harmed)).count());
    let Some(c) = cutoff else { return };
    let on = |score: f64| (score - c).abs() < SCORE_TOLERANCE;
    note("note.on_cutoff", outcome.pairs().filter(|(first, last)| on(*first) || on(*last)).count());
    let functional = outcome.before.iter().filter(|first| outcome.sign * (**first - c) > 0.0);
    note("note.functional", functional.count());
}
