//! The messages of an Arrow file or stream, decoded in place.
//!
//! The readers of the library allocate what a damaged length asks for, and an allocation that fails ends the program.
//! Here every length is compared with the file before anything is allocated, and buffers are slices of the file.

use arrow_buffer::Buffer;
use arrow_ipc::{
    Block, Message, MessageHeader, MetadataVersion,
    convert::try_fb_to_schema,
    reader::{FileDecoder, read_footer_length},
    root_as_footer, root_as_message,
};
use arrow_schema::{Schema, SchemaRef};

use super::{super::bytes::Damaged, Batches};

/// Bytes a compressed buffer may claim to become.
const INFLATED: i64 = 1 << 30;
/// Rows a batch may claim.
const ROWS: i64 = 1 << 28;

/// A message and what follows it, with its sizes.
struct Place {
    block: Block,
    /// Where it ends in the file.
    end: usize,
    bytes: Buffer,
}

impl Place {
    /// The message at a place of the file, if its metadata and its body lie within.
    fn new(file: &Buffer, block: Block) -> Result<Self, Damaged> {
        let start = usize::try_from(block.offset()).map_err(|_| Damaged)?;
        let metadata = usize::try_from(block.metaDataLength()).map_err(|_| Damaged)?;
        let body = usize::try_from(block.bodyLength()).map_err(|_| Damaged)?;
        let length = metadata.checked_add(body).ok_or(Damaged)?;
        let end = start.checked_add(length).filter(|end| *end <= file.len()).ok_or(Damaged)?;
        if metadata < 8 {
            return Err(Damaged);
        }
        Ok(Self { block, end, bytes: file.slice_with_length(start, end - start) })
    }

    fn message(&self) -> Result<Message<'_>, Damaged> {
        let metadata = usize::try_from(self.block.metaDataLength()).map_err(|_| Damaged)?;
        let prefix = if self.bytes.starts_with(&[0xff; 4]) { 8 } else { 4 };
        root_as_message(self.bytes.get(prefix..metadata).ok_or(Damaged)?).map_err(|_| Damaged)
    }

    /// Compares all lengths of the batch with the body, and with each other where all columns are `flat`.
    fn check(&self, flat: bool) -> Result<(), Damaged> {
        let message = self.message()?;
        let batch = match message.header_type() {
            MessageHeader::RecordBatch => message.header_as_record_batch(),
            MessageHeader::DictionaryBatch => {
                message.header_as_dictionary_batch().and_then(|dictionary| dictionary.data())
            }
            _ => None,
        };
        let batch = batch.ok_or(Damaged)?;
        let metadata = usize::try_from(self.block.metaDataLength()).map_err(|_| Damaged)?;
        let body = &self.bytes[metadata..];
        let rows = batch.length();
        if !(0..=ROWS).contains(&rows) {
            return Err(Damaged);
        }
        for node in batch.nodes().iter().flatten() {
            // A column in a column may be longer or shorter than the batch; it is refused by its type.
            let of_batch = !flat || node.length() == rows;
            if !of_batch
                || !(0..=ROWS).contains(&node.length())
                || !(0..=node.length()).contains(&node.null_count())
            {
                return Err(Damaged);
            }
        }
        let mut free = 0;
        for buffer in batch.buffers().iter().flatten() {
            let start = usize::try_from(buffer.offset()).map_err(|_| Damaged)?;
            let length = usize::try_from(buffer.length()).map_err(|_| Damaged)?;
            let end = start.checked_add(length).ok_or(Damaged)?;
            let raw = body.get(start..end).ok_or(Damaged)?;
            // Every writer puts one buffer after the other, each at a multiple of eight bytes.
            if start < free || start % 8 != 0 {
                return Err(Damaged);
            }
            free = end;
            // A compressed buffer begins with the length it had; −1 says that it is not compressed after all.
            if batch.compression().is_some() && !raw.is_empty() {
                let prefix: [u8; 8] =
                    raw.get(..8).and_then(|p| p.try_into().ok()).ok_or(Damaged)?;
                if !(-1..=INFLATED).contains(&i64::from_le_bytes(prefix)) {
                    return Err(Damaged);
                }
            }
        }
        Ok(())
    }
}

/// Reads the file form: a footer lists the messages.
pub(super) fn file(bytes: &[u8]) -> Result<Batches, Damaged> {
    let file = Buffer::from(bytes);
    let end = bytes.len().checked_sub(10).ok_or(Damaged)?;
    let trailer: [u8; 10] = bytes[end..].try_into().map_err(|_| Damaged)?;
    let length = read_footer_length(trailer).map_err(|_| Damaged)?;
    let start = end.checked_sub(length).ok_or(Damaged)?;
    let footer = root_as_footer(&bytes[start..end]).map_err(|_| Damaged)?;
    let schema = try_fb_to_schema(footer.schema().ok_or(Damaged)?).map_err(|_| Damaged)?;
    let listed = [
        footer.dictionaries().map_or(0, |blocks| blocks.len()),
        footer.recordBatches().map_or(0, |blocks| blocks.len()),
    ];
    if messages(&file.slice_with_length(0, start), &schema)? != listed {
        return Err(Damaged);
    }
    let mut decoder = Decoder::new(schema.into(), footer.version());
    for block in footer.dictionaries().iter().flatten() {
        decoder.dictionary(&Place::new(&file, *block)?)?;
    }
    for block in footer.recordBatches().iter().flatten() {
        decoder.batch(&Place::new(&file, *block)?)?;
    }
    Ok(decoder.batches)
}

