//! Parquet, through arrow-rs.
//!
//! Polars reads Parquet too, but allocates what a damaged page asks for, and an allocation that fails ends the program.
//! This reader decodes in batches of a fixed size.

use arrow_array::RecordBatch;
use bytes::Bytes;
use parquet::{
    arrow::arrow_reader::{
        ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
    },
    file::metadata::{PageIndexPolicy, ParquetMetaData},
};

use super::{
    Hidden, Input, Table,
    arrow::{Batches, MANY, from_batches},
    memory,
};
use crate::{
    code::Code,
    problem::{Problem, Problems},
};

/// Rows decoded at a time.
const BATCH: usize = 65_536;
/// Largest size that a page of a column may be unpacked to; writers aim at 1 MB.
const CHUNK: i64 = 4 << 30;

/// Reads the whole file.
pub(super) fn open(input: Input) -> Result<Table, Problems> {
    let Input { shown, bytes, .. } = input;
    let contents = memory::isolated(&shown, || contents(&bytes, &shown))?;
    memory::table(contents, &shown)
}

fn contents(bytes: &Bytes, file: &str) -> Result<memory::Contents, Problems> {
    // The reader's own messages may quote the file.
    let refused = || Problems::from(Problem::new(Code::Unreadable, file));
    // Hints for a reader that skips rows, and the schema in another notation, are not needed.
    let options = ArrowReaderOptions::new()
        .with_page_index_policy(PageIndexPolicy::Skip)
        .with_skip_arrow_metadata(true);
    let builder =
        ParquetRecordBatchReaderBuilder::try_new_with_options(bytes.clone(), options.clone())
            .map_err(|_| refused())?;
    let metadata = builder.metadata().clone();
    let schema = builder.schema().clone();
    let claimed = u64::try_from(metadata.file_metadata().num_rows()).map_err(|_| refused())?;
    memory::plausible(claimed, schema.fields().len(), file)?;
    check(&metadata).ok_or_else(refused)?;
    let reader = ArrowReaderMetadata::try_new(metadata.clone(), options).map_err(|_| refused())?;
    let group = |groups: Vec<usize>| -> Result<Vec<RecordBatch>, Problems> {
        ParquetRecordBatchReaderBuilder::new_with_metadata(bytes.clone(), reader.clone())
            .with_row_groups(groups)
            .with_batch_size(BATCH)
            .build()
            .map_err(|_| refused())?
            .map(|batch| batch.map_err(|_| refused()))
            .collect()
    };
    let groups = metadata.num_row_groups();
    let batches: Vec<RecordBatch> = if claimed < MANY as u64 {
        group((0..groups).collect())?
    } else {
        memory::side_by_side(file, groups, |i| group(vec![i]))?.into_iter().flatten().collect()
    };
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    if rows as u64 != claimed {
        return Err(Problem::new(Code::RowCount, file)
            .found(format!("{claimed} rows by the footer, {rows} by the reader"))
            .into());
    }
    let hidden = metadata
        .file_metadata()
        .key_value_metadata()
        .into_iter()
        .flatten()
        .filter(|pair| pair.key != "ARROW:schema")
        .map(|pair| Hidden {
            place: "key-value metadata".to_owned(),
            text: format!("{} {}", pair.key, pair.value.as_deref().unwrap_or_default()),
        })
        .collect();
    from_batches(&Batches { schema, batches }, "Parquet", hidden, file)
}

/// Compares the row groups with each other and with the whole.
fn check(metadata: &ParquetMetaData) -> Option<()> {
    let mut rows = 0_i64;
    for group in metadata.row_groups() {
        rows = rows.checked_add(group.num_rows()).filter(|_| group.num_rows() >= 0)?;
        for column in group.columns() {
            // A flat column has as many values as rows; a nested one is refused by its type.
            let flat = column.column_descr().max_rep_level() == 0;
            let sound = (!flat || column.num_values() == group.num_rows())
                && (0..=CHUNK).contains(&column.uncompressed_size())
                && column.compressed_size() >= 0;
            if !sound {
                return None;
            }
        }
    }
    (rows == metadata.file_metadata().num_rows()).then_some(())
}
