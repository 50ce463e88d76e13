//! What a reader of the report should know about the data: choices made and oddities seen. No value is quoted.

use std::path::Path;

use dyad_model::{Note, NoteKind};
use rayon::prelude::*;

use crate::{
    arrange::Arranged,
    code::Code,
    gate::Override,
    intern::Interner,
    map::{Mapped, Names, Persons},
    number,
    problem::{Problem, Problems},
    study_file::{StudyFile, TwoTherapists},
    tables::MeasureValues,
};

/// Clients below which a therapist's results are close to single persons'.
const FEW: usize = 5;

/// A missing code inside the range of a measure could be a score.
pub(crate) fn codes_in_range(file: &StudyFile, study: &Path) -> Problems {
    let mut problems = Problems::default();
    for measure in file.measures.iter().filter(|m| m.missing.is_none()) {
        for code in file.missing_codes.iter().filter(|code| measure.holds(code)) {
            let [low, high] = measure.range.unwrap_or_default();
            problems.add(
                Problem::new(Code::CodeInRange, &study.display().to_string())
                    .found(format!("the missing code {code} lies inside the range of a measure"))
                    .expected(format!("codes outside {low} to {high} ([measures.{}])", measure.id))
                    .hint(format!(
                        "in [measures.{}] list the codes of this measure: missing = [\"…\"]",
                        measure.id
                    )),
            );
        }
    }
    problems
}

/// What the notes are made from.
pub(crate) struct Facts<'a> {
    pub(crate) file: &'a StudyFile,
    pub(crate) rows: &'a Mapped,
    pub(crate) arranged: &'a Arranged,
    pub(crate) names: &'a Names,
    pub(crate) values: &'a [MeasureValues],
    pub(crate) clients: Option<&'a Persons>,
    pub(crate) therapists: Option<&'a Persons>,
    pub(crate) turned: &'a [String],
    pub(crate) exposure: &'a [Note],
    pub(crate) doubts: &'a [Note],
}

fn note(kind: NoteKind, text: String) -> Note {
    Note { kind, text }
}

fn plural(n: usize, one: &str) -> String {
    if n == 1 { format!("{n} {one}") } else { format!("{n} {one}s") }
}

/// What was overridden: for `validate`; a report takes it from the provenance.
pub(crate) fn overridden(overrides: &[Override]) -> impl Iterator<Item = Note> {
    overrides.iter().map(|allowed| {
        let text = format!(
            "De-identification check {} was overridden for the column `{}`, with the reason: {}",
            allowed.rule.as_str(),
            allowed.column,
            allowed.reason
        );
        note(NoteKind::Warning, text)
    })
}

/// The notes of a study, in a fixed order.
pub(crate) fn notes(facts: &Facts<'_>) -> Vec<Note> {
    let mut notes = Vec::new();
    for id in facts.turned {
        let text = format!(
            "Most reversed items of `{id}` go along with the others before they are reversed: the file may hold them \
             reversed already. Then set already_reversed = true."
        );
        notes.push(note(NoteKind::Warning, text));
    }
    notes.extend(facts.doubts.iter().cloned());
    disclosure(facts, &mut notes);
    structure(facts, &mut notes);
    identifiers(facts, &mut notes);
    joins(facts, &mut notes);
    notes.par_extend(facts.values.par_iter().flat_map_iter(measure));
    notes
}

/// What the data may give away about persons.
fn disclosure(facts: &Facts<'_>, notes: &mut Vec<Note>) {
    let arranged = facts.arranged;
    notes.extend(facts.exposure.iter().cloned());
    let text = "These are pseudonymised personal data: a client's full series of ratings is nearly always unique.";
    notes.push(note(NoteKind::Info, text.to_owned()));
    if arranged.therapists.is_empty() {
        return;
    }
    let few = arranged.therapists.iter().filter(|(_, first, past)| past - first < FEW).count();
    if few > 0 {
        let text = format!("{} with fewer than five clients.", plural(few, "therapist"));
        notes.push(note(NoteKind::Warning, text));
    }
    let mut of_site = vec![0_usize; arranged.sites];
    for (site, _, _) in &arranged.therapists {
        of_site[*site as usize] += 1;
    }
    let single = of_site.iter().filter(|n| **n == 1).count();
    if single > 0 && arranged.sites > 1 {
        let text = format!("{} with a single therapist.", plural(single, "site"));
        notes.push(note(NoteKind::Warning, text));
    }
}

fn structure(facts: &Facts<'_>, notes: &mut Vec<Note>) {
    let Facts { file, arranged, rows, .. } = facts;
    if file.columns.site.is_none() {
        let text = "No site column: all clients are taken to belong to one site.";
        notes.push(note(NoteKind::Choice, text.to_owned()));
    }
    if file.columns.session.is_none() && !file.is_wide() {
        let text = if file.columns.day.is_some() || file.columns.date.is_some() {
            "No session column: the sessions of each client are numbered by their days."
        } else {
            "No session column: the sessions of each client are numbered in the order of the file."
        };
        notes.push(note(NoteKind::Choice, text.to_owned()));
    }
    if file.columns.therapist.is_none() {
        let text = "No therapist column: estimates that need therapists are refused.";
        notes.push(note(NoteKind::Warning, text.to_owned()));
    } else if arranged.therapists.len() == 1 {
        let text = "There is only one therapist.";
        notes.push(note(NoteKind::Warning, text.to_owned()));
    }
    if arranged.changed_therapist > 0 {
        let rule = match file.data.two_therapists {
            TwoTherapists::First => "only the sessions with the first therapist are used",
            TwoTherapists::Most => "only the sessions with the therapist of most sessions are used",
            _ => "each pair of client and therapist is a unit of its own",
        };
        let n = usize::try_from(arranged.changed_therapist).unwrap_or(usize::MAX);
        let text = format!("{} had more than one therapist; {rule}.", plural(n, "client"));
        notes.push(note(NoteKind::Choice, text));
    }
    if arranged.units.iter().all(|unit| unit.end - unit.start == 1) {
        let text = "Every client has a single session.";
        notes.push(note(NoteKind::Warning, text.to_owned()));
    }
    let session = |position: usize| rows.session[arranged.order[position] as usize];
    let gaps: usize = (arranged.units.iter())
        .filter(|u| usize::from(session(u.end - 1) - session(u.start)) + 1 != u.end - u.start)
        .count();
    if gaps > 0 {
        let text = format!(
            "The session numbers of {} have gaps. Gaps are kept: lags go by session number.",
            plural(gaps, "client")
        );
        notes.push(note(NoteKind::Info, text));
    }
}

