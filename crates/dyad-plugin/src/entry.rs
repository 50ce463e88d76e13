//! What `export_plugin!` puts behind the C ABI. Not for authors.

use std::any::Any;
use std::collections::BTreeMap;
use std::ffi::{c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{RecordBatch, RecordBatchReader};
use dyad_model::{Explained, Figure, Findings, Manifest};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::abi::{Host, Str, code};
use crate::request::Request;
use crate::words::Dictionary;
use crate::{Analysis, Checked, Failure, Run};

/// A checked request, kept between `create` and `run`.
struct Instance<A: Analysis> {
    settings: Option<A::Settings>,
    request: Request,
}

/// The manifest with the defaults of the settings and the explanations.
///
/// # Errors
/// A [`Failure`] if the defaults are no table or the explanations do not parse.
pub fn manifest<A: Analysis>() -> Result<Manifest, Failure> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Explanations {
        #[serde(default)]
        estimate: Vec<Explained>,
    }
    let mut manifest = A::manifest();
    match serde_json::to_value(A::Settings::default()) {
        Ok(Value::Object(defaults)) => manifest.settings = defaults,
        Ok(Value::Null) => {}
        _ => return Err(Failure::internal("the settings are not a table of named values")),
    }
    let explanations: Explanations = toml::from_str(A::EXPLAIN)
        .map_err(|e| Failure::internal(format!("the explanations do not parse: {e}")))?;
    manifest.delivers.extend(explanations.estimate);
    Ok(manifest)
}

/// Reads settings; an absent key keeps its default.
pub(crate) fn parse_settings<S: DeserializeOwned>(
    settings: Map<String, Value>,
) -> Result<S, Failure> {
    serde_json::from_value(Value::Object(settings))
        .map_err(|e| Failure::bad_settings(e.to_string()))
}

/// `describe` of the ABI.
///
/// # Safety
/// `host` is a valid host for the duration of the call.
#[expect(unsafe_code, reason = "one side of the C ABI")]
#[must_use]
pub unsafe fn describe<A: Analysis>(host: *const Host) -> i32 {
    // SAFETY: the caller promises a valid host.
    let host = unsafe { Calls::of(host) };
    host.guard(|| {
        let manifest = manifest::<A>()?;
        host.emit(&serde_json::to_vec(&manifest).map_err(|e| Failure::internal(e.to_string()))?)
    })
}

/// `create` of the ABI.
///
/// # Safety
/// `host` is a valid host and `request` valid text for the duration of the call; `out` may be written.
#[expect(unsafe_code, reason = "one side of the C ABI")]
pub unsafe fn create<A: Analysis>(host: *const Host, request: Str, out: *mut *mut c_void) -> i32 {
    // SAFETY: the caller promises a valid host.
    let host = unsafe { Calls::of(host) };
    host.guard(|| {
        // SAFETY: the caller promises valid text for the duration of the call.
        let bytes = unsafe { request.bytes() };
        let mut request: Request =
            serde_json::from_slice(bytes).map_err(|e| Failure::bad_settings(e.to_string()))?;
        let settings: A::Settings = parse_settings(std::mem::take(&mut request.settings))?;
        settings.check()?;
        let instance = Box::new(Instance::<A> { settings: Some(settings), request });
        // SAFETY: the caller promises that out may be written.
        unsafe { out.write(Box::into_raw(instance).cast()) };
        Ok(())
    })
}