/// How many dictionaries and batches stand before the footer: a list that lost one would lose its rows without a word. The schema
/// stands there too, and must be the footer's.
fn messages(file: &Buffer, schema: &Schema) -> Result<[usize; 2], Damaged> {
    // The magic word is filled up to eight bytes.
    let mut at = 8;
    let mut found = [0; 2];
    while at < file.len() {
        let word = |at: usize| -> Result<i32, Damaged> {
            let raw = file.get(at..at + 4).and_then(|raw| raw.try_into().ok()).ok_or(Damaged)?;
            Ok(i32::from_le_bytes(raw))
        };
        // Writers of before 2019 leave the first word out.
        let (length, prefix) = if word(at)? == -1 { (word(at + 4)?, 8) } else { (word(at)?, 4) };
        if length == 0 {
            break;
        }
        let metadata = length.checked_add(prefix).filter(|_| length > 0).ok_or(Damaged)?;
        let offset = i64::try_from(at).map_err(|_| Damaged)?;
        let place = Place::new(file, Block::new(offset, metadata, 0))?;
        let message = place.message()?;
        match message.header_type() {
            MessageHeader::DictionaryBatch => found[0] += 1,
            MessageHeader::RecordBatch => found[1] += 1,
            MessageHeader::Schema => {
                let first = message.header_as_schema().ok_or(Damaged)?;
                let first = try_fb_to_schema(first).map_err(|_| Damaged)?;
                if first.fields() != schema.fields() {
                    return Err(Damaged);
                }
            }
            _ => return Err(Damaged),
        }
        at = Place::new(file, Block::new(offset, metadata, message.bodyLength()))?.end;
    }
    Ok(found)
}

/// Reads the stream form: message after message, up to the end mark.
pub(super) fn stream(bytes: &[u8]) -> Result<Batches, Damaged> {
    let file = Buffer::from(bytes);
    let mut at = 0_usize;
    let mut decoder: Option<Decoder> = None;
    loop {
        let head: [u8; 8] = bytes.get(at..at + 8).and_then(|h| h.try_into().ok()).ok_or(Damaged)?;
        let [0xff, 0xff, 0xff, 0xff, a, b, c, d] = head else { return Err(Damaged) };
        let length = i32::from_le_bytes([a, b, c, d]);
        if length == 0 {
            // Nothing stands behind the end mark, or it is none.
            if at + 8 != bytes.len() {
                return Err(Damaged);
            }
            break;
        }
        let metadata = length.checked_add(8).filter(|_| length > 0).ok_or(Damaged)?;
        let offset = i64::try_from(at).map_err(|_| Damaged)?;
        let place = Place::new(&file, Block::new(offset, metadata, 0))?;
        let message = place.message()?;
        let body = message.bodyLength();
        let place = Place::new(&file, Block::new(offset, metadata, body))?;
        match (message.header_type(), &mut decoder) {
            (MessageHeader::Schema, None) => {
                let schema = message.header_as_schema().ok_or(Damaged)?;
                let schema = try_fb_to_schema(schema).map_err(|_| Damaged)?;
                decoder = Some(Decoder::new(schema.into(), message.version()));
            }
            (MessageHeader::DictionaryBatch, Some(decoder)) => decoder.dictionary(&place)?,
            (MessageHeader::RecordBatch, Some(decoder)) => decoder.batch(&place)?,
            _ => return Err(Damaged),
        }
        at = place.end;
    }
    decoder.map(|decoder| decoder.batches).ok_or(Damaged)
}

struct Decoder {
    inner: FileDecoder,
    flat: bool,
    batches: Batches,
}

impl Decoder {
    fn new(schema: SchemaRef, version: MetadataVersion) -> Self {
        let inner = FileDecoder::new(schema.clone(), version);
        let flat = !schema.fields().iter().any(|field| field.data_type().is_nested());
        Self { inner, flat, batches: Batches { schema, batches: Vec::new() } }
    }

    fn dictionary(&mut self, place: &Place) -> Result<(), Damaged> {
        place.check(self.flat)?;
        self.inner.read_dictionary(&place.block, &place.bytes).map_err(|_| Damaged)
    }

    fn batch(&mut self, place: &Place) -> Result<(), Damaged> {
        place.check(self.flat)?;
        let batch =
            self.inner.read_record_batch(&place.block, &place.bytes).map_err(|_| Damaged)?;
        self.batches.batches.push(batch.ok_or(Damaged)?);
        Ok(())
    }
}
