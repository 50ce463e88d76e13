//! From the path of a study file to a checked study.

use std::{fmt::Write as _, fs, path::Path, time::Instant};

use dyad_model::{Dropped, Flow, Measure, Study};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    arrange::{self, Arranged},
    code::Code,
    error::IngestError,
    levels::Sources,
    map::{self, Mapped, Mapper, Names, Persons, Wanted},
    notes,
    problem::{Problem, Problems},
    read::{self, Dialect, Input, Table},
    study_file::{NoSessionNumber, StudyFile},
    tables,
};

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InputFile {
    /// As the study file names it.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Its records, the header not counted.
    pub rows: u64,
}

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
    /// Wall seconds per stage, in order.
    pub timings: Vec<(&'static str, f64)>,
}

/// Reads a study file and its data, checks everything, and gives the sorted, integer-coded study.
///
/// # Errors
/// - [`IngestError::StudyFile`] if the study file is wrong.
/// - [`IngestError::Io`] if a file cannot be read.
/// - [`IngestError::Data`] with every problem of the data that was found.
pub fn load(study_path: impl AsRef<Path>) -> Result<Loaded, IngestError> {
    let path = study_path.as_ref();
    let start = Instant::now();
    let text = fs::read_to_string(path).map_err(|source| IngestError::Io {
        what: "study file",
        path: path.to_owned(),
        source,
    })?;
    let file = StudyFile::parse(&text, path)?;
    let mut timings = Vec::new();
    let mut stage = start;
    let mut lap = |name: &'static str| {
        timings.push((name, stage.elapsed().as_secs_f64()));
        stage = Instant::now();
    };

    let files = Files::open(&file, path)?;
    lap("scan");
    let mut problems = Problems::default();
    let read = files.read(&file, path, &mut problems)?;
    lap("read");
    let study = assemble(&file, &read, &files, problems)?;
    lap("arrange");
    files.unchanged()?;
    let inputs = files.all().map(|f| f.input.clone()).collect();
    lap("verify");
    Ok(Loaded { study, file, text, inputs, timings })
}

/// Every check and no analysis: what [`load`] would say, without the study.
///
/// # Errors
/// As [`load`].
pub fn validate(study_path: impl AsRef<Path>) -> Result<Vec<dyad_model::Note>, IngestError> {
    load(study_path).map(|loaded| loaded.study.notes)
}

/// One opened data file.
struct DataFile {
    path: std::path::PathBuf,
    shown: String,
    input: InputFile,
    table: Table,
}

/// The opened data files of a study.
struct Files {
    sessions: DataFile,
    clients: Option<DataFile>,
    therapists: Option<DataFile>,
}

/// What the files hold, mapped.
struct Read {
    rows: Mapped,
    wanted: Vec<Wanted>,
    names: Names,
    clients: Option<Persons>,
    therapists: Option<Persons>,
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        let written = write!(hex, "{byte:02x}");
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
        hex
    })
}

fn open(
    what: &'static str,
    study: &Path,
    name: &str,
    dialect: &Dialect,
) -> Result<Result<DataFile, Problems>, IngestError> {
    let path = read::resolve(study, name);
    let bytes =
        fs::read(&path).map_err(|source| IngestError::Io { what, path: path.clone(), source })?;
    let shown = path.display().to_string();
    let (sha, size) = (sha256(&bytes), bytes.len() as u64);
    let table = Table::open(Input { shown: shown.clone(), bytes }, dialect);
    Ok(table.map(|table| DataFile {
        path,
        shown,
        input: InputFile {
            name: name.to_owned(),
            sha256: sha,
            bytes: size,
            rows: table.records + table.blank,
        },
        table,
    }))
}

impl Files {
    /// Opens the files; their shapes are checked together, so that all problems come at once.
    fn open(file: &StudyFile, study: &Path) -> Result<Self, IngestError> {
        let ascii = |c: Option<char>| c.and_then(|c| u8::try_from(c).ok());
        let dialect =
            Dialect { delimiter: ascii(file.data.delimiter), decimal: ascii(file.data.decimal) };
        let mut problems = Problems::default();
        let mut keep = |opened: Result<DataFile, Problems>| match opened {
            Ok(file) => Some(file),
            Err(found) => {
                problems.merge(found);
                None
            }
        };
        let sessions = keep(open("sessions file", study, &file.data.sessions, &dialect)?);
        let mut optional = |what, name: &Option<String>| -> Result<_, IngestError> {
            match name {
                Some(name) => Ok(keep(open(what, study, name, &dialect)?)),
                None => Ok(None),
            }
        };
        let clients = optional("clients file", &file.data.clients)?;
        let therapists = optional("therapists file", &file.data.therapists)?;
        match sessions {
            Some(sessions) if problems.is_empty() => Ok(Self { sessions, clients, therapists }),
            _ => Err(problems.into()),
        }
    }

    fn all(&self) -> impl Iterator<Item = &DataFile> {
        [Some(&self.sessions), self.clients.as_ref(), self.therapists.as_ref()]
            .into_iter()
            .flatten()
    }

