//! `dyad validate`: every check, no analysis.

use std::path::Path;

use dyad_ingest::{Checked, Stage};
use serde_json::json;

use crate::args::Format;
use crate::failure::Failure;
use crate::terminal::Terminal;

/// Checks a study. Exit code 0: no problem; 1: problems in the data.
pub(crate) fn validate(study: &Path, terminal: &Terminal) -> Result<u8, Failure> {
    let Checked { notes, stages } = match dyad_ingest::validate(study) {
        Ok(checked) => checked,
        Err(error) => {
            let data = matches!(error, dyad_ingest::IngestError::Data(_));
            let failure = Failure::from(error);
            return Err(if data { Failure { exit: 1, ..failure } } else { failure });
        }
    };
    for Stage { name, seconds, peak } in &stages {
        let peak = peak.map_or_else(String::new, |peak| format!(", {peak:.0} MB at most so far"));
        terminal.detail(&format!("{seconds:8.3} s  {name}{peak}"));
    }
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
