//! A copy of a study's files that can be analysed: identifiers replaced by keyed hashes, dates by days.
//!
//! Pseudonymised data remain personal data. Whoever holds the key can find the persons again; a bare hash of a short
//! identifier would be found by trying them all, so there is no way to do this without a key.

mod clean;
mod hmac;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Serialize, Serializer};

use self::hmac::Secret;
use crate::{
    code::Code,
    error::IngestError,
    files::{self, DataFile, Files},
    gate::{CHECKS_VERSION, Rule},
    map, outgoing,
    problem::{Problem, Problems},
    scales,
    study_file::{StudyFile, StudyFileError, StudyFileIssue},
};

/// Shortest key, in bytes.
const KEY: usize = 32;

/// What was done to a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Copied.
    Kept,
    /// Every identifier replaced by its keyed hash.
    Hashed,
    /// Turned into days since the client's first session.
    DateToDay,
    /// Left out.
    Dropped {
        /// The rule that refuses it.
        rule: Rule,
    },
}

impl Serialize for Action {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Kept => serializer.serialize_str("kept"),
            Self::Hashed => serializer.serialize_str("hashed"),
            Self::DateToDay => serializer.serialize_str("date turned into day"),
            Self::Dropped { rule } => {
                serializer.serialize_str(&format!("dropped by {}", rule.as_str()))
            }
        }
    }
}

/// One column of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnLog {
    /// Its name, or its position where the name itself may identify.
    pub column: String,
    /// What was done to it.
    pub action: Action,
}

/// One file of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileLog {
    /// The file that was read.
    pub input: String,
    /// SHA-256 of what was read.
    pub sha256: String,
    /// The file that was written.
    pub output: String,
    /// Rows written.
    pub rows: u64,
    /// What was done to each column.
    pub columns: Vec<ColumnLog>,
}

/// What was done, written beside the data as `pseudonymise.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PseudonymiseLog {
    /// Version of the de-identification checks.
    pub checks_version: u32,
    /// Names the key without giving it away.
    pub key_id: String,
    /// The files.
    pub files: Vec<FileLog>,
    /// What this is, and what it is not.
    pub note: &'static str,
}

const NOTE: &str = "Identifiers were replaced by HMAC-SHA-256 under a key that is kept elsewhere, cut to 128 bits. \
                    Pseudonymised data remain personal data (GDPR Art. 4(5)).";

/// Writes a pseudonymised copy of a study's data files, a study file for them and a log, into a new folder `out`.
///
/// Site, therapist and client identifiers become keyed hashes, the declared date column becomes `day`, columns that
/// de-identification refuses are left out. The folder appears whole or not at all.
///
/// # Errors
/// - [`IngestError::StudyFile`] if the study file is wrong, or the key is too short or lies in the output folder.
/// - [`IngestError::Io`] if a file cannot be read or written, or `out` exists.
/// - [`IngestError::Data`] if a file is no table or lacks a column.
pub fn pseudonymise(
    study: impl AsRef<Path>,
    key: impl AsRef<Path>,
    out: impl AsRef<Path>,
) -> Result<PseudonymiseLog, IngestError> {
    let (study, key, out) = (study.as_ref(), key.as_ref(), out.as_ref());
    let io = |what, path: &Path| {
        let path = path.to_owned();
        move |source| IngestError::Io { what, path, source }
    };
    let text = fs::read_to_string(study).map_err(io("study file", study))?;
    let file = StudyFile::parse(&text, study)?;
    let scales::Expanded { file: effective, scales, .. } = scales::expand(&file, study)?;
    let secret = secret(study, key, out)?;
    if out.exists() {
        return Err(io("output folder", out)(io::Error::from(io::ErrorKind::AlreadyExists)));
    }
    let files = Files::open(&effective, study)?;
    let header = |file: &Option<DataFile>| file.as_ref().map(|f| f.table.header.clone());
    let (clients, therapists) = (header(&files.clients), header(&files.therapists));
    let mut problems = Problems::default();
    let mut jobs = Vec::new();
    for part in &files.sessions {
        let wanted = map::sessions_file(
            &effective,
            &part.shown,
            &part.table.header,
            clients.as_deref(),
            therapists.as_deref(),
            &scales,
            &mut problems,
        );
        jobs.push((part, wanted));
    }
    if let Some(f) = &files.clients {
        jobs.push((
            f,
            map::clients_file(&effective, &f.shown, &f.table.header, &scales, &mut problems),
        ));
    }
    if let Some(f) = &files.therapists {
        let wanted =
            map::therapists_file(&effective, &f.shown, &f.table.header, &scales, &mut problems);
        jobs.push((f, wanted));
    }
    problems.into_result()?;

    let mut log = PseudonymiseLog {
        checks_version: CHECKS_VERSION,
        key_id: secret.id(),
        files: Vec::new(),
        note: NOTE,
    };
    let mut written: Vec<(String, String)> = Vec::new();
    for (data, wanted) in jobs {
        let cleaned =
            clean::clean(&data.table, &wanted, &secret, &file.deidentification_allow, &data.shown)?;
        let output = output_name(&data.input.name);
        if written.iter().any(|(name, _)| *name == output) {
            let problem = Problem::new(Code::Unsupported, &data.shown)
                .found("two data files that would be written under one name")
                .hint("rename one of them");
            return Err(Problems::from(problem).into());
        }
        log.files.push(FileLog {
            input: data.input.name.clone(),
            sha256: data.input.sha256.clone(),
            output: output.clone(),
            rows: cleaned.rows,
            columns: cleaned.columns,
        });
        written.push((output, cleaned.csv));
    }
    files::unchanged(&files.seen())?;
    written.push(("study.toml".to_owned(), new_study(&text, &file)));
    let json = serde_json::to_string_pretty(&log).unwrap_or_default();
    written.push(("pseudonymise.json".to_owned(), json + "\n"));
    outgoing::folder(out, &written)?;
    Ok(log)
}