    /// Maps the columns and reads the rows.
    ///
    /// Without its columns a file cannot be read, so problems of the header are the error. Problems of single cells go
    /// into `found`: they do not keep the checks between rows from being made, so that all come at once.
    fn read(&self, file: &StudyFile, study: &Path, found: &mut Problems) -> Result<Read, Problems> {
        let mut problems = Problems::default();
        let header = |file: &Option<DataFile>| file.as_ref().map(|f| f.table.header.clone());
        let (client_header, therapist_header) = (header(&self.clients), header(&self.therapists));
        let wanted = map::sessions_file(
            file,
            &self.sessions.shown,
            &self.sessions.table.header,
            client_header.as_deref(),
            therapist_header.as_deref(),
            &mut problems,
        );
        let of_clients = self
            .clients
            .as_ref()
            .map(|f| (f, map::clients_file(file, &f.shown, &f.table.header, &mut problems)));
        let of_therapists = self
            .therapists
            .as_ref()
            .map(|f| (f, map::therapists_file(file, &f.shown, &f.table.header, &mut problems)));
        for f in self.all().filter(|f| f.table.records == 0) {
            problems.add(Problem::new(Code::NoRows, &f.shown));
        }
        problems.merge(notes::codes_in_range(file, study));
        problems.into_result()?;

        let rules = map::rules(file);
        let study_file = study.file_name().map_or_else(String::new, |n| n.to_string_lossy().into());
        let mut names = Names::default();
        let mut mapped = |f: &DataFile, wanted: &[Wanted], policy, found: &mut Problems| {
            let mapper = Mapper {
                wanted,
                rules: &rules,
                shown: &f.shown,
                study_file: &study_file,
                no_session_number: policy,
            };
            mapper.read(&f.table, &mut names, found)
        };
        let rows = mapped(&self.sessions, &wanted, file.data.no_session_number, found);
        let mut people = |of: Option<(&DataFile, Vec<Wanted>)>| {
            of.map(|(f, wanted)| {
                let rows = mapped(f, &wanted, NoSessionNumber::Refuse, found);
                map::persons(rows, wanted, &f.shown, found)
            })
        };
        let clients = people(of_clients);
        let therapists = people(of_therapists);
        Ok(Read { rows, wanted, names, clients, therapists })
    }

    /// Hashes the files again.
    fn unchanged(&self) -> Result<(), IngestError> {
        let mut problems = Problems::default();
        for f in self.all() {
            let bytes = fs::read(&f.path).map_err(|source| IngestError::Io {
                what: "data file",
                path: f.path.clone(),
                source,
            })?;
            if sha256(&bytes) != f.input.sha256 {
                problems.add(Problem::new(Code::FileChanged, &f.shown));
            }
        }
        Ok(problems.into_result()?)
    }
}

/// Puts what was read in order and into tables, and checks what lies between rows. `problems` are those found before.
fn assemble(
    file: &StudyFile,
    read: &Read,
    files: &Files,
    mut problems: Problems,
) -> Result<Study, Problems> {
    let shown = &files.sessions.shown;
    let policy = file.data.two_therapists;
    let arranged =
        arrange::arrange(&read.rows, &read.wanted, &read.names, policy, shown, &mut problems);
    if arranged.order.is_empty() {
        problems.add(Problem::new(Code::NoRows, shown));
    }
    let sources = Sources {
        rows: &read.rows,
        wanted: &read.wanted,
        shown,
        clients: read.clients.as_ref(),
        therapists: read.therapists.as_ref(),
    };
    let values: Vec<_> = file
        .measures
        .iter()
        .enumerate()
        .map(|(i, measure)| sources.values(measure, i, &arranged, &mut problems))
        .collect();
    problems.into_result()?;
    let measures = file
        .measures
        .iter()
        .zip(&values)
        .map(|(spec, values)| Measure {
            id: spec.id.clone(),
            role: spec.role,
            level: values.level,
            rater: spec.rater,
            better: spec.better,
            range: spec.range,
            reliability: spec.reliability,
            functional: spec.functional,
            cutoff: spec.cutoff,
            instrument: spec.instrument.clone(),
        })
        .collect();
    let tables = tables::build(&read.rows, &arranged, file.columns.day.is_some(), &values)
        .map_err(|error| {
            Problems::from(Problem::new(Code::Conservation, shown).found(error.to_string()))
        })?;
    let flow = flow(&files.sessions, &read.rows, &arranged);
    if !flow.adds_up() {
        return Err(Problem::new(Code::Conservation, shown).into());
    }
    let notes = notes::notes(&notes::Facts {
        file,
        rows: &read.rows,
        arranged: &arranged,
        names: &read.names,
        values: &values,
        clients: read.clients.as_ref(),
        therapists: read.therapists.as_ref(),
    });
    Ok(Study { title: file.title.clone(), seed: file.seed, measures, tables, flow, notes })
}

fn flow(sessions: &DataFile, rows: &Mapped, arranged: &Arranged) -> Flow {
    let reasons = [
        ("blank line", sessions.table.blank + rows.blank),
        ("no session number", rows.no_session),
        ("identical duplicate", arranged.duplicates),
        ("session with another therapist", arranged.other_therapist),
    ];
    Flow {
        rows_read: sessions.table.records + sessions.table.blank,
        rows_used: arranged.order.len() as u64,
        dropped: reasons
            .into_iter()
            .filter(|(_, rows)| *rows > 0)
            .map(|(reason, rows)| Dropped {
                reason: reason.to_owned(),
                rows: Some(rows),
                ..Dropped::default()
            })
            .collect(),
        sites: arranged.sites as u64,
        therapists: arranged.therapists.len() as u64,
        clients: arranged.units.len() as u64,
    }
}
