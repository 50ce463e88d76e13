//! Tables inside the worker: decoded where they lie in memory, without a copy.

use std::sync::Arc;

use arrow_array::{Array, RecordBatch};
use arrow_buffer::Buffer;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::{FileDecoder, read_footer_length};
use arrow_ipc::{Block, root_as_footer};
use arrow_schema::ArrowError;
use serde::Serialize;

/// Length of the last bytes of an Arrow file: the footer's length and the magic.
const TAIL: usize = 10;

/// Decodes the one batch of a table. Misaligned buffers are an error: they would be copied in silence.
pub(crate) fn decode(buffer: &Buffer) -> Result<RecordBatch, ArrowError> {
    let bytes = buffer.len();
    let broken = |what: &str| ArrowError::IpcError(format!("the table has no {what}"));

    let tail = bytes.checked_sub(TAIL).ok_or_else(|| broken("footer"))?;
    let footer_bytes =
        read_footer_length(buffer[tail..].try_into().map_err(|_| broken("footer"))?)?;
    let footer_start = tail.checked_sub(footer_bytes).ok_or_else(|| broken("footer"))?;
    let footer = root_as_footer(&buffer[footer_start..tail])
        .map_err(|e| ArrowError::IpcError(format!("footer of the table: {e}")))?;
    let schema = Arc::new(try_fb_to_schema(footer.schema().ok_or_else(|| broken("schema"))?)?);
    let mut decoder =
        FileDecoder::new(Arc::clone(&schema), footer.version()).with_require_alignment(true);
    for block in footer.dictionaries().iter().flatten() {
        decoder.read_dictionary(block, &whole(buffer, block)?)?;
    }
    let Some(block) = footer.recordBatches().filter(|b| !b.is_empty()).map(|b| *b.get(0)) else {
        return Ok(RecordBatch::new_empty(schema));
    };
    decoder.read_record_batch(&block, &whole(buffer, &block)?)?.ok_or_else(|| broken("batch"))
}

/// Metadata and body of a block.
fn whole(buffer: &Buffer, block: &Block) -> Result<Buffer, ArrowError> {
    let broken = || ArrowError::IpcError("a block of the table lies outside of it".to_owned());
    let position = |n: i64| usize::try_from(n).map_err(|_| broken());
    let (start, metadata) =
        (position(block.offset())?, position(i64::from(block.metaDataLength()))?);
    let length = position(block.bodyLength())?.checked_add(metadata).ok_or_else(broken)?;
    let end = start.checked_add(length).filter(|end| *end <= buffer.len());
    end.map(|_| buffer.slice_with_length(start, length)).ok_or_else(broken)
}

/// Where a column's values lie in its table: what a language without an Arrow library needs to read them.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Layout {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    /// Offset and length in bytes; of text the views alone.
    values: [usize; 2],
    /// One bit per row, the lowest first, 1: there is a value; `None`: no value is missing.
    validity: Option<[usize; 2]>,
}