/// The key of the file, if it is long enough and does not lie where the output will be.
fn secret(study: &Path, key: &Path, out: &Path) -> Result<Secret, IngestError> {
    let io = |source| IngestError::Io { what: "key file", path: key.to_owned(), source };
    let bytes = fs::read(key).map_err(io)?;
    let wrong = |message: &str, hint: &str| {
        IngestError::from(StudyFileError {
            path: study.display().to_string(),
            issues: vec![StudyFileIssue {
                message: message.to_owned(),
                line: 0,
                column: 0,
                length: 0,
                source_line: String::new(),
                hint: hint.to_owned(),
            }],
        })
    };
    let trimmed = bytes.trim_ascii();
    if trimmed.len() < KEY {
        return Err(wrong(
            "the key file holds fewer than 32 bytes",
            "make one with: openssl rand -hex 32 > key.txt",
        ));
    }
    let place = fs::canonicalize(key).map_err(io)?;
    let parent = out.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = out.file_name().map(PathBuf::from).unwrap_or_default();
    if fs::canonicalize(parent).is_ok_and(|parent| place.starts_with(parent.join(name))) {
        return Err(wrong("the key lies in the output folder", "keep it apart from the data"));
    }
    Ok(Secret::new(trimmed))
}

/// `data/part-1.xlsx` becomes `part-1.csv`.
fn output_name(input: &str) -> String {
    let stem = Path::new(input).file_stem().map_or_else(|| "data".into(), |s| s.to_string_lossy());
    format!("{stem}.csv")
}

/// The study file for the new data: names of files and structure columns replaced. Comments are lost.
fn new_study(text: &str, file: &StudyFile) -> String {
    let Ok(mut table) = text.parse::<toml::Table>() else { return text.to_owned() };
    if let Some(toml::Value::Table(data)) = table.get_mut("data") {
        for key in ["encoding", "delimiter", "decimal", "sheet"] {
            data.remove(key);
        }
        for key in ["sessions", "clients", "therapists"] {
            if let Some(toml::Value::String(name)) = data.get_mut(key) {
                *name = output_name(name);
            }
        }
    }
    if let Some(toml::Value::Table(columns)) = table.get_mut("columns") {
        for key in ["site", "therapist", "client"] {
            if let Some(toml::Value::String(name)) = columns.get_mut(key) {
                key.clone_into(name);
            }
        }
        if file.columns.date.is_some() {
            columns.remove("date");
            columns.insert("day".to_owned(), toml::Value::String("day".to_owned()));
        }
    }
    toml::to_string(&table).unwrap_or_else(|_| text.to_owned())
}
