//! Writes the report of the test fixture into a folder, to look at it: `cargo run -p dyad-report --example fixture -- FOLDER [PROFILE]`.

use std::error::Error;
use std::fs;
use std::path::Path;

use dyad_report::{Options, Profile, write};

fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args_os().nth(1).ok_or("name a folder that does not exist yet")?;
    fs::create_dir(&dir)?;
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture");
    let results = serde_json::from_str(&fs::read_to_string(fixture.join("results.json"))?)?;
    let provenance = serde_json::from_str(&fs::read_to_string(fixture.join("run.json"))?)?;
    let profile = match std::env::args().nth(2) {
        Some(name) => name.parse()?,
        None => Profile::Internal,
    };
    let options = Options { profile, ..Options::default() };
    write(&results, &provenance, &options, Path::new(&dir))?;
    Ok(())
}