/// `run` of the ABI.
///
/// # Safety
/// `instance` comes from [`create`] of the same analysis and `host` is a valid host for the duration of the call.
#[expect(unsafe_code, reason = "one side of the C ABI")]
pub unsafe fn run<A: Analysis>(instance: *mut c_void, host: *const Host) -> i32 {
    // SAFETY: the caller promises a valid host and an instance made by `create` of the same analysis.
    let (host, instance) = unsafe { (Calls::of(host), &mut *instance.cast::<Instance<A>>()) };
    host.guard(|| {
        let settings =
            instance.settings.take().ok_or_else(|| Failure::internal("run was called twice"))?;
        let seed = u64::from_str_radix(&instance.request.seed, 16)
            .map_err(|_| Failure::bad_settings("the seed is not hexadecimal"))?;
        let mut tables = BTreeMap::new();
        for name in A::manifest().reads.into_keys() {
            let batch = host.table(&name)?;
            tables.insert(name, batch);
        }
        let run = Run {
            words: Dictionary::of(A::WORDS, &settings)?,
            settings,
            seed,
            measures: std::mem::take(&mut instance.request.study.measures),
            replications: std::mem::take(&mut instance.request.study.replications),
            tables,
            progress: Box::new(move |fraction| host.progress(fraction)),
        };
        let mut findings: Findings = A::analyse(&run)?;
        run.words.check()?;
        findings.figures.iter_mut().for_each(Figure::thin);
        host.emit(&serde_json::to_vec(&findings).map_err(|e| Failure::internal(e.to_string()))?)
    })
}

/// `destroy` of the ABI.
///
/// # Safety
/// `instance` comes from [`create`] of the same analysis and is not used again.
#[expect(unsafe_code, reason = "one side of the C ABI")]
pub unsafe fn destroy<A: Analysis>(instance: *mut c_void) {
    if !instance.is_null() {
        // SAFETY: the caller promises an instance made by `create` of the same analysis, given up here.
        drop(unsafe { Box::from_raw(instance.cast::<Instance<A>>()) });
    }
}

/// The calls a host offers, checked once.
#[derive(Clone, Copy)]
struct Calls(*const Host);

#[expect(unsafe_code, reason = "one side of the C ABI")]
impl Calls {
    /// # Safety
    /// `host` is valid as long as the result is used, or null.
    unsafe fn of(host: *const Host) -> Self {
        Self(host)
    }

    fn host(&self) -> Option<&Host> {
        // SAFETY: valid as promised to `of`.
        unsafe { self.0.as_ref() }
    }

    /// Runs one entry: failures become codes, panics stop here and say where, not what.
    fn guard(self, entry: impl FnOnce() -> Result<(), Failure>) -> i32 {
        let Some(host) = self.host() else { return code::INTERNAL };
        if host.abi_major != crate::abi::ABI_MAJOR
            || (host.struct_size as usize) < size_of::<Host>()
        {
            return code::INTERNAL;
        }
        let place = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
        let seen = std::sync::Arc::clone(&place);
        std::panic::set_hook(Box::new(move |info| {
            if let (Some(at), Ok(mut place)) = (info.location(), seen.lock()) {
                *place = format!("{}:{}", at.file(), at.line());
            }
        }));
        let ended: Result<Result<(), Failure>, Box<dyn Any + Send>> =
            catch_unwind(AssertUnwindSafe(entry));
        match ended {
            Ok(Ok(())) => code::OK,
            Ok(Err(failure)) => {
                self.fail(failure.code(), &failure.to_string());
                failure.code()
            }
            Err(payload) => {
                // Dropping a payload may panic again.
                std::mem::forget(payload);
                let place = place.lock().map(|p| p.clone()).unwrap_or_default();
                self.fail(code::PANIC, &place);
                code::PANIC
            }
        }
    }

    fn emit(&self, json: &[u8]) -> Result<(), Failure> {
        let host = self.host().ok_or_else(|| Failure::internal("no host"))?;
        let emit = host.emit.ok_or_else(|| Failure::internal("the host offers no emit"))?;
        // SAFETY: the host is valid and borrows the text for the call.
        match unsafe { emit(host.ctx, Str { ptr: json.as_ptr(), len: json.len() }) } {
            code::OK => Ok(()),
            _ => Err(Failure::internal("the host did not take the result")),
        }
    }

    fn fail(&self, code: i32, text: &str) {
        if let Some((host, fail)) = self.host().and_then(|h| h.fail.map(|f| (h, f))) {
            // SAFETY: the host is valid and borrows the text for the call.
            unsafe { fail(host.ctx, code, Str::new(text)) };
        }
    }

