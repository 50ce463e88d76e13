//! Loading one library and calling it through the C ABI.

use std::collections::BTreeMap;
use std::error::Error;
use std::ffi::{CStr, c_char, c_void};
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use dyad_model::Status;
use dyad_plugin::abi::{ABI_MAJOR, ABI_MINOR, MAGIC, Plugin, SYMBOL, Str, code};
use libloading::Library;

use super::Called;
use super::calls::Desk;
use super::tables::decode;
use crate::job::{Job, Task};

/// Characters of the loader's own words that are kept.
const LONGEST_CAUSE: usize = 500;

/// Loads the short list of libraries a plugin may depend on.
pub(crate) fn preload() {
    #[cfg(target_os = "linux")]
    for name in crate::linux::inside::PRELOADED {
        // SAFETY: system libraries whose constructors are harmless; they are never unloaded.
        #[expect(unsafe_code, reason = "loads a library")]
        if let Ok(library) = unsafe { open(Path::new(name)) } {
            std::mem::forget(library);
        }
    }
}

/// Every symbol is resolved at once and none is shared: lazy binding would turn a bad library into a crash at its first call.
///
/// # Safety
/// The library's constructors run.
#[expect(unsafe_code, reason = "loads a library")]
unsafe fn open(path: &Path) -> Result<Library, libloading::Error> {
    #[cfg(unix)]
    {
        use libloading::os::unix;
        // SAFETY: as promised by the caller.
        unsafe { unix::Library::open(Some(path), unix::RTLD_NOW | unix::RTLD_LOCAL) }
            .map(Library::from)
    }
    #[cfg(not(unix))]
    {
        // SAFETY: as promised by the caller.
        unsafe { Library::new(path) }
    }
}

/// Loads the library and does the job with it.
pub(crate) fn call(path: &Path, job: &Job, tables: &[(String, Buffer)]) -> Called {
    // Its constructors run here, inside the sandbox.
    // SAFETY: whatever the library does, it does it to this process alone, which exists for nothing else.
    #[expect(unsafe_code, reason = "loads the plugin")]
    let library = match unsafe { open(path) } {
        Ok(library) => library,
        Err(error) => {
            let cause = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            let cause: String = cause.chars().take(LONGEST_CAUSE).collect();
            return Called::failed(
                Status::NotLoadable,
                format!("the library does not load: {cause}"),
            );
        }
    };
    // SAFETY: only the address of the symbol is taken here.
    #[expect(unsafe_code, reason = "looks up the descriptor")]
    let symbol = unsafe { library.get::<*const Plugin>(SYMBOL) }.map(|symbol| *symbol);
    let plugin = match symbol {
        Ok(pointer) if !pointer.is_null() => pointer,
        _ => return Called::failed(Status::NotLoadable, "the library exports no dyad_plugin_v1"),
    };
    // Never unloaded: destructors of thread-local values in an unloaded library are unsound.
    std::mem::forget(library);
    let plugin = match handshake(plugin, job.id.as_deref()) {
        Ok(plugin) => plugin,
        Err(refused) => return refused,
    };
    let tables = match decoded(tables) {
        Ok(tables) => tables,
        Err(refused) => return refused,
    };
    let mut desk = Desk::new(tables, job.limits.output_mb, job);
    let code = entries(&plugin, job, &mut desk);
    let called = outcome(code, job.task, &mut desk, path);
    Called { said: desk.said(), ..called }
}

/// The entries of a descriptor that passed the handshake.
struct Entries {
    describe: unsafe extern "C" fn(*const dyad_plugin::abi::Host) -> i32,
    create: unsafe extern "C" fn(*const dyad_plugin::abi::Host, Str, *mut *mut c_void) -> i32,
    run: unsafe extern "C" fn(*mut c_void, *const dyad_plugin::abi::Host) -> i32,
    destroy: unsafe extern "C" fn(*mut c_void),
}

