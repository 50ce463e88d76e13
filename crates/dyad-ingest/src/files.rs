//! The data files of a study: found, opened, hashed.

use std::{
    fmt::Write as _,
    fs, io,
    io::Read as _,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    code::Code,
    error::IngestError,
    places::Places,
    problem::{Problem, Problems},
    read::{Input, Options, Table, resolve},
    room,
    study_file::StudyFile,
};

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InputFile {
    /// As the study file names it; of a glob, the part's own name.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Its records, the header not counted.
    pub rows: u64,
    /// Its format, encoding and dialect, as they were found.
    pub format: String,
    /// What else is worth knowing about the file, such as sheets that were not read.
    pub remarks: Vec<String>,
}

/// One opened data file.
pub(crate) struct DataFile {
    path: PathBuf,
    pub(crate) shown: String,
    pub(crate) input: InputFile,
    pub(crate) table: Table,
}

/// The opened data files of a study.
pub(crate) struct Files {
    /// One, or the parts of a glob, with the same columns in the same order.
    pub(crate) sessions: Vec<DataFile>,
    pub(crate) clients: Option<DataFile>,
    pub(crate) therapists: Option<DataFile>,
}

/// The hash of a file, read piece by piece.
fn sha256_of(path: &Path) -> io::Result<String> {
    let mut file = fs::File::open(path)?;
    let (mut hash, mut piece) = (Sha256::new(), vec![0; 1 << 18]);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hexadecimal(&hash.finalize())),
            n => hash.update(&piece[..n]),
        }
    }
}

/// The hash of everything a study is read from: the study file and every file it names, nothing of them parsed.
///
/// # Errors
/// If the study file is wrong or a file cannot be read.
pub fn fingerprint(study: &Path) -> Result<Fingerprint, IngestError> {
    let failed = |what, path: &Path| {
        let path = path.to_owned();
        move |source| IngestError::Io { what, path, source }
    };
    let text = fs::read_to_string(study).map_err(failed("study file", study))?;
    let file = StudyFile::parse(&text, study)?;
    let mut paths = parts(study, &file.data.sessions)?;
    let is_key = |name: &&String| {
        Path::new(name).extension().is_some_and(|e| e.eq_ignore_ascii_case("toml"))
    };
    let keys = file.measures.iter().filter_map(|m| m.instrument.as_ref()).filter(is_key);
    for name in file.data.clients.iter().chain(&file.data.therapists).chain(keys) {
        paths.push((resolve(study, name), name.clone()));
    }
    let mut all = Sha256::new();
    for part in [text.as_bytes(), study.as_os_str().as_encoded_bytes()] {
        all.update((part.len() as u64).to_le_bytes());
        all.update(part);
    }
    for (path, name) in paths {
        all.update((name.len() as u64).to_le_bytes());
        all.update(name.as_bytes());
        all.update(sha256_of(&path).map_err(failed("data file", &path))?.as_bytes());
    }
    Ok(Fingerprint { sha256: hexadecimal(&all.finalize()), file, text })
}

/// What a study is read from.
#[derive(Clone, Debug)]
pub struct Fingerprint {
    /// SHA-256 over the study file and the files it names, in hexadecimal.
    pub sha256: String,
    /// The study file, parsed.
    pub file: StudyFile,
    /// The study file, verbatim.
    pub text: String,
}

/// How many rows the sessions file has.
pub(crate) struct Counted {
    pub(crate) records: u64,
    pub(crate) blank: u64,
}

fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |mut hex, byte| {
        let written = write!(hex, "{byte:02x}");
        debug_assert!(written.is_ok(), "writing to a string cannot fail");
        hex
    })
}

type Opened = Result<Result<DataFile, Problems>, IngestError>;

fn open(what: &'static str, path: PathBuf, name: String, options: &Options) -> Opened {
    let bytes =
        room::read(&path).map_err(|source| IngestError::Io { what, path: path.clone(), source })?;
    let shown = path.display().to_string();
    let size = bytes.len() as u64;
    let bytes = Bytes::from(bytes);
    let hashed = bytes.clone();
    let (sha256, table) = rayon::join(
        move || hexadecimal(&Sha256::digest(&hashed)),
        || Table::open(Input { shown: shown.clone(), bytes, path: Some(path.clone()) }, options),
    );
    let table = table.map(|mut table| {
        table.remarks.extend(index_columns(&table.header, &options.expected));
        table
    });
    Ok(table.map(|mut table| DataFile {
        path,
        shown,
        input: InputFile {
            name,
            sha256,
            bytes: size,
            rows: table.records + table.blank,
            format: table.format.clone(),
            remarks: std::mem::take(&mut table.remarks),
        },
        table,
    }))
}

/// Columns that another program added to number its rows: not used, and said so.
fn index_columns<'a>(
    header: &'a [String],
    expected: &'a [String],
) -> impl Iterator<Item = String> + 'a {
    let is_index = |name: &&String| {
        let numbered = |prefix: &str, end: &str| {
            let rest = name.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(end));
            rest.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        };
        numbered("Unnamed: ", "")
            || numbered("__index_level_", "__")
            || ["rownames", "row.names"].contains(&name.as_str())
    };
    let unused = header.iter().filter(is_index).filter(|name| !expected.contains(name));
    unused.map(|name| format!("`{name}` numbers the rows for another program: not used"))
}

