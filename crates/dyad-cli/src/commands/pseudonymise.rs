//! `dyad pseudonymise`: a copy of a study's data under keyed hashes.

use std::path::Path;

use crate::args::Format;
use crate::failure::Failure;
use crate::terminal::Terminal;

/// Writes the copy, a study file for it and a log into a new folder.
pub(crate) fn pseudonymise(
    study: &Path,
    key: &Path,
    out: &Path,
    terminal: &Terminal,
) -> Result<u8, Failure> {
    let log = dyad_ingest::pseudonymise(study, key, out).map_err(Failure::from)?;
    match terminal.format {
        Format::Json => {
            let log = serde_json::to_string_pretty(&log)
                .map_err(|e| Failure::coded("log", e.to_string()))?;
            terminal.result(&log);
        }
        Format::Text => {
            for file in &log.files {
                terminal.result(&format!("{} -> {}: {} rows", file.input, file.output, file.rows));
            }
            terminal.message(log.note);
        }
    }
    Ok(0)
}
