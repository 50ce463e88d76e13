//! Parquet, through arrow-rs.
//!
//! Polars reads Parquet too, but allocates what a damaged page asks for, and an allocation that fails ends the program.
//! This reader decodes in batches of a fixed size, a row group at a time.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use bytes::Bytes;
use parquet::{
    arrow::arrow_reader::{
        ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
    },
    file::metadata::{PageIndexPolicy, ParquetMetaData},
};

use super::{
    Batch, Hidden, Input, Rows, Source, Table,
    arrow::{Batches, MANY, column, from_batches},
    checked_header, memory,
};
use crate::{
    code::Code,
    problem::{Problem, Problems},
};

/// Its name in reports.
const FORMAT: &str = "Parquet";
/// Rows decoded at a time.
const BATCH: usize = 65_536;
/// Largest size that a page of a column may be unpacked to; writers aim at 1 MB.
const CHUNK: i64 = 4 << 30;

/// Opens a file. One of many rows is decoded when its batches are asked for, a row group at a time; a small one now.
pub(super) fn open(input: Input) -> Result<Table, Problems> {
    let Input { shown, bytes, .. } = input;
    let (groups, hidden) = memory::isolated(&shown, || Opened::of(bytes, &shown))?;
    if groups.records < MANY as u64 {
        let contents = memory::isolated(&shown, || groups.contents(hidden))?;
        return memory::table(contents, &shown);
    }
    let header = groups.schema.fields().iter().map(|f| f.name().clone()).collect();
    Ok(Table {
        header: checked_header(header, &shown)?,
        decimal: b'.',
        records: groups.records,
        blank: 0,
        format: FORMAT.to_owned(),
        remarks: Vec::new(),
        hidden,
        source: Box::new(groups),
    })
}

/// A file whose footer was read and checked.
struct Opened {
    file: String,
    bytes: Bytes,
    reader: ArrowReaderMetadata,
    schema: SchemaRef,
    records: u64,
    /// Rows before each row group, and in it.
    groups: Vec<(u64, usize)>,
}

impl Opened {
    fn of(bytes: Bytes, file: &str) -> Result<(Self, Vec<Hidden>), Problems> {
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
        let records = u64::try_from(metadata.file_metadata().num_rows()).map_err(|_| refused())?;
        memory::plausible(records, schema.fields().len(), file)?;
        let groups = checked_groups(&metadata).ok_or_else(refused)?;
        let reader =
            ArrowReaderMetadata::try_new(metadata.clone(), options).map_err(|_| refused())?;
        for i in 0..schema.fields().len() {
            column(&schema, &[], i, file)?;
        }
        let metadata = metadata.file_metadata().key_value_metadata().into_iter().flatten();
        let hidden = metadata.filter(|pair| pair.key != "ARROW:schema").map(|pair| Hidden {
            place: "key-value metadata".to_owned(),
            text: format!("{} {}", pair.key, pair.value.as_deref().unwrap_or_default()),
        });
        let hidden = hidden.collect();
        Ok((Self { file: file.to_owned(), bytes, reader, schema, records, groups }, hidden))
    }

    /// Decodes row groups, which must have as many rows as the footer says.
    fn decoded(&self, groups: Vec<usize>) -> Result<Vec<RecordBatch>, Problems> {
        let refused = || Problems::from(Problem::new(Code::Unreadable, &self.file));
        let claimed: usize = groups.iter().map(|group| self.groups[*group].1).sum();
        let bytes = self.bytes.clone();
        let batches: Vec<RecordBatch> =
            ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, self.reader.clone())
                .with_row_groups(groups)
                .with_batch_size(BATCH)
                .build()
                .map_err(|_| refused())?
                .map(|batch| batch.map_err(|_| refused()))
                .collect::<Result<_, _>>()?;
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        if rows == claimed {
            return Ok(batches);
        }
        Err(Problem::new(Code::RowCount, &self.file)
            .found(format!("{claimed} rows by the footer, {rows} by the reader"))
            .into())
    }

    fn contents(&self, hidden: Vec<Hidden>) -> Result<memory::Contents, Problems> {
        let batches = self.decoded((0..self.groups.len()).collect())?;
        let schema = self.schema.clone();
        from_batches(&Batches { schema, batches }, FORMAT, hidden, &self.file)
    }
}

