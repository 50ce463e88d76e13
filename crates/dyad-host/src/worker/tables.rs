//! Tables inside the worker: decoded where they lie in the map, without a copy.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::{FileDecoder, read_footer_length};
use arrow_ipc::root_as_footer;
use arrow_schema::ArrowError;

use crate::linux::memory::Map;

/// Length of the last bytes of an Arrow file: the footer's length and the magic.
const TAIL: usize = 10;

/// Decodes the one batch of a table. Misaligned buffers are an error: they would be copied in silence.
pub(crate) fn decode(map: Map) -> Result<RecordBatch, ArrowError> {
    let (start, bytes) = (map.start(), map.bytes().len());
    // SAFETY: the map stays as long as the buffer's owner does, is never written and holds `bytes` bytes.
    #[expect(unsafe_code, reason = "a buffer over the map instead of a copy of it")]
    let buffer = unsafe { Buffer::from_custom_allocation(start, bytes, Arc::new(map)) };
    let broken = |what: &str| ArrowError::IpcError(format!("the table has no {what}"));

    let tail = bytes.checked_sub(TAIL).ok_or_else(|| broken("footer"))?;
    let footer_bytes =
        read_footer_length(buffer[tail..].try_into().map_err(|_| broken("footer"))?)?;
    let footer_start = tail.checked_sub(footer_bytes).ok_or_else(|| broken("footer"))?;
    let footer = root_as_footer(&buffer[footer_start..tail])
        .map_err(|e| ArrowError::IpcError(format!("footer of the table: {e}")))?;
    let schema = Arc::new(try_fb_to_schema(footer.schema().ok_or_else(|| broken("schema"))?)?);
    let decoder =
        FileDecoder::new(Arc::clone(&schema), footer.version()).with_require_alignment(true);
    let Some(block) = footer.recordBatches().filter(|b| !b.is_empty()).map(|b| *b.get(0)) else {
        return Ok(RecordBatch::new_empty(schema));
    };
    let position = |n: i64| usize::try_from(n).map_err(|_| broken("batch"));
    let length = position(block.bodyLength())? + position(i64::from(block.metaDataLength()))?;
    let data = buffer.slice_with_length(position(block.offset())?, length);
    decoder.read_record_batch(&block, &data)?.ok_or_else(|| broken("batch"))
}

#[cfg(test)]
mod tests {
    use arrow_array::{Array, Float64Array, Int64Array};
    use arrow_schema::{DataType, Field, Schema};

    use super::*;
    use crate::linux::memory;

    fn encoded(batch: &RecordBatch) -> Vec<u8> {
        use arrow_ipc::MetadataVersion;
        use arrow_ipc::writer::{FileWriter, IpcWriteOptions};
        let options = IpcWriteOptions::try_new(64, false, MetadataVersion::V5).unwrap();
        let mut bytes = Vec::new();
        let mut writer =
            FileWriter::try_new_with_options(&mut bytes, &batch.schema(), options).unwrap();
        writer.write(batch).unwrap();
        writer.finish().unwrap();
        drop(writer);
        bytes
    }

    #[test]
    fn a_decoded_column_lies_inside_the_map() {
        let schema = Schema::new(vec![
            Field::new("client", DataType::Int64, true),
            Field::new("score", DataType::Float64, true),
        ]);
        let clients = Int64Array::from(vec![0, 0, 1]);
        let scores = Float64Array::from(vec![Some(4.5), None, Some(6.0)]);
        let batch =
            RecordBatch::try_new(Arc::new(schema), vec![Arc::new(clients), Arc::new(scores)])
                .unwrap();
        let bytes = encoded(&batch);
        let file = memory::sealed(c"test", &bytes).unwrap();
        let map = Map::read_only(&file, bytes.len()).unwrap();
        let inside = map.start().as_ptr() as usize..map.start().as_ptr() as usize + bytes.len();
        let decoded = decode(map).unwrap();
        assert_eq!(decoded, batch);
        for column in decoded.columns() {
            for buffer in column.to_data().buffers() {
                assert!(inside.contains(&(buffer.as_ptr() as usize)));
            }
        }
    }

    #[test]
    fn a_broken_table_is_an_error() {
        for bytes in [&b"short"[..], &[0_u8; 100]] {
            let file = memory::sealed(c"test", bytes).unwrap();
            assert!(decode(Map::read_only(&file, bytes.len()).unwrap()).is_err());
        }
    }
}
