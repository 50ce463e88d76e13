//! From the path of a study file to a checked study.

use std::{fs, path::Path, time::Instant};

use dyad_model::{Note, Role, Study, Table};

use crate::{
    alpha::{self, Alpha},
    arrange::Arranged,
    assemble::assemble,
    code::Code,
    error::IngestError,
    files::{self, DataFile, Files, InputFile},
    gate::{self, Override},
    items::Items,
    map::{self, Mapped, Mapper, Names, Persons, Rule, Target, Wanted},
    notes,
    places::Places,
    problem::{Problem, Problems},
    quality, room,
    scales::{self, Expanded, Scale},
    study_file::{NoSessionNumber, StudyFile},
};

/// A study, checked, with what is needed to say where it came from.
#[derive(Debug)]
pub struct Loaded {
    /// The study.
    pub study: Study,
    /// The study file, parsed.
    pub file: StudyFile,
    /// The study file, verbatim.
    pub text: String,
    /// The data files, in the order sessions, clients, therapists.
    pub inputs: Vec<InputFile>,
    /// De-identification findings the study file takes responsibility for.
    pub overrides: Vec<Override>,
    /// Codebook, data quality, missing values by session, internal consistency: tables for the report.
    pub tables: Vec<Table>,
    /// What each stage took, in order.
    pub stages: Vec<Stage>,
}

/// What a stage of loading took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    /// Its name.
    pub name: &'static str,
    /// Wall seconds.
    pub seconds: f64,
    /// Highest resident memory of the process up to its end, in MiB; `None` where the system does not say.
    pub peak: Option<f64>,
}

/// Reads a study file and its data, checks everything, and gives the sorted, integer-coded study.
///
/// # Errors
/// - [`IngestError::StudyFile`] if the study file is wrong.
/// - [`IngestError::Io`] if a file cannot be read.
/// - [`IngestError::Data`] with every problem of the data that was found.
pub fn load(study_path: impl AsRef<Path>) -> Result<Loaded, IngestError> {
    load_with_items(study_path, &[])
}

/// As [`load`], with the items behind the session-level measures of some roles: columns of the sessions table, named in
/// [`dyad_model::Measure::items`].
///
/// # Errors
/// As [`load`].
pub fn load_with_items(
    study_path: impl AsRef<Path>,
    roles: &[Role],
) -> Result<Loaded, IngestError> {
    load_named(study_path.as_ref(), roles).map(|(loaded, _, _)| loaded)
}

/// As [`load_with_items`], with the identifiers behind the dense numbers.
pub(crate) fn load_named(
    path: &Path,
    roles: &[Role],
) -> Result<(Loaded, Names, Arranged), IngestError> {
    let mut stage = Instant::now();
    let text = fs::read_to_string(path).map_err(|source| IngestError::Io {
        what: "study file",
        path: path.to_owned(),
        source,
    })?;
    let file = StudyFile::parse(&text, path)?;
    let Expanded { file: effective, scales, doubts } = scales::expand(&file, path)?;
    let mut stages = Vec::new();
    let mut lap = |name: &'static str| {
        let seconds = stage.elapsed().as_secs_f64();
        stages.push(Stage { name, seconds, peak: room::peak() });
        stage = Instant::now();
    };
    let mut files = Files::open(&effective, path)?;
    lap("scan");
    let mut problems = Problems::default();
    let mut read = Read::new(&effective, &scales, path, &mut files, &mut problems)?;
    lap("read");
    read.time(&effective);
    read.doubts = doubts;
    read.items = Items::of(&read.wanted, &scales, roles);
    let counts = files.counts();
    let inputs = files.all().map(|f| f.input.clone()).collect();
    let seen = files.seen();
    drop(files);
    let (same, assembled) = rayon::join(
        || files::unchanged(&seen),
        || assemble(&effective, &mut read, &counts, problems),
    );
    same?;
    let (study, arranged) = assembled?;
    read.rows = Mapped::default();
    lap("arrange and verify");
    let tables = quality::tables(&file, &study, &read.alphas);
    lap("describe");
    let loaded = Loaded { study, file, text, inputs, overrides: read.overrides, tables, stages };
    Ok((loaded, read.names, arranged))
}

/// What [`validate`] says of a study without a problem.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Overrides and warnings.
    pub notes: Vec<Note>,
    /// What each stage took, in order.
    pub stages: Vec<Stage>,
}

/// Every check and no analysis: what [`load`] would say, without the study.
///
/// # Errors
/// As [`load`].
pub fn validate(study_path: impl AsRef<Path>) -> Result<Checked, IngestError> {
    let Loaded { study, overrides, stages, .. } = load(study_path)?;
    Ok(Checked { notes: notes::overridden(&overrides).chain(study.notes).collect(), stages })
}

