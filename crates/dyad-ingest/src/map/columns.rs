//! Which column of which file holds what.

use dyad_model::Role;

use crate::{
    code::Code,
    nearest::nearest,
    problem::{Problem, Problems},
    study_file::{MeasureSpec, Source, StudyFile},
};

/// What a column is mapped to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Site,
    Therapist,
    Client,
    Session,
    Day,
    /// Index of the measure in the study file.
    Measure(usize),
}

/// A column that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) target: Target,
    /// Position in the header.
    pub(crate) index: usize,
    /// Its name there.
    pub(crate) name: String,
}

/// A file's header, for looking up names.
struct Header<'a> {
    shown: &'a str,
    names: &'a [String],
}

impl Header<'_> {
    fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|n| n == name.trim())
    }

    fn structure(
        &self,
        target: Target,
        key: &str,
        name: &str,
        wanted: &mut Vec<Wanted>,
        problems: &mut Problems,
    ) {
        match self.position(name) {
            Some(index) => wanted.push(Wanted { target, index, name: name.trim().to_owned() }),
            None => problems.add(missing(self, name, &format!("[columns] {key}"))),
        }
    }
}

fn missing(header: &Header<'_>, name: &str, wanted_by: &str) -> Problem {
    let problem = Problem::new(Code::ColumnMissing, header.shown)
        .row(0)
        .column(name)
        .expected(format!("a column of this name (study file, {wanted_by})"));
    // A name that carries digits or signs may be a value: a file without a header shows its first row here.
    let speakable = |n: &&str| {
        n.starts_with(|c: char| c.is_ascii_alphabetic())
            && n.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ' ' | '-'))
    };
    match nearest(name, header.names.iter().map(String::as_str).filter(speakable)) {
        Some(close) => problem.hint(format!("did you mean `{close}`?")),
        None => problem,
    }
}

fn column(measure: &MeasureSpec) -> Option<&str> {
    match &measure.source {
        Source::Column(name) => Some(name),
        Source::Items(_) => None,
    }
}

/// The columns of the sessions file. `others` are the headers of the clients and the therapists file.
pub(crate) fn sessions_file(
    file: &StudyFile,
    shown: &str,
    names: &[String],
    clients: Option<&[String]>,
    therapists: Option<&[String]>,
    problems: &mut Problems,
) -> Vec<Wanted> {
    let header = Header { shown, names };
    let mut wanted = Vec::new();
    let c = &file.columns;
    let structure = [
        (Target::Site, "site", &c.site),
        (Target::Therapist, "therapist", &c.therapist),
        (Target::Client, "client", &Some(c.client.clone())),
        (Target::Session, "session", &c.session),
        (Target::Day, "day", &c.day),
    ];
    for (target, key, name) in structure {
        if let Some(name) = name {
            header.structure(target, key, name, &mut wanted, problems);
        }
    }
    let has = |names: Option<&[String]>, name: &str| {
        names.is_some_and(|names| names.iter().any(|n| n == name.trim()))
    };
    for (i, measure) in file.measures.iter().enumerate() {
        let Some(name) = column(measure) else { continue };
        let own_file = match measure.role {
            Role::Alliance | Role::Outcome => false,
            Role::Baseline | Role::Dropout => has(clients, name),
            Role::Burnout => has(therapists, name),
            Role::Covariate => has(clients, name) || has(therapists, name),
        };
        let here = header.position(name);
        if measure.role == Role::Covariate {
            let places = usize::from(here.is_some())
                + usize::from(has(clients, name))
                + usize::from(has(therapists, name));
            if places > 1 {
                problems.add(Problem::new(Code::ColumnAmbiguous, shown).row(0).column(name));
            }
        }
        match here {
            _ if own_file => {}
            Some(index) => wanted.push(Wanted {
                target: Target::Measure(i),
                index,
                name: name.trim().to_owned(),
            }),
            None => problems.add(missing(&header, name, &format!("[measures.{}]", measure.id))),
        }
    }
    wanted
}

/// The columns of the clients file: the client, the site if it has one, and the client-level measures it holds.
pub(crate) fn clients_file(
    file: &StudyFile,
    shown: &str,
    names: &[String],
    problems: &mut Problems,
) -> Vec<Wanted> {
    let key = (Target::Client, "client", file.columns.client.as_str());
    let roles = [Role::Baseline, Role::Dropout, Role::Covariate];
    person_file(file, &Header { shown, names }, key, &roles, problems)
}

/// The columns of the therapists file.
pub(crate) fn therapists_file(
    file: &StudyFile,
    shown: &str,
    names: &[String],
    problems: &mut Problems,
) -> Vec<Wanted> {
    let Some(therapist) = &file.columns.therapist else {
        problems.add(
            Problem::new(Code::ColumnMissing, shown)
                .found("a therapists file, but no therapist column")
                .hint("name the column in [columns] therapist"),
        );
        return Vec::new();
    };
    let key = (Target::Therapist, "therapist", therapist.as_str());
    person_file(file, &Header { shown, names }, key, &[Role::Burnout, Role::Covariate], problems)
}

fn person_file(
    file: &StudyFile,
    header: &Header<'_>,
    (target, key, name): (Target, &str, &str),
    roles: &[Role],
    problems: &mut Problems,
) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    header.structure(target, key, name, &mut wanted, problems);
    if let Some(index) = file.columns.site.as_ref().and_then(|site| header.position(site)) {
        let name = header.names[index].clone();
        wanted.push(Wanted { target: Target::Site, index, name });
    }
    for (i, measure) in file.measures.iter().enumerate() {
        let held = column(measure).filter(|_| roles.contains(&measure.role));
        if let Some(index) = held.and_then(|name| header.position(name)) {
            let name = header.names[index].clone();
            wanted.push(Wanted { target: Target::Measure(i), index, name });
        }
    }
    wanted
}
