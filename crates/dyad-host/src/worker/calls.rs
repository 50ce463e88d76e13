//! The host's side of the C ABI, inside the worker.

use std::collections::BTreeMap;
use std::ffi::{c_char, c_void};

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchIterator};
use dyad_plugin::abi::{ABI_MAJOR, ABI_MINOR, Host, Str, code};

use crate::job::Job;

/// What the calls of a plugin act upon.
pub(crate) struct Desk {
    tables: BTreeMap<String, RecordBatch>,
    output: Option<Vec<u8>>,
    /// Why what it emitted was not taken.
    refused: Option<String>,
    limit_mb: u64,
    panicked_at: Option<String>,
    /// What it says its settings must be.
    expected: Option<String>,
    /// What the plugin says by `log` and `fail`; `None`: nobody wants to know.
    said: Option<String>,
    cancelled: bool,
    /// Whether a table was asked for.
    has_read: bool,
}

/// How much of it is kept.
const SAID_KEPT: usize = 2000;

impl Desk {
    pub(crate) fn new(tables: BTreeMap<String, RecordBatch>, limit_mb: u64, job: &Job) -> Self {
        Self {
            tables,
            output: None,
            refused: None,
            limit_mb,
            panicked_at: None,
            expected: None,
            said: job.debug.then(String::new),
            cancelled: job.cancelled,
            has_read: false,
        }
    }

    /// What it said, if that was asked for.
    pub(crate) fn said(&mut self) -> String {
        self.said.take().unwrap_or_default()
    }

    fn hear(&mut self, bytes: &[u8]) {
        let Some(said) = &mut self.said else { return };
        for word in
            String::from_utf8_lossy(bytes).chars().take(SAID_KEPT - said.len().min(SAID_KEPT))
        {
            said.push(word);
        }
        said.push('\n');
    }

    /// The `dyad_host` a plugin gets: valid as long as the desk stays where it is.
    pub(crate) fn host(&mut self) -> Host {
        Host {
            struct_size: u32::try_from(size_of::<Host>()).unwrap_or(0),
            abi_major: ABI_MAJOR,
            abi_minor: ABI_MINOR,
            reserved0: 0,
            ctx: (&raw mut *self).cast(),
            input: Some(input),
            emit: Some(emit),
            progress: Some(progress),
            log: Some(log),
            fail: Some(fail),
            get_extension: Some(get_extension),
            reserved: [std::ptr::null_mut(); 4],
        }
    }

    /// What was emitted: exactly one document, or why it was not taken.
    pub(crate) fn take_output(&mut self) -> Result<Vec<u8>, String> {
        match self.refused.take() {
            Some(why) => Err(why),
            None => self.output.take().ok_or_else(|| "it returned without a result".to_owned()),
        }
    }

    /// Why what it emitted was not taken, if so.
    pub(crate) fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    /// What settings must be, if `fail` was told so before any data were asked for. It may still quote a setting.
    pub(crate) fn expected(&self) -> Option<&str> {
        self.expected.as_deref()
    }

    /// File and line of a panic, if that is what `fail` was told. Other texts may quote data and are not kept.
    pub(crate) fn panicked_at(&self) -> Option<&str> {
        self.panicked_at.as_deref()
    }
}

/// # Safety
/// `ctx` is the desk behind the host that was handed out.
#[expect(unsafe_code, reason = "the pointer comes back from C")]
unsafe fn desk<'a>(ctx: *mut c_void) -> &'a mut Desk {
    // SAFETY: the caller passes on the ctx of `Desk::host`, and calls come one at a time.
    unsafe { &mut *ctx.cast::<Desk>() }
}