/// What the files hold, mapped.
pub(crate) struct Read {
    pub(crate) rows: Mapped,
    pub(crate) wanted: Vec<Wanted>,
    pub(crate) names: Names,
    pub(crate) clients: Option<Persons>,
    pub(crate) therapists: Option<Persons>,
    pub(crate) places: Places,
    pub(crate) overrides: Vec<Override>,
    /// Internal consistency of the scales.
    pub(crate) alphas: Vec<Alpha>,
    /// What quasi-identifiers give away.
    pub(crate) exposure: Vec<Note>,
    /// Scales whose reversed items seem to have been turned before.
    pub(crate) turned: Vec<String>,
    /// What is not sure about the keys that were used.
    pub(crate) doubts: Vec<Note>,
    /// Items that analyses ask for.
    pub(crate) items: Items,
}

/// What all files are read with.
struct Reading<'a> {
    file: &'a StudyFile,
    rules: Vec<Rule>,
    items: Vec<Rule>,
    study_file: String,
    names: Names,
    overrides: Vec<Override>,
    /// Warnings of the gate that refuse nothing.
    remarks: Vec<Note>,
}

impl Reading<'_> {
    /// Maps one file and lets it pass the gate.
    fn read(
        &mut self,
        data: &DataFile,
        wanted: &[Wanted],
        part: usize,
        no_session_number: NoSessionNumber,
        found: &mut Problems,
    ) -> Mapped {
        let mapper = Mapper {
            wanted,
            rules: &self.rules,
            items: &self.items,
            shown: &data.shown,
            part,
            study_file: &self.study_file,
            no_session_number,
        };
        let (rows, seen) = mapper.read(&data.table, &mut self.names, found);
        let identifiers: Vec<usize> = wanted
            .iter()
            .filter(|w| matches!(w.target, Target::Site | Target::Therapist | Target::Client))
            .map(|w| w.index)
            .collect();
        let subject = gate::Subject {
            header: &data.table.header,
            identifiers: &identifiers,
            date: wanted.iter().find(|w| w.target == Target::Date).map(|w| w.index),
            hidden: &data.table.hidden,
        };
        self.remarks.extend(gate::remarks(&seen, &subject));
        for finding in gate::judge(&seen, &subject) {
            let column = finding.column.map(|i| data.table.header[i].as_str());
            let allowed = column.and_then(|c| self.file.deidentification_allow.get_key_value(c));
            match allowed {
                Some((column, reason)) => self.overrides.push(Override {
                    rule: finding.rule,
                    file: data.input.name.clone(),
                    column: column.clone(),
                    reason: reason.clone(),
                }),
                None => found.add(finding.problem(&data.shown, &data.table.header)),
            }
        }
        rows
    }
}

impl Read {
    /// Maps the columns and reads the rows.
    ///
    /// Without its columns a file cannot be read, so problems of the header are the error. Problems of single cells go
    /// into `found`: they do not keep the checks between rows from being made, so that all come at once.
    fn new(
        file: &StudyFile,
        scales: &[Scale],
        study: &Path,
        files: &mut Files,
        found: &mut Problems,
    ) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let header = |file: &Option<DataFile>| file.as_ref().map(|f| f.table.header.clone());
        let (client_header, therapist_header) = (header(&files.clients), header(&files.therapists));
        let places = files.places();
        let wanted = map::sessions_file(
            file,
            places.first(),
            files.sessions.first().map_or(&[], |part| part.table.header.as_slice()),
            client_header.as_deref(),
            therapist_header.as_deref(),
            scales,
            &mut problems,
        );
        let of_clients = files.clients.as_ref().map(|f| {
            (f, map::clients_file(file, &f.shown, &f.table.header, scales, &mut problems))
        });
        let of_therapists = files.therapists.as_ref().map(|f| {
            (f, map::therapists_file(file, &f.shown, &f.table.header, scales, &mut problems))
        });
        for f in files.all().filter(|f| f.table.records == 0) {
            problems.add(Problem::new(Code::NoRows, &f.shown));
        }
        problems.merge(notes::codes_in_range(file, study));
        problems.into_result()?;

        let mut exposure = exposure(file, files, &wanted)?;

