//! Whether a file fits into memory, asked before it is read: a process that is killed says nothing.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
};

/// Bytes of memory that a byte of a text file may take on its way to a study, and of any other file.
const TEXT: u64 = 4;
const PACKED: u64 = 12;

/// A file that always fits.
const SMALL: u64 = 8 << 20;

/// Reads a whole file.
///
/// # Errors
/// - [`io::ErrorKind::OutOfMemory`], before anything is read, if the file needs more memory than this process may take.
/// - Whatever the system says.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut start = [0; 4];
    let seen = file.read(&mut start)?;
    let packed = matches!(&start[..seen], b"PAR1" | b"ARRO" | [b'P', b'K', ..]);
    let needed = size.saturating_mul(if packed { PACKED } else { TEXT });
    if size > SMALL
        && let Some(free) = free().filter(|&free| needed > free)
    {
        return Err(io::Error::new(
            io::ErrorKind::OutOfMemory,
            format!(
                "it has {} MB and needs about {} MB of memory; {} MB are free",
                size >> 20,
                needed >> 20,
                free >> 20
            ),
        ));
    }
    let mut bytes = Vec::new();
    let length = usize::try_from(size).unwrap_or(usize::MAX);
    bytes.try_reserve_exact(length.saturating_add(1)).map_err(|_| io::ErrorKind::OutOfMemory)?;
    bytes.extend_from_slice(&start[..seen]);
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The memory this process may still take, where the system says so.
fn free() -> Option<u64> {
    let machine = kilobytes("/proc/meminfo", "MemAvailable:");
    let status = |name| kilobytes("/proc/self/status", name).unwrap_or(0);
    let limit = |name: &str, used: u64| -> Option<u64> {
        let limits = fs::read_to_string("/proc/self/limits").ok()?;
        let line = limits.lines().find(|line| line.starts_with(name))?;
        let soft: u64 = line[name.len()..].split_whitespace().next()?.parse().ok()?;
        Some(soft.saturating_sub(used))
    };
    let bytes = |file: &str| -> Option<u64> { fs::read_to_string(file).ok()?.trim().parse().ok() };
    let group = bytes("/sys/fs/cgroup/memory.max")
        .map(|most| most.saturating_sub(bytes("/sys/fs/cgroup/memory.current").unwrap_or(0)));
    [
        machine,
        limit("Max address space", status("VmSize:")),
        limit("Max data size", status("VmData:")),
        group,
    ]
    .into_iter()
    .flatten()
    .min()
}

/// Highest resident memory of this process so far, in MiB, where the system says so.
#[must_use]
pub fn peak() -> Option<f64> {
    kilobytes("/proc/self/status", "VmHWM:").map(|bytes| bytes as f64 / (1024.0 * 1024.0))
}

/// A line `Name:  123 kB` of a file of the system, in bytes.
fn kilobytes(file: &str, name: &str) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let number: u64 = line.split_whitespace().next()?.parse().ok()?;
    number.checked_mul(1024)
}
