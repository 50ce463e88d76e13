//! What a reader sees besides the numbers: notes on the assumptions, tables and the paragraphs that need a decision. The texts themselves
//! are in `words.toml`.

use dyad_plugin::derived::Clients;
use dyad_plugin::prelude::*;
use dyad_plugin::sentence::side;
use dyad_plugin::summary;

use crate::Settings;

/// Adds how uneven the caseloads are, which variances lie at their boundary, and who gave no burnout score, before and after the notes there are.
pub(crate) fn notes(findings: &mut Findings, run: &Run<Settings>, clients: &Clients<'_>) {
    let words = run.words();
    findings.notes.splice(..0, caseloads(run, clients));
    let singular: Vec<&str> =
        findings.estimates.iter().filter(|e| is_singular(e)).map(|e| e.label.as_str()).collect();
    if !singular.is_empty() {
        let words = words.with("models", singular.join("; "));
        findings.notes.push(words.note(NoteKind::Warning, "note.singular"));
    }
    for words in run.words_about([("B", Role::Burnout)]) {
        let share = words.get(findings, "prevalence/B");
        if let Some(silent) = share.and_then(|e| e.dropped.first()?.therapists) {
            let words = words.with("silent", silent);
            findings.notes.push(words.note(NoteKind::Warning, "note.silent"));
        }
    }
    findings.notes.push(words.note(NoteKind::Choice, "note.centred"));
}

fn caseloads(run: &Run<Settings>, clients: &Clients<'_>) -> Option<Note> {
    let all: Vec<usize> = (0..clients.len()).collect();
    let mut sizes = clients.caseloads(&all).ok()?;
    sizes.sort_unstable();
    let few = sizes.iter().filter(|size| **size < run.settings().min_caseload).count();
    let number = |size: &u32| f64::from(*size);
    let words = run.words().with("small", few).with("therapists", sizes.len()).numbers([
        ("smallest", number(sizes.first()?)),
        ("largest", number(sizes.last()?)),
        ("median", number(sizes.get(sizes.len() / 2)?)),
    ]);
    Some(words.note(NoteKind::Info, "note.caseload"))
}

fn is_singular(estimate: &Estimate) -> bool {
    estimate.warnings.iter().any(|w| w.contains("singular"))
}

/// Adds the tables; one whose estimates are all refused is left out.
pub(crate) fn tables(findings: &mut Findings, run: &Run<Settings>) {
    let mut tables = Vec::new();
    for words in run.words_about([("B", Role::Burnout)]) {
        tables.extend(words.summary("burnout-B", findings));
        tables.extend(run.pairs().filter_map(|(alliance, outcome)| {
            let words = words.about("A", alliance).about("Y", outcome);
            words.summary("paths-A-Y-B", findings)
        }));
        tables.extend(words.summary("prevalence-B", findings));
    }
    let outcomes = run.words_about([("Y", Role::Outcome)]);
    tables.extend(outcomes.iter().filter_map(|words| words.summary("therapists-Y", findings)));
    findings.tables.extend(tables);
}

/// The generated paragraphs.
pub(crate) fn text(findings: &Findings, run: &Run<Settings>) -> Text {
    let answers = [burnout(findings, run), therapists(findings, run)];
    Text {
        answer: answers.into_iter().flatten().collect(),
        results: run.words().results(findings),
        limitations: limitations(findings, run),
        ..run.words().paragraphs()
    }
}

/// Whether burnout goes with the alliance, and what would have been missed.
fn burnout(findings: &Findings, run: &Run<Settings>) -> Option<String> {
    let roles = [("A", Role::Alliance), ("B", Role::Burnout)];
    let words = run.words_about(roles).into_iter().next()?;
    let slope = words.get(findings, "alliance/A/B/slope")?;
    let Some(ci) = slope.estimate.and(slope.ci) else {
        let reason = slope.refused.as_deref().unwrap_or("no interval can be given");
        return Some(words.with("reason", reason).text("burnout.refused"));
    };
    let direction = side(ci, 0.0);
    let detectable = words.get(findings, "alliance/A/B/detectable").and_then(|e| e.estimate);
    let missed = detectable.filter(|_| direction == "across");
    let missed = missed.map(|size| words.with("smallest", size).text("burnout.missed"));
    let words = words.with("direction", words.text(&format!("burnout.{direction}")));
    let words = words.of("slope", slope).with("smallest", missed.unwrap_or_default());
    Some(words.text("burnout.answer"))
}

/// How much therapists matter.
fn therapists(findings: &Findings, run: &Run<Settings>) -> Option<String> {
    let words = run.words_about([("Y", Role::Outcome)]).into_iter().next()?;
    let icc = words.get(findings, "therapist/Y/icc_adjusted")?;
    let given = icc.estimate.is_some() && icc.ci.is_some() && icc.p.is_some();
    let words = words.of("icc", icc);
    Some(words.text(if given { "therapists.answer" } else { "therapists.refused" }))
}

fn limitations(findings: &Findings, run: &Run<Settings>) -> String {
    let therapists = findings.estimates.iter().filter_map(|e| e.n.therapists).max().unwrap_or(0);
    let outcomes = run.words_about([("Y", Role::Outcome)]);
    let detectable = |words: &Words<'_>| words.get(findings, "therapist/Y/detectable")?.estimate;
    let detectable = outcomes.iter().find_map(detectable);
    let mediated = |e: &Estimate| e.id.starts_with("mediation/") && e.estimate.is_some();
    let by_therapist = |a: &Measure| a.rater == Some(Rater::Therapist);
    let words = run.words().with("therapists", therapists);
    let words = words.with("detectable", detectable.unwrap_or_default());
    words.with("missed", 1.0 - run.settings().power).sentences(&[
        (true, "limits.few"),
        (detectable.is_some(), "limits.power"),
        (findings.estimates.iter().any(mediated), "limits.mediation"),
        (run.measures_of(Role::Alliance).any(by_therapist), "limits.rater"),
        (findings.estimates.iter().any(is_singular), "limits.singular"),
    ]) + &summary::refusals(findings, |_| true)
}
