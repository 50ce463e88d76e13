//! A plugin that misbehaves in one way. Its id says which: the tests write it over a marker in the library's bytes, so that one
//! library becomes many plugins.

mod deeds;

use std::cell::RefCell;
use std::ffi::{CStr, c_char, c_void};
use std::sync::atomic::{AtomicBool, Ordering};

use dyad_plugin::abi::{ABI_MAJOR, ABI_MINOR, Host, MAGIC, Plugin, Str, code};
use serde_json::{Value, json};

/// What must appear nowhere in the output, whatever happens.
pub(crate) const SECRET: &str = "Jane-Roe-born-1987-03-14";

/// The id's place: the marker is replaced by an id, a zero and padding.
#[used]
static ID: [u8; 40] = *b"hostile-id-marker-hostile-id-marker-end\0";

/// Whether the constructor got at a file.
pub(crate) static LEAKED: AtomicBool = AtomicBool::new(false);

thread_local! {
    static REQUEST: RefCell<Value> = const { RefCell::new(Value::Null) };
}

/// The mode: the id behind its prefix.
pub(crate) fn mode() -> &'static str {
    // SAFETY: the array is constant; volatile, because what stands in the file is not what the compiler saw.
    #[expect(unsafe_code, reason = "reads bytes that were changed after compilation")]
    let start = unsafe { std::ptr::read_volatile(&raw const START) };
    // SAFETY: the array ends with a zero.
    #[expect(unsafe_code, reason = "reads a C string")]
    let id = unsafe { CStr::from_ptr(start.0) };
    id.to_str().ok().and_then(|id| id.strip_prefix("hostile-")).unwrap_or_default()
}

struct Start(*const c_char);
// SAFETY: points to a constant.
#[expect(unsafe_code, reason = "a static with a pointer needs it")]
unsafe impl Sync for Start {}
static START: Start = Start(ID.as_ptr().cast());

/// Runs before anything of the host looks at the library.
#[used]
#[expect(unsafe_code, reason = "misbehaves on purpose")]
#[unsafe(link_section = ".init_array")]
static CONSTRUCTOR: extern "C" fn() = {
    extern "C" fn constructor() {
        if mode() == "constructor-reads" && std::fs::read("/etc/passwd").is_ok() {
            LEAKED.store(true, Ordering::Relaxed);
        }
        if mode() == "constructor-socket" {
            drop(std::net::UdpSocket::bind("127.0.0.1:0"));
        }
    }
    constructor
};

/// Hands a document to the host.
pub(crate) fn emit(host: *const Host, text: &str) -> i32 {
    // SAFETY: the host is valid for the duration of the call.
    #[expect(unsafe_code, reason = "the other side of the C ABI")]
    unsafe {
        (*host).emit.map_or(code::INTERNAL, |emit| emit((*host).ctx, Str::new(text)))
    }
}

extern "C" fn describe(host: *const Host) -> i32 {
    if mode() == "describes-forever" {
        loop {
            std::thread::sleep(std::time::Duration::from_mins(1));
        }
    }
    let limits = match mode() {
        "sleeps" => json!({"wall_s": 1}),
        "loops" | "loops-in-threads" => json!({"wall_s": 20, "cpu_s": 1}),
        "eats-memory" => json!({"memory_mb": 64}),
        "floods" => json!({"output_mb": 1}),
        _ => json!({}),
    };
    let manifest = json!({
        "id": format!("hostile-{}", mode()),
        "version": "1.0.0",
        "title": "It misbehaves",
        "reads": {"sessions": ["client", "session"]},
        "delivers": [{"id": "declared"}],
        "settings": {"path": ""},
        "limits": limits,
    });
    emit(host, &manifest.to_string())
}

extern "C" fn create(_: *const Host, request: Str, out: *mut *mut c_void) -> i32 {
    // SAFETY: the request is valid text for the call, and `out` may be written.
    #[expect(unsafe_code, reason = "the other side of the C ABI")]
    let bytes = unsafe {
        out.write(std::ptr::null_mut());
        request.bytes()
    };
    let Ok(request) = serde_json::from_slice(bytes) else { return code::BAD_SETTINGS };
    REQUEST.with(|kept| *kept.borrow_mut() = request);
    code::OK
}

extern "C" fn run(_: *mut c_void, host: *const Host) -> i32 {
    let path = REQUEST
        .with(|kept| kept.borrow()["settings"]["path"].as_str().unwrap_or_default().to_owned());
    deeds::act(mode(), &path, host)
}

extern "C" fn destroy(_: *mut c_void) {}

/// The descriptor.
#[expect(unsafe_code, reason = "the name is part of the interface")]
#[expect(clippy::cast_possible_truncation, reason = "the size is 120")]
#[unsafe(no_mangle)]
pub static dyad_plugin_v1: Plugin = Plugin {
    magic: MAGIC,
    struct_size: size_of::<Plugin>() as u32,
    abi_major: ABI_MAJOR,
    abi_minor: ABI_MINOR,
    flags: 0,
    id: ID.as_ptr().cast(),
    version: c"1.0.0".as_ptr(),
    build_info: c"hostile".as_ptr(),
    describe: Some(describe),
    create: Some(create),
    run: Some(run),
    destroy: Some(destroy),
    get_extension: None,
    reserved: [std::ptr::null_mut(); 4],
};
