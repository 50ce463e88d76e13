//! Plugins that are scripts: a folder with `plugin.toml` and one file for an interpreter.
//!
//! ```text
//! private folder   request.json   settings, seed, study, and per table: where it is and where each column's values lie
//!                  <entry>        the bytes that were hashed
//!                  dyad.R or dyad.py   reads the request and the tables, writes the findings; needs no package
//!                  findings.json  what the script leaves
//! ```

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use dyad_model::Manifest;
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::interpreter::{Interpreter, Language};
use crate::job::ScriptJob;
use crate::projection::Projection;
use crate::system::{Sealed, System, place};
use crate::worker::tables::layout;

/// The file that makes a folder a script plugin.
pub const SCRIPT_MANIFEST: &str = "plugin.toml";
const FINDINGS: &str = "findings.json";
/// No script of an analysis is longer.
const MAX_SOURCE: u64 = 16 << 20;

/// What `plugin.toml` holds beside the manifest.
#[derive(Deserialize)]
struct Document {
    kind: String,
    interpreter: Language,
    entry: String,
    #[serde(flatten)]
    manifest: toml::Table,
}

/// A script as it was read: its bytes are those that were hashed.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) language: Language,
    pub(crate) interpreter: Result<Interpreter, String>,
    entry: String,
    pub(crate) source: Sealed,
    text: Vec<u8>,
    document: String,
}

impl Script {
    /// Its files by name, with the bytes that were hashed.
    pub(crate) fn files(&self) -> [(&str, &[u8]); 2] {
        [(SCRIPT_MANIFEST, self.document.as_bytes()), (&self.entry, &self.text)]
    }
}

/// A folder's script, with everything that is hashed of it.
pub(crate) struct Loaded {
    pub(crate) manifest: Result<Manifest, String>,
    pub(crate) script: Script,
    pub(crate) hashed: Vec<u8>,
}

/// Reads the script plugin of a folder.
///
/// # Errors
/// If a file cannot be read or `plugin.toml` does not say what it must.
pub(crate) fn read(folder: &Path, system: System) -> Result<Loaded, String> {
    let path = folder.join(SCRIPT_MANIFEST);
    let text = fs::read_to_string(&path).map_err(|e| format!("{SCRIPT_MANIFEST}: {e}"))?;
    let document: Document =
        toml::from_str(&text).map_err(|e| format!("{SCRIPT_MANIFEST}: {}", e.message()))?;
    if document.kind != "script" {
        return Err(format!("{SCRIPT_MANIFEST}: `kind` must be \"script\""));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if document.entry.starts_with('.') || !document.entry.chars().all(plain) {
        return Err(format!("{SCRIPT_MANIFEST}: `entry` must be the name of a file beside it"));
    }
    let mut source = Vec::new();
    File::open(folder.join(&document.entry))
        .and_then(|file| file.take(MAX_SOURCE).read_to_end(&mut source))
        .map_err(|e| format!("{}: {e}", document.entry))?;
    let manifest = document
        .manifest
        .try_into::<Manifest>()
        .map_err(|e| format!("{SCRIPT_MANIFEST}: {}", e.message()));
    // Lengths stand between the parts, so that no byte can move from one to the other.
    let mut hashed = (text.len() as u64).to_le_bytes().to_vec();
    hashed.extend_from_slice(text.as_bytes());
    hashed.extend_from_slice(&source);
    let script = Script {
        language: document.interpreter,
        interpreter: document.interpreter.find(),
        entry: document.entry,
        source: Sealed::of(system, &source).map_err(|e| e.to_string())?,
        text: source,
        document: text,
    };
    Ok(Loaded { manifest, script, hashed })
}

/// Makes the private folder of one run.
pub(crate) fn prepare(
    script: &Script,
    request: &str,
    tables: &[Arc<Projection>],
    sealed: &[Arc<Sealed>],
) -> io::Result<(TempDir, ScriptJob)> {
    let interpreter = script.interpreter.as_ref().map_err(|why| io::Error::other(why.clone()))?;
    let folder = private_folder()?;
    let mut request: Value = serde_json::from_str(request)?;
    let mut described = serde_json::Map::new();
    for (at, (table, sealed)) in tables.iter().zip(sealed).enumerate() {
        let columns = layout(&sealed.buffer()?).map_err(io::Error::other)?;
        let file = place(at, sealed)?;
        described.insert(
            table.name.to_owned(),
            json!({ "file": file, "rows": table.rows, "columns": columns }),
        );
    }
    request["tables"] = Value::Object(described);
    request["findings"] = json!(FINDINGS);
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes);
    write("request.json", &serde_json::to_vec(&request)?)?;
    write(&script.entry, &script.text)?;
    let (name, helper) = script.language.helper();
    write(name, helper.as_bytes())?;

    let text = folder.path().to_string_lossy().into_owned();
    let mut variables: Vec<(String, String)> = interpreter.variables.clone();
    for name in ["HOME", "TMPDIR"] {
        variables.push((name.to_owned(), text.clone()));
    }
    for (name, value) in [("TZ", "UTC"), ("LC_ALL", "C.UTF-8"), ("PATH", "/usr/bin:/bin")] {
        variables.push((name.to_owned(), value.to_owned()));
    }
    let job = ScriptJob {
        program: interpreter.program.clone(),
        arguments: script.language.arguments(&script.entry),
        variables,
        readable: interpreter.readable.clone(),
        folder: folder.path().to_path_buf(),
    };
    Ok((folder, job))
}

/// Only its owner can enter it; in memory where there is such a place, so that no value of a study reaches a disk.
fn private_folder() -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("dyad-");
    builder.tempdir_in("/dev/shm").or_else(|_| builder.tempdir())
}

/// What a script left, if it is not more than its limit.
pub(crate) fn findings(folder: &Path, most: usize) -> Result<Vec<u8>, String> {
    let path = folder.join(FINDINGS);
    // A link might lead to a file that the script could not read itself.
    let is_file = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file());
    let mut bytes = Vec::new();
    let read =
        File::open(&path).and_then(|file| file.take(most as u64 + 1).read_to_end(&mut bytes));
    match read {
        Ok(_) if is_file && bytes.len() <= most => Ok(bytes),
        Ok(_) if is_file => Err(format!("its findings are larger than {} MB", most >> 20)),
        _ => Err("it ended without a result".to_owned()),
    }
}