/// Magic, size, versions and id, before the first call into the plugin.
fn handshake(pointer: *const Plugin, expected: Option<&str>) -> Result<Entries, Called> {
    let mismatch = |why: String| Called::failed(Status::AbiMismatch, why);
    // SAFETY: an exported data symbol is at least readable; magic and size stand first and are checked before the rest.
    #[expect(unsafe_code, reason = "reads the descriptor")]
    let (magic, size) = unsafe {
        ((&raw const (*pointer).magic).read(), (&raw const (*pointer).struct_size).read())
    };
    if magic != MAGIC {
        return Err(mismatch(
            "dyad_plugin_v1 does not start with the magic of a plugin".to_owned(),
        ));
    }
    if (size as usize) < size_of::<Plugin>() {
        return Err(mismatch(format!(
            "its descriptor has {size} bytes, version 1.0 has {}",
            size_of::<Plugin>()
        )));
    }
    // SAFETY: the descriptor has at least the size of version 1.0 and is constant.
    #[expect(unsafe_code, reason = "reads the descriptor")]
    let plugin = unsafe { &*pointer };
    if plugin.abi_major != ABI_MAJOR || plugin.abi_minor > ABI_MINOR {
        return Err(mismatch(format!(
            "it was built for interface {}.{}, this is {ABI_MAJOR}.{ABI_MINOR}",
            plugin.abi_major, plugin.abi_minor
        )));
    }
    if let Some(expected) = expected
        && text(plugin.id).as_deref() != Some(expected)
    {
        return Err(Called::failed(Status::NotLoadable, "its id is not that of its file name"));
    }
    match (plugin.describe, plugin.create, plugin.run, plugin.destroy) {
        (Some(describe), Some(create), Some(run), Some(destroy)) => {
            Ok(Entries { describe, create, run, destroy })
        }
        _ => Err(mismatch("one of its entries is NULL".to_owned())),
    }
}

fn text(pointer: *const c_char) -> Option<String> {
    if pointer.is_null() {
        return None;
    }
    // SAFETY: the interface promises a C string.
    #[expect(unsafe_code, reason = "reads a C string of the plugin")]
    let text = unsafe { CStr::from_ptr(pointer) };
    text.to_str().ok().map(str::to_owned)
}

fn decoded(tables: &[(String, Buffer)]) -> Result<BTreeMap<String, RecordBatch>, Called> {
    let decode_one =
        |(name, buffer): &(String, Buffer)| decode(buffer).map(|batch| (name.clone(), batch));
    tables.iter().map(decode_one).collect::<Result<_, _>>().map_err(|e| {
        Called::failed(Status::Failed, format!("a table could not be handed over: {e}"))
    })
}

/// Calls the entries in order, once and from one thread; the first nonzero code ends it.
fn entries(plugin: &Entries, job: &Job, desk: &mut Desk) -> i32 {
    let host = desk.host();
    // SAFETY: the host and the request outlive the calls; the instance is the plugin's own and destroyed once.
    #[expect(unsafe_code, reason = "calls the plugin")]
    unsafe {
        if job.task == Task::Describe {
            return (plugin.describe)(&raw const host);
        }
        let mut instance = std::ptr::null_mut();
        let created = (plugin.create)(&raw const host, Str::new(&job.request), &raw mut instance);
        if created != code::OK {
            return created;
        }
        let done =
            if job.task == Task::Run { (plugin.run)(instance, &raw const host) } else { code::OK };
        (plugin.destroy)(instance);
        done
    }
}

/// From a code to a status. The plugin's own text may quote data, so only the kind is told, and what is a constant of the library: the
/// place of a panic, and what settings must be.
fn outcome(code: i32, task: Task, desk: &mut Desk, library: &Path) -> Called {
    let reason = match code {
        code::OK if task == Task::Check => {
            return Called::ok(Vec::new());
        }
        code::OK => {
            return match desk.take_output() {
                Ok(output) => Called::ok(output),
                Err(why) => Called::failed(Status::Failed, why),
            };
        }
        code::PANIC => {
            let is_file = |place: &&str| {
                place.rsplit_once(':').is_some_and(|(file, _)| is_constant(file, library))
            };
            let place = desk.panicked_at().filter(is_file);
            let place = place.map_or_else(String::new, |place| format!(" at {place}"));
            return Called::failed(Status::Panicked, format!("it panicked{place}"));
        }
        code::BAD_SETTINGS => {
            let expected = desk.expected().filter(|text| is_constant(text, library));
            let expected = expected.map_or_else(String::new, |text| format!(": {text}"));
            return Called::failed(Status::Failed, format!("it refused its settings{expected}"));
        }
        code::MISSING_COLUMN => {
            "it asked for a table or column that its manifest does not name or the study does not have"
        }
        code::BAD_TYPE => "a column has another type than it expects",
        code::NOT_ENOUGH_DATA => "the study has too little data for it",
        code::CANCELLED => "it was cancelled",
        _ => desk.refused().unwrap_or("it reported an internal error"),
    };
    Called::failed(Status::Failed, reason)
}

/// Whether a text is a constant of the library: one that was put together at run time might be a person's name.
fn is_constant(text: &str, library: &Path) -> bool {
    let bytes = std::fs::read(library).unwrap_or_default();
    !text.is_empty() && bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
