//! Memory files that nobody can change once they are sealed, and maps of them.

use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Seek};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr::NonNull;

use crate::system::{Hold, Sealed};

/// An anonymous file in memory.
pub(crate) fn create(name: &CStr) -> io::Result<File> {
    // SAFETY: the name is a valid C string; the result is checked.
    #[expect(unsafe_code, reason = "system call")]
    let fd =
        unsafe { libc::memfd_create(name.as_ptr(), libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the descriptor was just made and belongs to nobody else.
    #[expect(unsafe_code, reason = "takes over a descriptor")]
    Ok(File::from(unsafe { OwnedFd::from_raw_fd(fd) }))
}

/// A memory file with what `fill` writes: from then on nobody can write, grow, shrink or unseal it.
pub(crate) fn sealed(
    name: &CStr,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<Sealed> {
    let mut file = create(name)?;
    fill(&mut file)?;
    let bytes = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
    seal(&file)?;
    // Whoever is given the descriptor reads from the beginning.
    file.rewind()?;
    Ok(Sealed { bytes, hold: Hold::Memory(file) })
}

/// Seals a memory file for good.
fn seal(file: &File) -> io::Result<()> {
    let seals = libc::F_SEAL_WRITE | libc::F_SEAL_GROW | libc::F_SEAL_SHRINK | libc::F_SEAL_SEAL;
    add_seals(file, seals)
}

/// Fixes the size of a memory file that stays writable.
pub(crate) fn fix_size(file: &File, bytes: usize) -> io::Result<()> {
    file.set_len(bytes as u64)?;
    add_seals(file, libc::F_SEAL_GROW | libc::F_SEAL_SHRINK | libc::F_SEAL_SEAL)
}

fn add_seals(file: &File, seals: i32) -> io::Result<()> {
    // SAFETY: the descriptor is open; F_ADD_SEALS takes an integer.
    #[expect(unsafe_code, reason = "system call")]
    let done = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// A file in the address space.
#[derive(Debug)]
pub(crate) struct Map {
    start: NonNull<u8>,
    bytes: usize,
}

// SAFETY: a map is memory like any other; a writable one is handed out by `&mut` only.
#[expect(unsafe_code, reason = "a raw pointer makes it neither by itself")]
unsafe impl Send for Map {}
// SAFETY: as above.
#[expect(unsafe_code, reason = "a raw pointer makes it neither by itself")]
unsafe impl Sync for Map {}

impl Map {
    /// Maps a sealed file to read.
    pub(crate) fn read_only(file: &File, bytes: usize) -> io::Result<Self> {
        Self::new(file, bytes, libc::PROT_READ)
    }

    /// Maps a file of fixed size to read and write, seen by whoever maps it too.
    pub(crate) fn shared(file: &File, bytes: usize) -> io::Result<Self> {
        Self::new(file, bytes, libc::PROT_READ | libc::PROT_WRITE)
    }

    fn new(file: &File, bytes: usize, protection: i32) -> io::Result<Self> {
        // SAFETY: the kernel chooses the address; the file's size is at least `bytes` and can no longer change.
        #[expect(unsafe_code, reason = "system call")]
        let start = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                bytes,
                protection,
                libc::MAP_SHARED,
                file.as_raw_fd(),
                0,
            )
        };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let start =
            NonNull::new(start.cast()).ok_or_else(|| io::Error::other("mapped at address 0"))?;
        Ok(Self { start, bytes })
    }

    /// Where it starts.
    pub(crate) fn start(&self) -> NonNull<u8> {
        self.start
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: the map holds `bytes` readable bytes as long as self lives.
        #[expect(unsafe_code, reason = "reads the map")]
        unsafe {
            std::slice::from_raw_parts(self.start.as_ptr(), self.bytes)
        }
    }

    /// Its bytes, to write: only of a map made by [`Map::shared`].
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above, and &mut self makes this the only reference on this side.
        #[expect(unsafe_code, reason = "writes the map")]
        unsafe {
            std::slice::from_raw_parts_mut(self.start.as_ptr(), self.bytes)
        }
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        // SAFETY: the map was made by mmap with this size and nobody borrows it any more.
        #[expect(unsafe_code, reason = "system call")]
        unsafe {
            libc::munmap(self.start.as_ptr().cast(), self.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_sealed_file_cannot_be_written_grown_or_mapped_to_write() {
        let sealed = sealed(c"test", |file| file.write_all(b"ratings")).unwrap();
        let Hold::Memory(mut file) = sealed.hold else { panic!("not in memory") };
        assert_eq!(sealed.bytes, 7);
        assert!(file.write_all(b"x").is_err());
        assert!(file.set_len(100).is_err());
        assert!(file.set_len(0).is_err());
        assert!(Map::shared(&file, 7).is_err());
        assert_eq!(Map::read_only(&file, 7).unwrap().bytes(), b"ratings");
    }
}