/// `1`, `01` and `1.0` are different identifiers, but perhaps not meant to be.
fn alike(names: &Interner) -> usize {
    let value = |i| number::written(names.text(i), b'.')?.ok().map(f64::to_bits);
    let mut values: Vec<u64> = (0..).take(names.len()).filter_map(value).collect();
    values.sort_unstable();
    values.chunk_by(|a, b| a == b).filter(|same| same.len() > 1).count()
}

fn identifiers(facts: &Facts<'_>, notes: &mut Vec<Note>) {
    let Facts { names, arranged, .. } = facts;
    for (what, names) in
        [("site", &names.site), ("therapist", &names.therapist), ("client", &names.client)]
    {
        let n = alike(names);
        if n > 0 {
            let text = format!(
                "{} written in more than one way (such as 1, 01 and 1.0). They are kept apart, as text.",
                plural(n, &format!("{what} identifier"))
            );
            notes.push(note(NoteKind::Warning, text));
        }
    }
    let repeated = |mut pairs: Vec<(u32, u32)>| {
        pairs.sort_unstable();
        pairs.dedup();
        pairs.chunk_by(|a, b| a.0 == b.0).filter(|sites| sites.len() > 1).count()
    };
    let clients = repeated(arranged.units.iter().map(|u| (u.client_name, u.site)).collect());
    if clients > 0 {
        let text = format!(
            "{} at more than one site; they are taken to be different clients.",
            if clients == 1 {
                "1 client identifier occurs".to_owned()
            } else {
                format!("{clients} client identifiers occur")
            }
        );
        notes.push(note(NoteKind::Warning, text));
    }
    if !arranged.therapists.is_empty() {
        let pairs = arranged.units.iter().map(|u| (u.therapist_name, u.site)).collect();
        let therapists = repeated(pairs);
        if therapists > 0 {
            let text = format!(
                "{} at more than one site; they are taken to be different therapists.",
                if therapists == 1 {
                    "1 therapist identifier occurs".to_owned()
                } else {
                    format!("{therapists} therapist identifiers occur")
                }
            );
            notes.push(note(NoteKind::Warning, text));
        }
    }
}

/// Persons who stand in one file only.
fn joins(facts: &Facts<'_>, notes: &mut Vec<Note>) {
    let arranged = facts.arranged;
    let clients = arranged.units.iter().map(|u| (u.site_name, u.client_name)).collect();
    let therapists = (arranged.therapists.iter())
        .map(|&(_, first, _)| {
            (arranged.units[first].site_name, arranged.units[first].therapist_name)
        })
        .collect();
    let files = [(facts.clients, clients, "client"), (facts.therapists, therapists, "therapist")];
    for (file, persons, what) in files {
        let Some(file) = file else { continue };
        let mut persons: Vec<(u32, u32)> = persons;
        if !file.has_site {
            for person in &mut persons {
                person.0 = 0;
            }
        }
        persons.sort_unstable();
        persons.dedup();
        let known = persons.iter().filter(|(site, person)| file.find(*site, *person).is_some());
        let known = known.count();
        let (without_row, without_session) = (persons.len() - known, file.len() - known);
        if without_row > 0 {
            let text = format!(
                "{} with sessions but without a row in the {what}s file; the values of that file are missing for them.",
                plural(without_row, what)
            );
            notes.push(note(NoteKind::Warning, text));
        }
        if without_session > 0 {
            let text = format!(
                "{} of the {what}s file without any session; not used.",
                plural(without_session, what)
            );
            notes.push(note(NoteKind::Warning, text));
        }
    }
}

/// Oddities of the values of one measure.
fn measure(values: &MeasureValues) -> Vec<Note> {
    let mut notes = Vec::new();
    let given = || values.values.iter().filter(|v| !v.is_nan());
    let id = &values.id;
    let Some(&first) = given().next() else {
        notes.push(note(NoteKind::Warning, format!("`{id}` has no value at all.")));
        return notes;
    };
    let total = given().count();
    if total > 1 && given().all(|v| v.total_cmp(&first).is_eq()) {
        notes.push(note(NoteKind::Warning, format!("`{id}` has the same value everywhere.")));
    }
    // A few half points among whole numbers: somebody wrote between two boxes.
    let broken = || given().filter(|v| v.fract().abs() > 0.0);
    let halves = broken().all(|v| (v.fract().abs() - 0.5).abs() <= 0.0);
    let count = if halves { broken().count() } else { 0 };
    if count > 0 && count * 20 <= total {
        let text = format!(
            "`{id}` holds whole numbers, except {}. They are kept.",
            plural(count, "half point")
        );
        notes.push(note(NoteKind::Warning, text));
    }
    notes
}