    fn progress(&self, fraction: f64) -> bool {
        let Some((host, progress)) = self.host().and_then(|h| h.progress.map(|p| (h, p))) else {
            return false;
        };
        // SAFETY: the host is valid.
        unsafe { progress(host.ctx, fraction) != 0 }
    }

    fn table(&self, name: &str) -> Result<RecordBatch, Failure> {
        let host = self.host().ok_or_else(|| Failure::internal("no host"))?;
        let input = host.input.ok_or_else(|| Failure::internal("the host offers no input"))?;
        let mut stream = FFI_ArrowArrayStream::empty();
        // SAFETY: the host is valid, borrows the name for the call and fills the stream if it returns 0.
        match unsafe { input(host.ctx, Str::new(name), &raw mut stream) } {
            code::OK => {}
            _ => return Err(Failure::missing_column(name, "*")),
        }
        let mut reader = RecordBatchStreamReader::try_new(stream)
            .map_err(|e| Failure::internal(format!("{name}: {e}")))?;
        let schema = reader.schema();
        let first = match reader.next() {
            None => return Ok(RecordBatch::new_empty(schema)),
            Some(batch) => batch.map_err(|e| Failure::internal(format!("{name}: {e}")))?,
        };
        match reader.next() {
            None => Ok(first),
            Some(_) => Err(Failure::internal(format!("{name}: a table must arrive as one batch"))),
        }
    }
}

/// The plugin's id: the package's name without its `dyad-plugin-`. Takes and gives a text that ends with NUL.
#[must_use]
pub const fn id_of(package: &'static str) -> *const c_char {
    let (prefix, name) = ("dyad-plugin-".as_bytes(), package.as_bytes());
    let mut same = 0;
    while same < prefix.len() && same < name.len() && prefix[same] == name[same] {
        same += 1;
    }
    let skipped = if same == prefix.len() { same } else { 0 };
    package.split_at(skipped).1.as_ptr().cast()
}

/// Writes the static descriptor and the entries of the ABI for an [`Analysis`].
#[macro_export]
macro_rules! export_plugin {
    ($analysis:ty) => {
        const _: () = {
            use ::core::ffi::{c_char, c_void};
            use $crate::abi::{Host, Plugin, Str};

            unsafe extern "C" fn describe(host: *const Host) -> i32 {
                unsafe { $crate::entry::describe::<$analysis>(host) }
            }
            unsafe extern "C" fn create(
                host: *const Host,
                request: Str,
                out: *mut *mut c_void,
            ) -> i32 {
                unsafe { $crate::entry::create::<$analysis>(host, request, out) }
            }
            unsafe extern "C" fn run(instance: *mut c_void, host: *const Host) -> i32 {
                unsafe { $crate::entry::run::<$analysis>(instance, host) }
            }
            unsafe extern "C" fn destroy(instance: *mut c_void) {
                unsafe { $crate::entry::destroy::<$analysis>(instance) }
            }
            #[unsafe(no_mangle)]
            #[allow(non_upper_case_globals)]
            pub static dyad_plugin_v1: Plugin = Plugin {
                magic: $crate::abi::MAGIC,
                struct_size: ::core::mem::size_of::<Plugin>() as u32,
                abi_major: $crate::abi::ABI_MAJOR,
                abi_minor: $crate::abi::ABI_MINOR,
                flags: 0,
                id: $crate::entry::id_of(::core::concat!(::core::env!("CARGO_PKG_NAME"), "\0")),
                version: ::core::concat!(::core::env!("CARGO_PKG_VERSION"), "\0")
                    .as_ptr()
                    .cast::<c_char>(),
                build_info: ::core::concat!("rust ", ::core::env!("CARGO_PKG_RUST_VERSION"), "\0")
                    .as_ptr()
                    .cast::<c_char>(),
                describe: Some(describe),
                create: Some(create),
                run: Some(run),
                destroy: Some(destroy),
                get_extension: None,
                reserved: [::core::ptr::null_mut(); 4],
            };
        };
    };
}
