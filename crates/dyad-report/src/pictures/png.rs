//! Pixels as a PNG file: 8 bits a channel, 300 dpi.

use std::io::{self, Write as _};

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use super::raster::Pixels;

/// 300 dpi in pixels per metre.
const DENSITY: u32 = 11_811;

/// Encodes; each row is stored as its difference from the row above, which is 0 almost everywhere in a figure.
pub(super) fn encode(pixels: &Pixels) -> io::Result<Vec<u8>> {
    let row = 3 * pixels.width;
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    let mut above = vec![0_u8; row];
    let mut line = vec![2_u8; row + 1];
    for now in pixels.rgb.chunks_exact(row) {
        for ((stored, now), above) in line[1..].iter_mut().zip(now).zip(&above) {
            *stored = now.wrapping_sub(*above);
        }
        packed.write_all(&line)?;
        above.copy_from_slice(now);
    }
    let side = |length: usize| u32::try_from(length).map_err(io::Error::other);
    let mut head = Vec::with_capacity(13);
    head.extend(side(pixels.width)?.to_be_bytes());
    head.extend(side(pixels.height)?.to_be_bytes());
    // 8 bits, RGB, deflate, adaptive filters, not interlaced.
    head.extend([8, 2, 0, 0, 0]);
    let mut density = Vec::with_capacity(9);
    density.extend(DENSITY.to_be_bytes());
    density.extend(DENSITY.to_be_bytes());
    density.push(1);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, *b"IHDR", &head)?;
    chunk(&mut file, *b"pHYs", &density)?;
    chunk(&mut file, *b"IDAT", &packed.finish()?)?;
    chunk(&mut file, *b"IEND", &[])?;
    Ok(file)
}

fn chunk(file: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) -> io::Result<()> {
    file.extend(u32::try_from(data.len()).map_err(io::Error::other)?.to_be_bytes());
    let start = file.len();
    file.extend(kind);
    file.extend(data);
    let mut crc = Crc::new();
    crc.update(&file[start..]);
    file.extend(crc.sum().to_be_bytes());
    Ok(())
}
