//! `dyad score`: the scored tables of a study, as files.

use std::path::Path;

use dyad_model::apa;

use crate::args::Format;
use crate::failure::Failure;
use crate::terminal::Terminal;

/// Writes the tables into a new folder and says what they hold.
pub(crate) fn score(study: &Path, out: &Path, terminal: &Terminal) -> Result<u8, Failure> {
    let log = dyad_ingest::score(study, out).map_err(Failure::from)?;
    match terminal.format {
        Format::Json => {
            let log = serde_json::to_string_pretty(&log)
                .map_err(|e| Failure::coded("log", e.to_string()))?;
            terminal.result(&log);
        }
        Format::Text => {
            for file in &log.files {
                terminal.result(&format!(
                    "{}: {}; {}",
                    out.join(&file.name).display(),
                    apa::counted(file.rows, "row"),
                    file.columns.join(", ")
                ));
            }
            terminal.message(
                "identifiers stand as in the data files: keep these files where those are kept",
            );
        }
    }
    Ok(0)
}
