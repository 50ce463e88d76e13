//! The data after the dictionary: plain, compressed by byte codes, or these in zlib blocks.

use std::io::Read as _;

use flate2::read::ZlibDecoder;

use super::{
    super::bytes::{Bytes, Damaged},
    dictionary::Dictionary,
};

/// Largest block a writer makes is 4 MB; a claim of more is damage.
const BLOCK: usize = 64 << 20;

/// All cases, uncompressed, as the bytes of a plain file.
pub(super) fn cases(bytes: &[u8], dictionary: &Dictionary) -> Result<Vec<u8>, Damaged> {
    let mut r = Bytes::new(bytes);
    r.big_endian = dictionary.big_endian;
    r.seek(dictionary.data)?;
    let plain = match dictionary.compression {
        0 => r.rest().to_vec(),
        1 => codes(r.rest(), dictionary)?,
        _ => codes(&blocks(&mut r, dictionary)?, dictionary)?,
    };
    // A file that ends within a case lost the rest of it.
    if plain.len() % (dictionary.segments * 8) == 0 { Ok(plain) } else { Err(Damaged) }
}

/// Expands byte codes: eight of them, then the values they announce.
fn codes(compressed: &[u8], dictionary: &Dictionary) -> Result<Vec<u8>, Damaged> {
    let number = |value: f64| {
        if dictionary.big_endian { value.to_be_bytes() } else { value.to_le_bytes() }
    };
    // By the largest number of cells that `memory::plausible` accepts.
    let limit = 4_000_000_000_usize;
    let mut r = Bytes::new(compressed);
    let mut plain = Vec::new();
    'blocks: while !r.rest().is_empty() {
        for &code in r.take(8.min(r.rest().len()))? {
            match code {
                0 => {}
                252 => break 'blocks,
                253 => plain.extend_from_slice(r.take(8)?),
                254 => plain.extend_from_slice(b"        "),
                255 => plain.extend_from_slice(&number(dictionary.system_missing)),
                code => plain.extend_from_slice(&number(f64::from(code) - dictionary.bias)),
            }
        }
        if plain.len() > limit {
            return Err(Damaged);
        }
    }
    Ok(plain)
}

/// Inflates the blocks that the trailer lists.
fn blocks(r: &mut Bytes<'_>, dictionary: &Dictionary) -> Result<Vec<u8>, Damaged> {
    let offset = |n: i64| usize::try_from(n).map_err(|_| Damaged);
    if offset(r.i64()?)? != dictionary.data {
        return Err(Damaged);
    }
    let trailer = offset(r.i64()?)?;
    r.i64()?;
    r.seek(trailer)?;
    r.i64()?;
    r.i64()?;
    r.i32()?;
    let n = r.i32()?;
    let mut out = Vec::new();
    for _ in 0..r.fits(n.into(), 24)? {
        r.i64()?;
        let start = offset(r.i64()?)?;
        let (plain, packed) = (r.i32()?, r.i32()?);
        let plain = usize::try_from(plain).map_err(|_| Damaged)?;
        let packed = usize::try_from(packed).map_err(|_| Damaged)?;
        if plain > BLOCK {
            return Err(Damaged);
        }
        let after = r.position();
        r.seek(start)?;
        let mut block = Vec::new();
        let mut decoder = ZlibDecoder::new(r.take(packed)?).take(plain as u64 + 1);
        decoder.read_to_end(&mut block).map_err(|_| Damaged)?;
        if block.len() != plain {
            return Err(Damaged);
        }
        out.append(&mut block);
        r.seek(after)?;
    }
    Ok(out)
}
