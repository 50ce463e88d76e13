//! `dyad init`: a first study file from the data's own header.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::failure::Failure;
use crate::terminal::Terminal;

/// Writes `study.toml` beside the data, or prints it. An existing file is never overwritten.
pub(crate) fn init(data: &Path, print: bool, terminal: &Terminal) -> Result<u8, Failure> {
    let text = dyad_ingest::init(data).map_err(Failure::from)?;
    if print {
        terminal.result(text.trim_end());
        return Ok(0);
    }
    let target = data.with_file_name("study.toml");
    let mut file = fs::File::create_new(&target).map_err(|e| {
        Failure::io("write", &target, &e).hint("--print shows the study file without writing it")
    })?;
    file.write_all(text.as_bytes()).map_err(|e| Failure::io("write", &target, &e))?;
    terminal.result(&format!("study file: {}", target.display()));
    terminal.message(&format!(
        "correct what is marked `# ?`, then: dyad validate {}",
        target.display()
    ));
    Ok(0)
}
