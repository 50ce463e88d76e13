//! The paragraphs that need a decision: plain answer and limitations, and what must be known of the models. The texts themselves are in
//! `words.toml`.

use dyad_plugin::designs::singular::is_singular;
use dyad_plugin::prelude::*;
use dyad_plugin::sentence::side;

use crate::Study;

pub(crate) fn close(study: Study<'_>) -> Findings {
    let s = study.section();
    s.note_singular("note.singular");
    s.note(NoteKind::Choice, "note.centred");
    limits(&study);
    let burnout = study.sections([("A", Role::Alliance), ("B", Role::Burnout)]);
    let therapists = study.sections([("Y", Role::Outcome)]);
    let answers = [burnout.first().and_then(with_alliance), therapists.first().and_then(matter)];
    let (answer, results) = (answers.into_iter().flatten().collect(), s.each_result());
    study.close(answer, results, "")
}

/// Whether burnout goes with the alliance, and what would have been missed.
fn with_alliance(s: &Section<'_>) -> Option<String> {
    let slope = s.get("alliance/A/B/slope")?;
    let s = s.with("slope", &slope);
    let Some(ci) = slope.ci else { return Some(s.text("burnout.refused")) };
    let direction = side(ci, 0.0);
    let missed = s.number("alliance/A/B/detectable").filter(|_| direction == "across");
    let missed = missed.map(|size| s.with("smallest", size).text("burnout.missed"));
    let s = s.with_text("direction", &format!("burnout.{direction}"));
    Some(s.with("smallest", missed.unwrap_or_default()).text("burnout.answer"))
}

/// How much therapists matter.
fn matter(s: &Section<'_>) -> Option<String> {
    let icc = s.get("therapist/Y/icc_adjusted")?;
    let key = if icc.ci.and(icc.p).is_some() { "therapists.answer" } else { "therapists.refused" };
    Some(s.with("icc", &icc).text(key))
}

/// What the facts of this run do not allow to say.
fn limits(study: &Study<'_>) {
    let s = study.section().with("missed", 1.0 - study.settings().power);
    let therapists = s.like("", "").iter().filter_map(|e| e.n.therapists).max().unwrap_or(0);
    s.with("therapists", therapists).limit("limits.few");
    let is_share = |e: &Estimate| e.id.starts_with("therapist/") && e.estimate.is_some();
    s.limit_where("/detectable", is_share, "limits.power");
    s.limit_where("/indirect", |e| e.estimate.is_some(), "limits.mediation");
    let by_therapist = |alliance: &Measure| alliance.rater == Some(Rater::Therapist);
    s.limit_if(study.measures_of(Role::Alliance).any(by_therapist), "limits.rater");
    s.limit_where("", is_singular, "limits.singular");
}
