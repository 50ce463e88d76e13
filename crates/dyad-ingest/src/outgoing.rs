//! Files that are written: lines of CSV, and folders that appear whole or not at all.

use std::{fs, io, path::Path};

use crate::error::IngestError;

/// A line of CSV, quoted where it must be.
pub(crate) fn line(cells: &[String]) -> String {
    let quoted = |cell: &String| {
        if cell.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.clone()
        }
    };
    cells.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n"
}

/// Writes all files into a folder beside the target, then renames it.
pub(crate) fn folder(out: &Path, files: &[(String, String)]) -> Result<(), IngestError> {
    let name = out.file_name().map_or_else(|| "out".into(), |n| n.to_string_lossy().into_owned());
    let temporary = out.with_file_name(format!(".{name}.partial-{}", std::process::id()));
    let failed = |source| IngestError::Io { what: "output folder", path: out.to_owned(), source };
    let write = || -> io::Result<()> {
        fs::create_dir(&temporary)?;
        for (name, text) in files {
            let path = temporary.join(name);
            fs::write(&path, text)?;
            fs::File::open(&path)?.sync_all()?;
        }
        fs::rename(&temporary, out)
    };
    write().map_err(|error| {
        // What is half-written is of no use; that it cannot be removed is not the first thing to say.
        drop(fs::remove_dir_all(&temporary));
        failed(error)
    })
}
