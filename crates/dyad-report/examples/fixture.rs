//! Writes the report of the test fixture into a folder, to look at it: `cargo run -p dyad-report --example fixture -- FOLDER`.

use std::error::Error;
use std::fs;
use std::path::Path;

use dyad_report::{Options, write};

fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args_os().nth(1).ok_or("name a folder that does not exist yet")?;
    fs::create_dir(&dir)?;
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture");
    let results = serde_json::from_str(&fs::read_to_string(fixture.join("results.json"))?)?;
    let provenance = serde_json::from_str(&fs::read_to_string(fixture.join("run.json"))?)?;
    write(&results, &provenance, &Options::default(), Path::new(&dir))?;
    Ok(())
}
