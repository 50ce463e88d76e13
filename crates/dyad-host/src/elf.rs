//! Whether a library's file is whole: every part that its header names lies inside the file.

/// Why a file that is not is refused.
pub(crate) const WHY: &str = "the file is not a whole library of this system";

/// Looks at the header of a 64-bit little-endian ELF file; what the loader checks itself is left to it. Files of other systems are
/// left to their loaders.
pub(crate) fn is_whole(bytes: &[u8]) -> bool {
    if !cfg!(all(target_os = "linux", target_pointer_width = "64", target_endian = "little")) {
        return true;
    }
    header(bytes).is_some()
}

/// `None` as soon as something lies outside.
fn header(bytes: &[u8]) -> Option<()> {
    const LOADED: u64 = 1;
    let number = |at: usize, width: usize| -> Option<u64> {
        let part = bytes.get(at..at.checked_add(width)?)?;
        Some(part.iter().rev().fold(0, |n, &byte| n << 8 | u64::from(byte)))
    };
    let inside = |start: u64, length: u64| -> Option<()> {
        (start.checked_add(length)? <= bytes.len() as u64).then_some(())
    };
    // Magic, 64 bits, little endian.
    (bytes.get(..6)? == b"\x7fELF\x02\x01").then_some(())?;
    let (programs, size, count) = (number(32, 8)?, number(54, 2)?, number(56, 2)?);
    let (sections, section_size, section_count) = (number(40, 8)?, number(58, 2)?, number(60, 2)?);
    (size >= 56).then_some(())?;
    inside(programs, size * count)?;
    inside(sections, section_size * section_count)?;
    for program in 0..count {
        let at = usize::try_from(programs + program * size).ok()?;
        if number(at, 4)? == LOADED {
            inside(number(at + 8, 8)?, number(at + 32, 8)?)?;
        }
    }
    Some(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_only_to_its_last_byte() {
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert!(is_whole(&own));
        for length in [0, 6, 63, own.len() / 2, own.len() - 1] {
            assert!(!is_whole(&own[..length]), "{length} bytes of it pass");
        }
        assert!(!is_whole(b"#!/bin/sh\n"));
    }
}
