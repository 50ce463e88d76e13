//! Which column of which file holds what.

use std::collections::{BTreeMap, BTreeSet};

use dyad_model::Role;

use crate::{
    code::Code,
    nearest::nearest,
    problem::{Problem, Problems},
    scales::Scale,
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
    /// A date, to be turned into a day.
    Date,
    /// Index of the measure in the study file.
    Measure(usize),
    /// Index of the scale, and number of the item from 1.
    Item(usize, usize),
}

/// A column that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) target: Target,
    /// Position in the header.
    pub(crate) index: usize,
    /// Its name there.
    pub(crate) name: String,
    /// The session number in the name, for a column of a wide file.
    pub(crate) session: Option<u16>,
}

impl Wanted {
    pub(crate) fn new(target: Target, index: usize, name: &str) -> Self {
        Self { target, index, name: name.to_owned(), session: None }
    }
}

/// The columns of a template such as `wai_s{session}`. A column that the study names outright is not taken.
fn template(
    header: &Header<'_>,
    file: &StudyFile,
    (target, id): (Target, &str),
    (prefix, suffix): (&str, &str),
    wanted: &mut Vec<Wanted>,
    problems: &mut Problems,
) {
    let outright = file.column_names();
    let mut seen: BTreeMap<u64, &str> = BTreeMap::new();
    for (index, name) in header.names.iter().enumerate() {
        let middle = name.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(suffix));
        let Some(middle) =
            middle.filter(|m| !m.is_empty() && m.bytes().all(|b| b.is_ascii_digit()))
        else {
            continue;
        };
        if outright.iter().any(|named| named.trim() == name) {
            continue;
        }
        let at = || Problem::new(Code::Template, header.shown).row(0).column(name);
        let number = middle.parse::<u64>().unwrap_or(u64::MAX);
        if let Some(other) = seen.insert(number, name) {
            problems.add(at().found(format!("session {number} twice, also in column `{other}`")));
            continue;
        }
        match u16::try_from(number) {
            Ok(session @ 1..) => {
                wanted.push(Wanted { session: Some(session), ..Wanted::new(target, index, name) });
            }
            _ => problems.add(
                at().found("a session number outside 1 to 65535 in a column name")
                    .hint("an intake score is a `baseline` measure: name its column there"),
            ),
        }
    }
    if seen.is_empty() {
        problems.add(
            Problem::new(Code::Template, header.shown)
                .row(0)
                .found("a template that matches no column")
                .expected(format!(
                    "columns such as `{prefix}1{suffix}` (study file, [measures.{id}])"
                )),
        );
    }
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
            Some(index) => wanted.push(Wanted::new(target, index, name.trim())),
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
    scales: &[Scale],
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
        (Target::Date, "date", &c.date),
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
        if let Some((prefix, suffix)) = name.split_once("{session}") {
            let what = (Target::Measure(i), measure.id.as_str());
            template(&header, file, what, (prefix, suffix), &mut wanted, problems);
            continue;
        }
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
            Some(index) => wanted.push(Wanted::new(Target::Measure(i), index, name.trim())),
            None => problems.add(missing(&header, name, &format!("[measures.{}]", measure.id))),
        }
    }
    for (s, scale) in scales.iter().enumerate() {
        let first = scale.column(1);
        let elsewhere = match scale.role {
            Role::Alliance | Role::Outcome => false,
            Role::Burnout => has(therapists, &first),
            Role::Baseline | Role::Dropout => has(clients, &first),
            Role::Covariate => has(clients, &first) || has(therapists, &first),
        };
        if elsewhere {
            continue;
        }
        for item in 1..=scale.key.items {
            let target = Target::Item(s, item);
            let name = scale.column(item);
            if let Some(parts) = name.split_once("{session}") {
                template(&header, file, (target, &scale.id), parts, &mut wanted, problems);
            } else {
                item_column(&header, scale, target, &name, &mut wanted, problems);
            }
        }
    }
    wanted
}

fn item_column(
    header: &Header<'_>,
    scale: &Scale,
    target: Target,
    name: &str,
    wanted: &mut Vec<Wanted>,
    problems: &mut Problems,
) {
    match header.position(name) {
        Some(index) => wanted.push(Wanted::new(target, index, name)),
        None => problems.push(Code::ColumnMissing, || {
            let by = format!(
                "[measures.{}] items, {} has {} items",
                scale.id, scale.key.name, scale.key.items
            );
            missing(header, name, &by)
        }),
    }
}

/// The columns of the clients file: the client, the site if it has one, and the client-level measures it holds.
pub(crate) fn clients_file(
    file: &StudyFile,
    shown: &str,
    names: &[String],
    scales: &[Scale],
    problems: &mut Problems,
) -> Vec<Wanted> {
    let key = (Target::Client, "client", file.columns.client.as_str());
    let roles = [Role::Baseline, Role::Dropout, Role::Covariate];
    person_file(file, &Header { shown, names }, key, &roles, scales, problems)
}

/// The columns of the therapists file.
pub(crate) fn therapists_file(
    file: &StudyFile,
    shown: &str,
    names: &[String],
    scales: &[Scale],
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
    let roles = [Role::Burnout, Role::Covariate];
    person_file(file, &Header { shown, names }, key, &roles, scales, problems)
}

fn person_file(
    file: &StudyFile,
    header: &Header<'_>,
    (target, key, name): (Target, &str, &str),
    roles: &[Role],
    scales: &[Scale],
    problems: &mut Problems,
) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    header.structure(target, key, name, &mut wanted, problems);
    if let Some(index) = file.columns.site.as_ref().and_then(|site| header.position(site)) {
        wanted.push(Wanted::new(Target::Site, index, &header.names[index]));
    }
    for (i, measure) in file.measures.iter().enumerate() {
        let held = column(measure).filter(|_| roles.contains(&measure.role));
        if let Some(index) = held.and_then(|name| header.position(name)) {
            wanted.push(Wanted::new(Target::Measure(i), index, &header.names[index]));
        }
    }
    for (s, scale) in scales.iter().enumerate().filter(|(_, s)| roles.contains(&s.role)) {
        if header.position(&scale.column(1)).is_some() {
            for item in 1..=scale.key.items {
                let target = Target::Item(s, item);
                item_column(header, scale, target, &scale.column(item), &mut wanted, problems);
            }
        }
    }
    wanted
}

/// What is to be said about numbers that a template leaves out: `wai_s1`, `wai_s2`, `wai_s4`.
pub(crate) fn template_gaps(file: &StudyFile, wanted: &[Wanted]) -> Vec<String> {
    let mut remarks = Vec::new();
    for (i, measure) in file.measures.iter().enumerate() {
        let of_measure = |w: &&Wanted| w.target == Target::Measure(i);
        let numbers: BTreeSet<u16> =
            wanted.iter().filter(of_measure).filter_map(|w| w.session).collect();
        if let (Some(&first), Some(&last)) = (numbers.first(), numbers.last())
            && usize::from(last - first) + 1 != numbers.len()
        {
            remarks.push(format!(
                "the columns of `{}` leave out some session numbers between {first} and {last}",
                measure.id
            ));
        }
    }
    remarks
}