        let study_file = study.file_name().map_or_else(String::new, |n| n.to_string_lossy().into());
        let mut reading = Reading {
            file,
            rules: map::rules(file),
            items: scales.iter().map(Scale::rule).collect(),
            study_file,
            names: Names::default(),
            overrides: Vec::new(),
            remarks: Vec::new(),
        };
        let mut rows = Mapped::default();
        for (i, part) in files.sessions.iter().enumerate() {
            let policy = file.data.no_session_number;
            rows.extend(reading.read(part, &wanted, i, policy, found));
        }
        let (mut turned, mut alphas) = (Vec::new(), Vec::new());
        let mut people = |of: Option<(&DataFile, Vec<Wanted>)>| {
            of.map(|(f, mut wanted)| {
                let mut rows = reading.read(f, &wanted, 0, NoSessionNumber::Refuse, found);
                turned.extend(scales::score(&mut rows, &mut wanted, scales));
                alphas.extend(alpha::alphas(&rows, &wanted, scales));
                let places = Places { files: vec![f.shown.clone()] };
                map::persons(rows, wanted, &places, found)
            })
        };
        let (clients, therapists) = (people(of_clients), people(of_therapists));
        let Reading { names, overrides, mut remarks, .. } = reading;
        // Parts of one table say the same.
        remarks.dedup();
        exposure.extend(remarks);
        let mut read = Self {
            rows,
            wanted,
            names,
            clients,
            therapists,
            places,
            overrides,
            alphas,
            exposure,
            turned,
            doubts: Vec::new(),
            items: Items::default(),
        };
        if file.is_wide() {
            let long = map::lengthen(&read.rows, &read.wanted);
            if let Some(first) = files.sessions.first_mut() {
                first.input.remarks.push(format!(
                    "one row per client: {} session rows made, {} sessions without any value left out",
                    long.rows.len(),
                    long.empty
                ));
                first.input.remarks.extend(map::template_gaps(file, &read.wanted));
            }
            (read.rows, read.wanted) = (long.rows, long.wanted);
        }
        read.turned.extend(scales::score(&mut read.rows, &mut read.wanted, scales));
        read.alphas.extend(alpha::alphas(&read.rows, &read.wanted, scales));
        Ok(read)
    }

    /// Gives up the column of a measure, if the sessions file has it.
    pub(crate) fn take_column(&mut self, measure: usize) -> Option<Vec<f64>> {
        let at = self.wanted.iter().position(|w| w.target == Target::Measure(measure))?;
        self.rows.values.get_mut(at).map(std::mem::take)
    }

    /// Session numbers and days that the file does not give directly.
    fn time(&mut self, file: &StudyFile) {
        if file.columns.session.is_none() && !file.is_wide() {
            map::number_sessions(&mut self.rows);
        }
        if file.columns.date.is_some() {
            map::dates_to_days(&mut self.rows);
        }
    }
}

/// Counts the persons that quasi-identifiers single out, in the file that holds all of them.
fn exposure(file: &StudyFile, files: &Files, wanted: &[Wanted]) -> Result<Vec<Note>, Problems> {
    let mut notes = Vec::new();
    let named = &file.quasi_identifiers;
    let kinds = [
        ("client", Target::Client, &named.clients, &files.clients, Some(&file.columns.client)),
        (
            "therapist",
            Target::Therapist,
            &named.therapists,
            &files.therapists,
            file.columns.therapist.as_ref(),
        ),
    ];
    for (what, target, names, own, key) in kinds {
        let Some(key) = key.filter(|_| !names.is_empty()) else { continue };
        let sensitive: &[String] = if target == Target::Client { &named.sensitive } else { &[] };
        let positions = |header: &[String]| -> Option<Vec<usize>> {
            names
                .iter()
                .chain(sensitive)
                .map(|name| header.iter().position(|h| h == name.trim()))
                .collect()
        };
        let in_own = own.as_ref().and_then(|f| Some((f, positions(&f.table.header)?)));
        let (tables, columns, person) = if let Some((f, columns)) = in_own {
            let at = |name: &String| f.table.header.iter().position(|h| h == name.trim());
            let person: Vec<usize> = file.columns.site.iter().chain([key]).filter_map(at).collect();
            (vec![&f.table], columns, person)
        } else {
            let first = files.sessions.first();
            let Some(columns) = first.and_then(|f| positions(&f.table.header)) else {
                return Err(Problem::new(Code::ColumnMissing, first.map_or("", |f| &f.shown))
                    .row(0)
                    .found("quasi-identifiers that are not all in one file")
                    .expected(format!("every column of [quasi_identifiers] {what}s"))
                    .into());
            };
            let is_person = |w: &&Wanted| w.target == Target::Site || w.target == target;
            let person = wanted.iter().filter(is_person).map(|w| w.index).collect();
            (files.sessions.iter().map(|f| &f.table).collect(), columns, person)
        };
        let persons = gate::persons(&tables, &person, &columns)?;
        notes.extend(gate::warnings(what, names, &persons));
        notes.extend(gate::revealed(names, sensitive, &persons));
    }
    Ok(notes)
}