impl Source for Opened {
    fn batches(&self) -> usize {
        self.groups.len()
    }

    fn batch(&self, i: usize) -> Result<Batch, Problems> {
        memory::isolated(&self.file, || {
            let batches = self.decoded(vec![i])?;
            let columns = 0..self.schema.fields().len();
            let columns = columns.map(|i| column(&self.schema, &batches, i, &self.file));
            Ok(Batch {
                columns: columns.collect::<Result<_, _>>()?,
                rows: Rows::From(self.groups[i].0 + 1),
            })
        })
    }
}

/// Rows before each row group and in it, once they are compared with each other and with the whole.
fn checked_groups(metadata: &ParquetMetaData) -> Option<Vec<(u64, usize)>> {
    let mut rows = 0_i64;
    let mut groups = Vec::new();
    for group in metadata.row_groups() {
        groups.push((u64::try_from(rows).ok()?, usize::try_from(group.num_rows()).ok()?));
        rows = rows.checked_add(group.num_rows())?;
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
    (rows == metadata.file_metadata().num_rows()).then_some(groups)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Float64Array, Int64Array, StringArray};
    use parquet::{arrow::ArrowWriter, file::properties::WriterProperties};

    use super::*;
    use crate::map::cells::Cell;

    const ROWS: usize = MANY + 10_000;

    /// Clients as text, sessions as whole numbers, scores with gaps, in row groups of a size.
    fn written(group: usize) -> Vec<u8> {
        let client = |row: usize| format!("c{}", row / 10);
        let clients: StringArray = (0..ROWS).map(|row| Some(client(row))).collect();
        let sessions: Int64Array = (0_i64..).take(ROWS).map(|row| Some(row % 10 + 1)).collect();
        let score = |row: usize| (!row.is_multiple_of(7)).then_some(row as f64 / 8.0);
        let scores: Float64Array = (0..ROWS).map(score).collect();
        let columns: [(&str, ArrayRef); 3] = [
            ("client", Arc::new(clients)),
            ("session", Arc::new(sessions)),
            ("score", Arc::new(scores)),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group));
        let mut bytes = Vec::new();
        let mut writer =
            ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties.build())).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        bytes
    }

    /// The physical record of a row, and its cells.
    type Row = (u64, Vec<String>);

    /// How many batches there are, and every row; the first problem ends it.
    fn rows(bytes: Vec<u8>) -> Result<(usize, Vec<Row>), Problems> {
        let input = Input { shown: "f".to_owned(), bytes: bytes.into(), path: None };
        let table = open(input)?;
        let mut rows = Vec::new();
        for i in 0..table.source.batches() {
            let batch = table.source.batch(i)?;
            let first = rows.len();
            rows.extend((0..batch.len()).map(|row| (batch.rows.at(row), Vec::new())));
            for column in &batch.columns {
                for ((_, cells), cell) in rows[first..].iter_mut().zip(column.iter()) {
                    cells.push(match cell {
                        Cell::Text(text) => text.to_owned(),
                        Cell::Number(value) => value.to_string(),
                        Cell::Empty | Cell::Date(_) => String::new(),
                    });
                }
            }
        }
        assert_eq!(rows.len() as u64, table.records);
        Ok((table.source.batches(), rows))
    }

    #[test]
    fn row_groups_are_read_one_at_a_time_and_give_the_same_rows() {
        let (batches, one) = rows(written(ROWS)).unwrap();
        assert_eq!((batches, one.len()), (1, ROWS));
        let (batches, many) = rows(written(17_000)).unwrap();
        assert_eq!(batches, ROWS.div_ceil(17_000));
        assert!(one == many, "the size of the groups changes nothing");
        assert_eq!(many[8].1, ["c0", "9", "1"]);
        assert_eq!(many[7].1, ["c0", "8", ""]);
        assert_eq!((many[0].0, many[ROWS - 1].0), (1, ROWS as u64));
    }

    #[test]
    fn a_damaged_group_is_a_problem_and_no_row_is_lost() {
        let whole = written(17_000);
        for at in (0..whole.len()).step_by(whole.len() / 31) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x5a;
            match rows(damaged) {
                Ok((_, rows)) => assert_eq!(rows.len(), ROWS),
                Err(found) => assert!(!found.is_empty()),
            }
            assert!(rows(whole[..at].to_vec()).is_err(), "cut at {at}");
        }
    }
}
