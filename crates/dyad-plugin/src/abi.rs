//! The C ABI, version 1: plain `#[repr(C)]` structs, one exported data symbol, Arrow's C structs for tables, JSON for results.
//!
//! The same text in C is `include/dyad_plugin.h`; a test compiles both and compares sizes and offsets. Rules of evolution:
//! a field is never removed, moved, retyped or given a new meaning; new fields are appended or take a reserved slot; a reader
//! treats everything beyond `struct_size` as null.

use std::ffi::{c_char, c_void};

use arrow_array::ffi_stream::FFI_ArrowArrayStream;

/// Major version: both sides must have the same.
pub const ABI_MAJOR: u32 = 1;
/// Minor version: the plugin's must not be above the host's.
pub const ABI_MINOR: u32 = 0;
/// First bytes of a plugin's descriptor.
pub const MAGIC: [u8; 8] = [b'D', b'Y', b'A', b'D', b'P', b'L', b'G', 1];
/// The only symbol a plugin exports.
pub const SYMBOL: &[u8] = b"dyad_plugin_v1\0";

/// What a call of the ABI returns.
pub mod code {
    /// Done.
    pub const OK: i32 = 0;
    /// The settings are not those of the manifest.
    pub const BAD_SETTINGS: i32 = 1;
    /// A table or column is unknown or was not granted.
    pub const MISSING_COLUMN: i32 = 2;
    /// A column has another type than asked for.
    pub const BAD_TYPE: i32 = 3;
    /// The analysis as a whole has nothing to work with.
    pub const NOT_ENOUGH_DATA: i32 = 4;
    /// The host asked to stop.
    pub const CANCELLED: i32 = 5;
    /// Anything else.
    pub const INTERNAL: i32 = 100;
    /// The plugin panicked.
    pub const PANIC: i32 = 101;
}

/// UTF-8 text, borrowed for the call.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Str {
    /// First byte.
    pub ptr: *const u8,
    /// Bytes.
    pub len: usize,
}

impl Str {
    /// Borrows a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { ptr: text.as_ptr(), len: text.len() }
    }

    /// The bytes behind it.
    ///
    /// # Safety
    /// `ptr` points to `len` readable bytes that outlive `'a`, or `len` is 0.
    #[expect(unsafe_code, reason = "reads what the other side of the boundary lent")]
    #[must_use]
    pub unsafe fn bytes<'a>(self) -> &'a [u8] {
        if self.len == 0 || self.ptr.is_null() {
            return &[];
        }
        // SAFETY: the caller promises that ptr points to len readable bytes.
        unsafe { std::slice::from_raw_parts(self.ptr, self.len) }
    }
}

/// What the host offers a plugin. Owned by the worker, valid until `destroy` returns.
#[repr(C)]
#[derive(Debug)]
pub struct Host {
    /// `size_of::<Host>()` of the host.
    pub struct_size: u32,
    /// Major version of the host.
    pub abi_major: u32,
    /// Minor version of the host.
    pub abi_minor: u32,
    /// Zero.
    pub reserved0: u32,
    /// Passed back with every call.
    pub ctx: *mut c_void,
    /// Gives a fresh stream of a table; the plugin releases it.
    pub input: Option<unsafe extern "C" fn(*mut c_void, Str, *mut FFI_ArrowArrayStream) -> i32>,
    /// Takes exactly one JSON document per `describe` or `run`; the worker copies.
    pub emit: Option<unsafe extern "C" fn(*mut c_void, Str) -> i32>,
    /// Nonzero: please stop and return 5.
    pub progress: Option<unsafe extern "C" fn(*mut c_void, f64) -> i32>,
    /// A message; treated as sensitive.
    pub log: Option<unsafe extern "C" fn(*mut c_void, u32, Str)>,
    /// Why the call will fail; treated as sensitive.
    pub fail: Option<unsafe extern "C" fn(*mut c_void, i32, Str)>,
    /// An extension by id ("dyad.name/1"), null if absent.
    pub get_extension: Option<unsafe extern "C" fn(*mut c_void, *const c_char) -> *const c_void>,
    /// Null.
    pub reserved: [*mut c_void; 4],
}

/// What a plugin is: constant data in its library.
#[repr(C)]
#[derive(Debug)]
pub struct Plugin {
    /// [`MAGIC`].
    pub magic: [u8; 8],
    /// `size_of::<Plugin>()` of the plugin.
    pub struct_size: u32,
    /// Major version it was built for.
    pub abi_major: u32,
    /// Minor version it was built for.
    pub abi_minor: u32,
    /// Zero.
    pub flags: u32,
    /// Its id.
    pub id: *const c_char,
    /// Its version.
    pub version: *const c_char,
    /// Compiler and commit, for a person.
    pub build_info: *const c_char,
    /// Emits the manifest.
    pub describe: Option<unsafe extern "C" fn(*const Host) -> i32>,
    /// Checks the settings and makes an instance.
    pub create: Option<unsafe extern "C" fn(*const Host, Str, *mut *mut c_void) -> i32>,
    /// Emits the findings.
    pub run: Option<unsafe extern "C" fn(*mut c_void, *const Host) -> i32>,
    /// Ends the instance.
    pub destroy: Option<unsafe extern "C" fn(*mut c_void)>,
    /// An extension by id, null if absent.
    pub get_extension: Option<unsafe extern "C" fn(*const c_char) -> *const c_void>,
    /// Null.
    pub reserved: [*mut c_void; 4],
}

// SAFETY: a descriptor is constant data; its pointers point to constants of the library.
#[expect(unsafe_code, reason = "a static with pointers needs it")]
unsafe impl Sync for Plugin {}

#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<Host>() == 104);
    assert!(size_of::<Plugin>() == 120);
};
