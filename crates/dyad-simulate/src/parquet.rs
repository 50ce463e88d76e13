//! A block as a record batch, and the Parquet file that takes them.

use std::io::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use crate::csv::Names;
use crate::{Block, Client, Session, SimulateError};

/// Rows of a row group: a reader decodes one at a time.
const ROW_GROUP: usize = 1 << 18;

fn schema() -> SchemaRef {
    let field = |name: &str, kind, nullable| Field::new(name, kind, nullable);
    Arc::new(Schema::new(vec![
        field("site", DataType::Utf8, false),
        field("therapist", DataType::Utf8, false),
        field("client", DataType::Utf8, false),
        field("session", DataType::Int64, false),
        field("alliance_client", DataType::Float64, true),
        field("alliance_therapist", DataType::Float64, true),
        field("symptom", DataType::Float64, true),
        field("baseline", DataType::Float64, false),
        field("burnout", DataType::Float64, false),
        field("dropout", DataType::Int64, false),
    ]))
}

/// A writer of blocks.
pub(crate) struct Writer<W: Write + Send> {
    writer: ArrowWriter<W>,
    file: String,
}

impl<W: Write + Send> Writer<W> {
    pub(crate) fn new(out: W, file: &str) -> Result<Self, SimulateError> {
        // The version of the library is no part of the data: the same seed gives the same bytes.
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_created_by("dyad simulate".to_owned())
            .build();
        let writer = ArrowWriter::try_new(out, schema(), Some(properties));
        Ok(Self { writer: writer.map_err(|e| failed(file, &e))?, file: file.to_owned() })
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), SimulateError> {
        self.writer.write(batch).map_err(|e| failed(&self.file, &e))
    }

    pub(crate) fn finish(self) -> Result<(), SimulateError> {
        let Self { writer, file } = self;
        writer.close().map(drop).map_err(|e| failed(&file, &e))
    }
}

/// The rows of a block with the values of the client and the therapist in each.
pub(crate) fn batch(block: &Block, names: Names, file: &str) -> Result<RecordBatch, SimulateError> {
    let session = |of: fn(&Session) -> Option<f64>| -> ArrayRef {
        Arc::new(block.sessions.iter().map(of).collect::<Float64Array>())
    };
    let columns = vec![
        text(block, |client| names.site(client.site)),
        text(block, |client| names.therapist(client.therapist)),
        text(block, |client| names.client(client.client)),
        Arc::new(Int64Array::from_iter_values(
            block.sessions.iter().map(|session| i64::from(session.session)),
        )),
        session(|session| session.alliance_client),
        session(|session| session.alliance_therapist),
        session(|session| session.symptom),
        Arc::new(Float64Array::from_iter_values(each(block, |client| client.baseline))),
        Arc::new(Float64Array::from_iter_values(each(block, |client| client.burnout))),
        Arc::new(Int64Array::from_iter_values(each(block, |client| i64::from(client.dropout)))),
    ];
    RecordBatch::try_new(schema(), columns).map_err(|e| failed(file, &e))
}

/// A value of the client, once per session.
fn each<'b, T: Clone + 'b>(
    block: &'b Block,
    of: impl Fn(&Client) -> T + 'b,
) -> impl Iterator<Item = T> + 'b {
    block
        .clients
        .iter()
        .flat_map(move |client| std::iter::repeat_n(of(client), client.sessions.len()))
}

fn text(block: &Block, of: impl Fn(&Client) -> String) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(each(block, of)))
}

fn failed(file: &str, error: &dyn std::error::Error) -> SimulateError {
    SimulateError::Write { file: file.to_owned(), reason: error.to_string() }
}
