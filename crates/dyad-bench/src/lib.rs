//! Benchmarks, one question each: `src/bin/<question>.rs`, measured against the peer in `peers/<question>.R`, which makes the data,
//! runs both on the same file and prints the ratios. Nothing here asserts on time.

pub mod child;

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::Path;

/// Columns of a file that a peer wrote by `writeBin`: one column after another, little-endian doubles.
///
/// # Errors
/// If the file cannot be read or does not hold `columns` equally long columns.
pub fn columns(file: &Path, columns: usize) -> io::Result<Vec<Vec<f64>>> {
    let mut reader = BufReader::new(File::open(file)?);
    let bytes = usize::try_from(reader.get_ref().metadata()?.len()).map_err(io::Error::other)?;
    if columns == 0 || bytes == 0 || !bytes.is_multiple_of(8 * columns) {
        let what = format!("{} does not hold {columns} columns of equal length", file.display());
        return Err(io::Error::new(io::ErrorKind::InvalidData, what));
    }
    // Word by word: the file is never in memory besides its columns, whose size the peak is compared with.
    let mut word = [0_u8; 8];
    let mut column = || {
        let mut values = Vec::with_capacity(bytes / 8 / columns);
        for _ in 0..bytes / 8 / columns {
            reader.read_exact(&mut word)?;
            values.push(f64::from_le_bytes(word));
        }
        Ok(values)
    };
    (0..columns).map(|_| column()).collect()
}

/// The current and the highest resident memory of this process in MiB, where the system tells (Linux).
#[must_use]
pub fn memory() -> Option<(f64, f64)> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let of = |name: &str| -> Option<f64> {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kib| kib / 1024.0)
    };
    Some((of("VmRSS:")?, of("VmHWM:")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_back_and_a_torn_file_is_refused() {
        let file = std::env::temp_dir().join(format!("dyad-bench-{}.bin", std::process::id()));
        let bytes: Vec<u8> =
            [1.0_f64, 2.0, 3.0, 4.0].iter().flat_map(|v| v.to_le_bytes()).collect();
        fs::write(&file, &bytes).unwrap();
        assert_eq!(columns(&file, 2).unwrap(), [[1.0, 2.0], [3.0, 4.0]]);
        fs::write(&file, &bytes[..25]).unwrap();
        assert!(columns(&file, 2).is_err());
        fs::remove_file(&file).unwrap();
    }
}
