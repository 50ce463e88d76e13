//! `dyad validate`: every check, no analysis.

use std::path::Path;

use serde_json::json;

use crate::args::Format;
use crate::failure::Failure;
use crate::terminal::Terminal;

/// Checks a study. Exit code 0: no problem; 1: problems in the data.
pub(crate) fn validate(study: &Path, terminal: &Terminal) -> Result<u8, Failure> {
    let notes = match dyad_ingest::validate(study) {
        Ok(notes) => notes,
        Err(error) => {
            let data = matches!(error, dyad_ingest::IngestError::Data(_));
            let failure = Failure::from(error);
            return Err(if data { Failure { exit: 1, ..failure } } else { failure });
        }
    };
    match terminal.format {
        Format::Json => terminal.result(&format!(
            "{:#}",
            json!({ "schema_version": 1, "problems": [], "notes": notes })
        )),
        Format::Text => {
            for note in &notes {
                terminal.message(&format!("note: {}", note.text));
            }
            terminal.result("no problem found");
            terminal.message(&format!("next: dyad run {}", study.display()));
        }
    }
    Ok(0)
}