#[expect(unsafe_code, reason = "called from C")]
unsafe extern "C" fn input(ctx: *mut c_void, table: Str, out: *mut FFI_ArrowArrayStream) -> i32 {
    // SAFETY: the plugin passes back its ctx, valid text, and room for a stream.
    unsafe {
        desk(ctx).has_read = true;
        let found =
            std::str::from_utf8(table.bytes()).ok().and_then(|name| desk(ctx).tables.get(name));
        let Some(batch) = found else { return code::MISSING_COLUMN };
        let (batch, schema) = (batch.clone(), batch.schema());
        let reader = RecordBatchIterator::new([Ok(batch)], schema);
        out.write(FFI_ArrowArrayStream::new(Box::new(reader)));
    }
    code::OK
}

#[expect(unsafe_code, reason = "called from C")]
unsafe extern "C" fn emit(ctx: *mut c_void, json: Str) -> i32 {
    // SAFETY: the plugin passes back its ctx and valid text.
    let (desk, bytes) = unsafe { (desk(ctx), json.bytes()) };
    if desk.output.is_some() {
        desk.refused = Some("it emitted more than one document".to_owned());
        return code::INTERNAL;
    }
    if bytes.len() as u64 > desk.limit_mb << 20 {
        desk.refused = Some(format!(
            "its findings have {} MB, and its limit (output_mb) is {} MB",
            bytes.len().div_ceil(1 << 20),
            desk.limit_mb
        ));
        return code::INTERNAL;
    }
    desk.output = Some(bytes.to_vec());
    code::OK
}

#[expect(unsafe_code, reason = "called from C")]
unsafe extern "C" fn progress(ctx: *mut c_void, _: f64) -> i32 {
    // SAFETY: the plugin passes back its ctx.
    let desk = unsafe { desk(ctx) };
    if desk.cancelled { code::CANCELLED } else { code::OK }
}

/// Messages of a plugin may quote data: they end here, unless its author asked for them.
#[expect(unsafe_code, reason = "called from C")]
unsafe extern "C" fn log(ctx: *mut c_void, _: u32, text: Str) {
    // SAFETY: the plugin passes back its ctx and valid text.
    unsafe { desk(ctx).hear(text.bytes()) }
}

#[expect(unsafe_code, reason = "called from C")]
unsafe extern "C" fn fail(ctx: *mut c_void, code: i32, text: Str) {
    // SAFETY: the plugin passes back its ctx and valid text.
    let (desk, bytes) = unsafe { (desk(ctx), text.bytes()) };
    desk.hear(bytes);
    let text = std::str::from_utf8(bytes).ok();
    match code {
        code::PANIC => desk.panicked_at = text.filter(|place| is_place(place)).map(str::to_owned),
        code::BAD_SETTINGS if !desk.has_read => {
            desk.expected = text.filter(|text| is_sentence(text)).map(str::to_owned);
        }
        _ => {}
    }
}

#[expect(unsafe_code, reason = "called from C")]
unsafe extern "C" fn get_extension(_: *mut c_void, _: *const c_char) -> *const c_void {
    std::ptr::null()
}

/// Whether a text is `file.rs:123` and nothing more: a panic's message must not slip through as its place.
fn is_place(text: &str) -> bool {
    let Some((file, line)) = text.rsplit_once(".rs:") else { return false };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '.');
    file.len() < 200 && file.chars().all(plain) && line.parse::<u32>().is_ok()
}

/// Whether a text can be printed in a line.
fn is_sentence(text: &str) -> bool {
    (10..300).contains(&text.len()) && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::{is_place, is_sentence};

    #[test]
    fn a_sentence_is_one_line_of_some_length() {
        assert!(is_sentence("early_window needs two session numbers"));
        let long = "x".repeat(300);
        for text in ["", "short", "two lines\nof text", "\u{1b}[31mred letters", &long] {
            assert!(!is_sentence(text), "{text:?}");
        }
    }

    #[test]
    fn only_a_place_passes_as_a_place() {
        assert!(is_place("plugins/early-peak/src/lib.rs:42"));
        assert!(!is_place("client 17 scored 4.5 in lib.rs:42"));
        assert!(!is_place("lib.rs"));
        assert!(!is_place("Jane:7"));
    }
}