impl Files {
    /// Opens the files; their shapes are checked together, so that all problems come at once.
    pub(crate) fn open(file: &StudyFile, study: &Path) -> Result<Self, IngestError> {
        let ascii = |c: Option<char>| c.and_then(|c| u8::try_from(c).ok());
        let options = Options {
            encoding: file.data.encoding.clone(),
            delimiter: ascii(file.data.delimiter),
            decimal: ascii(file.data.decimal),
            sheet: file.data.sheet.clone(),
            expected: file.column_names(),
        };
        let mut problems = Problems::default();
        let mut sessions = Vec::new();
        for (path, name) in parts(study, &file.data.sessions)? {
            match open("sessions file", path, name, &options)? {
                Ok(part) => sessions.push(part),
                Err(found) => problems.merge(found),
            }
        }
        let mut optional = |what, name: &Option<String>| -> Result<_, IngestError> {
            let Some(name) = name else { return Ok(None) };
            match open(what, resolve(study, name), name.clone(), &options)? {
                Ok(file) => Ok(Some(file)),
                Err(found) => {
                    problems.merge(found);
                    Ok(None)
                }
            }
        };
        let clients = optional("clients file", &file.data.clients)?;
        let therapists = optional("therapists file", &file.data.therapists)?;
        same_columns(&sessions, &mut problems);
        problems.into_result()?;
        Ok(Self { sessions, clients, therapists })
    }

    /// All files, in the order sessions, clients, therapists.
    pub(crate) fn all(&self) -> impl Iterator<Item = &DataFile> {
        self.sessions.iter().chain(&self.clients).chain(&self.therapists)
    }

    /// Records and blank lines of the sessions file or its parts.
    pub(crate) fn counts(&self) -> Counted {
        let sum = |of: fn(&Table) -> u64| self.sessions.iter().map(|part| of(&part.table)).sum();
        Counted { records: sum(|table| table.records), blank: sum(|table| table.blank) }
    }

    /// The rows of the sessions file or its parts.
    pub(crate) fn places(&self) -> Places {
        Places { files: self.sessions.iter().map(|part| part.shown.clone()).collect() }
    }

    /// What is needed to see later whether a file has changed.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.all()
            .map(|file| Seen {
                path: file.path.clone(),
                shown: file.shown.clone(),
                sha256: file.input.sha256.clone(),
            })
            .collect()
    }
}

/// A file as it was when it was opened.
pub(crate) struct Seen {
    path: PathBuf,
    shown: String,
    sha256: String,
}

/// Hashes the files again: one that changed while it was read is no basis for a result.
pub(crate) fn unchanged(files: &[Seen]) -> Result<(), IngestError> {
    let mut problems = Problems::default();
    for file in files {
        let now = sha256_of(&file.path).map_err(|source| IngestError::Io {
            what: "data file",
            path: file.path.clone(),
            source,
        })?;
        if now != file.sha256 {
            problems.add(Problem::new(Code::FileChanged, &file.shown));
        }
    }
    Ok(problems.into_result()?)
}

/// The files a name stands for: itself, or, with `*` or `?` in its last part, every match in name order.
fn parts(study: &Path, name: &str) -> Result<Vec<(PathBuf, String)>, IngestError> {
    let path = resolve(study, name);
    let (folder, pattern) = match name.rsplit_once('/') {
        Some((folder, pattern)) => (format!("{folder}/"), pattern),
        None => (String::new(), name),
    };
    if !pattern.contains(['*', '?']) || path.exists() {
        return Ok(vec![(path, name.to_owned())]);
    }
    let parent = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    let failed = |source| IngestError::Io {
        what: "folder of the sessions files",
        path: parent.clone(),
        source,
    };
    let listed = if parent.as_os_str().is_empty() { Path::new(".") } else { parent.as_path() };
    let mut names = Vec::new();
    for entry in fs::read_dir(listed).map_err(failed)? {
        // A name that is not UTF-8 cannot match a pattern that is.
        if let Ok(name) = entry.map_err(failed)?.file_name().into_string()
            && matches(pattern.as_bytes(), name.as_bytes())
        {
            names.push(name);
        }
    }
    names.sort_unstable();
    if names.is_empty() {
        let problem = Problem::new(Code::NoFileMatches, &path.display().to_string());
        return Err(Problems::from(problem).into());
    }
    Ok(names.into_iter().map(|name| (parent.join(&name), format!("{folder}{name}"))).collect())
}

/// Whether a name matches a pattern of `*` (any characters) and `?` (one character).
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(&c) if c == b'?' || c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match star {
                // Let the last star take one character more.
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    (p, n) = (at + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

/// Parts are one table cut into files: each has the columns of the first, in its order.
fn same_columns(parts: &[DataFile], problems: &mut Problems) {
    let Some((first, others)) = parts.split_first() else { return };
    for part in others {
        let (mine, theirs) = (&part.table.header, &first.table.header);
        let extra = mine.iter().find(|name| !theirs.contains(name));
        let lacking = theirs.iter().find(|name| !mine.contains(name));
        let problem = || Problem::new(Code::PartsDiffer, &part.shown).row(0);
        if let Some(name) = extra {
            problems
                .add(problem().column(name).found("a column that the first part does not have"));
        }
        if let Some(name) = lacking {
            problems.add(problem().column(name).found("a column of the first part is not here"));
        }
        if extra.is_none() && lacking.is_none() && mine != theirs {
            problems.add(problem().found("the columns of the first part in another order"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns() {
        for (pattern, name, expected) in [
            ("*.csv", "a.csv", true),
            ("*.csv", "a.tsv", false),
            ("s-??.csv", "s-01.csv", true),
            ("s-??.csv", "s-1.csv", false),
            ("a*b*c", "aXbYbZc", true),
            ("*", "", true),
            ("?", "", false),
        ] {
            assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), expected, "{pattern} {name}");
        }
    }
}
