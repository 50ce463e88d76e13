//! `dyad schema`: the shape of our files, as JSON Schema.

use dyad_model::{Findings, Manifest, Provenance, Results};
use schemars::{Schema, schema_for};

use crate::args::SchemaOf;
use crate::failure::Failure;
use crate::terminal::Terminal;

/// Prints one schema.
pub(crate) fn schema(of: SchemaOf, terminal: &Terminal) -> Result<u8, Failure> {
    let schema: Schema = match of {
        SchemaOf::Study => dyad_ingest::study_file::schema(),
        SchemaOf::Results => schema_for!(Results),
        SchemaOf::Run => schema_for!(Provenance),
        SchemaOf::Manifest => schema_for!(Manifest),
        SchemaOf::Findings => schema_for!(Findings),
    };
    let text = serde_json::to_string_pretty(&schema)
        .map_err(|e| Failure::coded("schema", e.to_string()))?;
    terminal.result(&text);
    Ok(0)
}
