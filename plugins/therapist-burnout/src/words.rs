//! The paragraphs that need a decision: plain answer and limitations, and what must be known of the models. The texts themselves are in
//! `words.toml`.

use dyad_plugin::prelude::*;
use dyad_plugin::sentence::side;

use crate::Study;

pub(crate) fn close(study: Study<'_>) -> Findings {
    let s = study.section();
    let singular = s.like("", "").into_iter().filter(is_singular).map(|e| e.label);
    let singular: Vec<String> = singular.collect();
    if !singular.is_empty() {
        s.with("models", singular.join("; ")).note(NoteKind::Warning, "note.singular");
    }
    s.note(NoteKind::Choice, "note.centred");
    limits(&study);
    let burnout = study.sections([("A", Role::Alliance), ("B", Role::Burnout)]);
    let therapists = study.sections([("Y", Role::Outcome)]);
    let answers = [burnout.first().and_then(with_alliance), therapists.first().and_then(matter)];
    let (answer, results) = (answers.into_iter().flatten().collect(), s.each_result());
    study.close(answer, results, "")
}

fn is_singular(estimate: &Estimate) -> bool {
    estimate.warnings.iter().any(|warning| warning.contains("singular"))
}

/// Whether burnout goes with the alliance, and what would have been missed.
fn with_alliance(s: &Section<'_>) -> Option<String> {
    let slope = s.get("alliance/A/B/slope")?;
    let Some(ci) = slope.estimate.and(slope.ci) else {
        let reason = slope.refused.as_deref().unwrap_or("no interval can be given");
        return Some(s.with("reason", reason).text("burnout.refused"));
    };
    let direction = side(ci, 0.0);
    let missed = s.number("alliance/A/B/detectable").filter(|_| direction == "across");
    let missed = missed.map(|size| s.with("smallest", size).text("burnout.missed"));
    let s = s.saying_of("direction", &format!("burnout.{direction}"));
    let s = s.with("slope", &slope).with("smallest", missed.unwrap_or_default());
    Some(s.text("burnout.answer"))
}

/// How much therapists matter.
fn matter(s: &Section<'_>) -> Option<String> {
    let icc = s.get("therapist/Y/icc_adjusted")?;
    let given = icc.estimate.is_some() && icc.ci.is_some() && icc.p.is_some();
    let s = s.with("icc", &icc);
    Some(s.text(if given { "therapists.answer" } else { "therapists.refused" }))
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