/// The layout of every column of an encoded table.
pub(crate) fn layout(table: &Buffer) -> Result<Vec<Layout>, ArrowError> {
    let start = table.as_ptr() as usize;
    let place = |buffer: &Buffer| [buffer.as_ptr() as usize - start, buffer.len()];
    let batch = decode(table)?;
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns());
    Ok(columns
        .map(|(field, column)| {
            let data = column.to_data();
            Layout {
                name: field.name().clone(),
                kind: format!("{}", field.data_type()).to_lowercase(),
                values: data.buffers().first().map_or([0, 0], &place),
                validity: data.nulls().map(|nulls| place(nulls.buffer())),
            }
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use arrow_array::{
        ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int64Array, StringViewArray,
        UInt32Array, new_null_array,
    };
    use arrow_schema::{DataType, Field, Schema};

    use super::*;
    use crate::linux::inside::buffer;
    use crate::linux::memory::Map;
    use crate::projection::encode;
    use crate::system::{Hold, Sealed, System};

    fn mapped(sealed: &Sealed) -> Map {
        match &sealed.hold {
            Hold::Memory(file) => Map::read_only(file, sealed.bytes).unwrap(),
            Hold::File(_) => panic!("not in memory"),
        }
    }

    #[test]
    fn every_buffer_of_a_decoded_table_lies_inside_the_map() {
        let fields = [
            ("client", DataType::Int64),
            ("score", DataType::Float64),
            ("word", DataType::Utf8View),
        ];
        let schema = Schema::new(fields.map(|(n, t)| Field::new(n, t, true)).to_vec());
        let columns: Vec<Arc<dyn Array>> = vec![
            Arc::new(Int64Array::from(vec![0, 0, 1])),
            Arc::new(Float64Array::from(vec![Some(4.5), None, Some(6.0)])),
            Arc::new(StringViewArray::from(vec![
                Some("a label longer than twelve bytes"),
                None,
                Some("b"),
            ])),
        ];
        let batch = RecordBatch::try_new(Arc::new(schema), columns).unwrap();
        let sealed = Sealed::write(System::Native, |file| encode(file, &batch)).unwrap();
        let map = mapped(&sealed);
        let start = map.start().as_ptr() as usize;
        let inside = start..start + sealed.bytes;
        let decoded = decode(&buffer(map)).unwrap();
        assert_eq!(decoded, batch);
        let mut seen = 0;
        for column in decoded.columns() {
            let data = column.to_data();
            let validity = data.nulls().map(|nulls| nulls.buffer().clone());
            for buffer in data.buffers().iter().chain(&validity) {
                assert!(inside.contains(&(buffer.as_ptr() as usize)), "a buffer was copied");
                seen += 1;
            }
        }
        assert!(seen >= 6, "only {seen} buffers were looked at");
    }

    /// Every kind of column that may cross, with seven rows, every third one missing.
    fn every_kind() -> RecordBatch {
        let there = |row: usize| row % 3 != 1;
        let long = |row: usize| format!("a label of more than twelve bytes, number {row}");
        let words = |row: usize| if row < 4 { format!("w{row}") } else { long(row) };
        let text: StringViewArray = (0..7).map(|r| there(r).then(|| words(r))).collect();
        let labels =
            StringViewArray::from_iter_values(["short", "a label of more than twelve bytes"]);
        let keys: UInt32Array = (0..7).map(|r| there(r).then_some(u32::from(r > 3))).collect();
        let whole: Int64Array = (0..7).map(|r| there(r).then_some(1_i64 << (8 * r))).collect();
        let score: Float64Array = (0..7).map(|r| there(r).then_some(r as f64 / 3.0)).collect();
        let truth: BooleanArray = (0..7).map(|r| there(r).then_some(r % 2 == 0)).collect();
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("whole", Arc::new(whole)),
            ("score", Arc::new(score)),
            ("truth", Arc::new(truth)),
            ("text", Arc::new(text)),
            ("label", Arc::new(DictionaryArray::new(keys, Arc::new(labels)))),
        ];
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, a)| (n, a, true)))
            .unwrap()
    }

    /// The same columns without one value.
    fn all_missing(rows: usize) -> RecordBatch {
        let schema = every_kind().schema();
        let columns = schema.fields().iter().map(|f| new_null_array(f.data_type(), rows)).collect();
        RecordBatch::try_new(schema, columns).unwrap()
    }

    #[test]
    fn every_kind_of_column_comes_back_as_it_was() {
        let whole = every_kind();
        let cases = [
            ("missing values", whole.clone()),
            ("a slice at the start", whole.slice(0, 3)),
            ("a slice at the end", whole.slice(4, 3)),
            ("a slice inside", whole.slice(1, 5)),
            ("no row", whole.slice(3, 0)),
            ("all missing", all_missing(5)),
            ("no row at all", all_missing(0)),
        ];
        for system in [System::Native, System::Portable] {
            for (what, batch) in &cases {
                let sealed = Sealed::write(system, |file| encode(file, batch)).unwrap();
                let decoded = decode(&sealed.buffer().unwrap()).unwrap();
                assert_eq!(decoded.num_rows(), batch.num_rows(), "{what}");
                for (name, (a, b)) in batch
                    .schema()
                    .fields()
                    .iter()
                    .zip(decoded.columns().iter().zip(batch.columns()))
                {
                    assert_eq!(a, b, "{what}: {name}, {system:?}");
                }
            }
        }
    }

    #[test]
    fn the_layout_of_a_table_leads_to_its_values() {
        let batch = every_kind();
        let mut file = Vec::new();
        encode(&mut file, &batch).unwrap();
        let sealed = Sealed::write(System::Native, |f| f.write_all(&file)).unwrap();
        let bytes = sealed.buffer().unwrap();
        let places = layout(&bytes).unwrap();
        let kinds: Vec<&str> = places.iter().map(|p| p.kind.as_str()).collect();
        assert_eq!(kinds[..3], ["int64", "float64", "boolean"]);
        let [start, _] = places[1].values;
        let third = f64::from_le_bytes(bytes[start + 16..start + 24].try_into().unwrap());
        assert_eq!(third.to_bits(), (2.0_f64 / 3.0).to_bits());
        let [validity, _] = places[1].validity.unwrap();
        assert_eq!(bytes[validity] & 0b111, 0b101, "the second value is missing");
    }

    #[test]
    fn a_broken_table_is_an_error() {
        for bytes in [&b"short"[..], &[0_u8; 100]] {
            let sealed = Sealed::write(System::Native, |file| file.write_all(bytes)).unwrap();
            assert!(decode(&buffer(mapped(&sealed))).is_err());
        }
    }
}
