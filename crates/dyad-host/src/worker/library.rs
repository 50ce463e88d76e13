//! Loading one library and calling it through the C ABI.

use std::collections::BTreeMap;
use std::error::Error;
use std::ffi::{CStr, c_char, c_void};

use arrow_array::RecordBatch;
use dyad_model::Status;
use dyad_plugin::abi::{ABI_MAJOR, ABI_MINOR, MAGIC, Plugin, SYMBOL, Str, code};
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

use super::Called;
use super::calls::Desk;
use super::tables::decode;
use crate::job::{Job, Task};
use crate::linux::memory::Map;

/// What a plugin's own dependencies may be: loaded now, because nothing can be opened later.
const PRELOADED: &[&str] =
    &["libm.so.6", "libgcc_s.so.1", "libpthread.so.0", "libdl.so.2", "librt.so.1"];

/// Loads the short list of libraries a plugin may depend on.
pub(crate) fn preload() {
    for name in PRELOADED {
        // SAFETY: system libraries whose constructors are harmless; they are never unloaded.
        #[expect(unsafe_code, reason = "loads a library")]
        if let Ok(library) = unsafe { Library::open(Some(*name), RTLD_NOW | RTLD_LOCAL) } {
            std::mem::forget(library);
        }
    }
}

/// Loads the library behind a descriptor and does the job with it.
pub(crate) fn call(fd: i32, job: &Job, maps: Vec<(String, Map)>) -> Called {
    // Its constructors run here, inside the sandbox. Lazy binding would turn a bad library into a crash at its first call.
    // SAFETY: whatever the library does, it does it to this process alone, which exists for nothing else.
    #[expect(unsafe_code, reason = "loads the plugin")]
    let library = match unsafe {
        Library::open(Some(format!("/proc/self/fd/{fd}")), RTLD_NOW | RTLD_LOCAL)
    } {
        Ok(library) => library,
        Err(error) => {
            let cause = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            return Called::failed(
                Status::NotLoadable,
                format!("the library does not load: {cause}"),
            );
        }
    };
    // SAFETY: only the address of the symbol is taken here.
    #[expect(unsafe_code, reason = "looks up the descriptor")]
    let symbol = unsafe { library.get::<*const Plugin>(SYMBOL) }
        .map(|s| s.as_raw_ptr().cast::<Plugin>().cast_const());
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
    let tables = match decoded(maps) {
        Ok(tables) => tables,
        Err(refused) => return refused,
    };
    let limit = usize::try_from(job.limits.output_mb << 20).unwrap_or(usize::MAX);
    let mut desk = Desk::new(tables, limit);
    let code = entries(&plugin, job, &mut desk);
    outcome(code, job.task, &mut desk)
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

fn decoded(maps: Vec<(String, Map)>) -> Result<BTreeMap<String, RecordBatch>, Called> {
    let decode_one = |(name, map)| decode(map).map(|batch| (name, batch));
    maps.into_iter().map(decode_one).collect::<Result<_, _>>().map_err(|e| {
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

/// From a code to a status. The plugin's own text may quote data, so only the kind is told, and the place of a panic.
fn outcome(code: i32, task: Task, desk: &mut Desk) -> Called {
    let reason = match code {
        code::OK if task == Task::Check => {
            return Called { status: Status::Ok, reason: None, output: Vec::new() };
        }
        code::OK => {
            return match desk.take_output() {
                Ok(output) => Called { status: Status::Ok, reason: None, output },
                Err(why) => Called::failed(Status::Failed, why),
            };
        }
        code::PANIC => {
            let place = desk.panicked_at().map_or_else(String::new, |place| format!(" at {place}"));
            return Called::failed(Status::Panicked, format!("it panicked{place}"));
        }
        code::BAD_SETTINGS => "it refused its settings",
        code::MISSING_COLUMN => {
            "it asked for a table or column that its manifest does not name or the study does not have"
        }
        code::BAD_TYPE => "a column has another type than it expects",
        code::NOT_ENOUGH_DATA => "the study has too little data for it",
        code::CANCELLED => "it was cancelled",
        _ => "it reported an internal error",
    };
    Called::failed(Status::Failed, reason)
}
