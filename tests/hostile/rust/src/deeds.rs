//! The deeds, by mode. One that the sandbox must stop prints the secret if it is not stopped, so that a hole shows as a leak too.

use std::sync::atomic::Ordering;
use std::time::Duration;

use arrow::stream_of;
use dyad_plugin::abi::{Host, Str, code};
use serde_json::json;

use crate::{LEAKED, SECRET, emit};

/// What a deed does when it was not stopped: the secret goes wherever it can go.
fn leak(what: &str) {
    let text = format!("{SECRET}: {what}\n");
    // SAFETY: writes bytes of a text that lives on.
    #[expect(unsafe_code, reason = "stderr without the standard library's lock")]
    unsafe {
        libc::write(2, text.as_ptr().cast(), text.len());
    }
    drop(std::fs::write("leaked.txt", &text));
}

/// Findings that pass.
fn good() -> String {
    json!({"estimates": [{"id": "declared", "label": "A number", "estimate": 1.0}]}).to_string()
}

/// Done by a mode that expects to have been stopped.
fn not_stopped(what: &str, host: *const Host) -> i32 {
    leak(what);
    emit(host, &good())
}

/// Ends with a code: the sandbox refused, the plugin lives on and says so.
#[expect(clippy::needless_pass_by_value, reason = "used where a result is made")]
fn refused_or_leak<T>(result: std::io::Result<T>, what: &str, host: *const Host) -> i32 {
    if result.is_ok() { not_stopped(what, host) } else { code::INTERNAL }
}

/// Does what the mode says.
pub(crate) fn act(mode: &str, path: &str, host: *const Host) -> i32 {
    match mode {
        "behaves" => emit(host, &good()),
        "constructor-reads" if LEAKED.load(Ordering::Relaxed) => {
            not_stopped("a file was read", host)
        }
        "constructor-reads" => code::INTERNAL,
        "reads-file" => refused_or_leak(
            std::fs::read_to_string(path).inspect(|text| eprint_raw(text)),
            "a file was read",
            host,
        ),
        "lists-folder" => refused_or_leak(std::fs::read_dir("/"), "a folder was listed", host),
        "writes-file" => refused_or_leak(std::fs::write(path, SECRET), "a file was written", host),
        "tcp" => refused_or_leak(std::net::TcpStream::connect("127.0.0.1:9"), "TCP", host),
        "udp" => refused_or_leak(std::net::UdpSocket::bind("127.0.0.1:0"), "UDP", host),
        "unix-socket" => {
            refused_or_leak(std::os::unix::net::UnixStream::connect("/dev/log"), "socket", host)
        }
        "starts-threads" => {
            let sum: u64 =
                (0..4).map(|n| std::thread::spawn(move || n)).filter_map(|t| t.join().ok()).sum();
            if sum == 6 { emit(host, &good()) } else { code::INTERNAL }
        }
        "sleeps" => {
            std::thread::sleep(Duration::from_hours(1));
            code::OK
        }
        "loops" => loop {
            std::hint::spin_loop();
        },
        "loops-in-threads" => {
            for _ in 0..4 {
                drop(std::thread::spawn(|| {
                    loop {
                        std::hint::spin_loop();
                    }
                }));
            }
            loop {
                std::hint::spin_loop();
            }
        }
        "floods-stderr" => {
            let line = format!("{SECRET} ").repeat(1000);
            for _ in 0..1000 {
                eprint_raw(&line);
            }
            emit(host, &good())
        }
        "overflows-stack" => i32::from(deeper(1) == 0),
        "eats-memory" => {
            let mut hoard = Vec::new();
            loop {
                hoard.push(vec![1_u8; 1 << 20]);
                if hoard.len() > 1 << 14 {
                    return not_stopped("16 GB were taken", host);
                }
            }
        }
        _ => words(mode, host).or_else(|| raw(mode, host)).unwrap_or(code::INTERNAL),
    }
}

/// Deeds whose weapon is what they say.
fn words(mode: &str, host: *const Host) -> Option<i32> {
    Some(match mode {
        "panics" => guarded(host, panicked),
        "panics-as-place" => {
            // Not a constant of the library, like a value of the data.
            let place: String = SECRET.chars().rev().collect();
            fail(host, code::PANIC, &format!("{place}.rs:1"));
            code::PANIC
        }
        "fails" => {
            fail(host, code::NOT_ENOUGH_DATA, &format!("only client {SECRET} has data"));
            code::NOT_ENOUGH_DATA
        }
        "odd-code" => -77,
        "logs" => {
            log(host, SECRET);
            println_raw(SECRET);
            emit(host, &good())
        }
        "emits-nothing" => code::OK,
        "emits-twice" => {
            emit(host, &good());
            emit(host, &good());
            code::OK
        }
        "emits-half" => emit(host, &format!("{{\"notes\": [\"{SECRET}\", ")),
        "emits-no-text" => emit_bytes(host, b"\xff\xfe{}"),
        "emits-list" => emit(host, "[]"),
        "emits-unknown-field" => emit(host, &json!({"clients": [SECRET]}).to_string()),
        "emits-nan" => {
            emit(host, r#"{"estimates":[{"id":"declared","label":"N","estimate":NaN}]}"#)
        }
        "emits-infinity" => {
            emit(host, r#"{"estimates":[{"id":"declared","label":"N","estimate":1e999}]}"#)
        }
        "emits-undeclared" => emit(
            host,
            &json!({"estimates": [{"id": SECRET, "label": "x", "estimate": 1.0}]}).to_string(),
        ),
        "emits-persons" => emit(host, &row_per_client()),
        "emits-deep" => emit(host, &format!("{{\"notes\": {}", "[".repeat(1 << 20))),
        "emits-17-mb" => emit(host, &" ".repeat(17 << 20)),
        "emits-10-gb" => emit_claimed(host, 10 << 30),
        "emits-megabytes-of-text" => {
            let text = SECRET.repeat(10_000);
            emit(host, &json!({"text": {"answer": text}}).to_string())
        }
        _ => return None,
    })
}

/// Deeds below the standard library.
fn raw(mode: &str, host: *const Host) -> Option<i32> {
    // SAFETY: nothing here is safe: that is what the sandbox and the process are for.
    #[expect(unsafe_code, reason = "misbehaves on purpose")]
    unsafe {
        match mode {
            "forks" => {
                let child = libc::fork();
                if child == 0 {
                    loop {
                        libc::sleep(3600);
                    }
                }
                return Some(not_stopped("fork", host));
            }
            "execs" => {
                libc::execl(c"/bin/true".as_ptr(), c"true".as_ptr(), std::ptr::null::<u8>());
            }
            "spawns" => {
                let mut child = 0;
                let arguments = [c"true".as_ptr().cast_mut(), std::ptr::null_mut()];
                let program = c"/bin/true".as_ptr();
                let environment: [*mut libc::c_char; 1] = [std::ptr::null_mut()];
                libc::posix_spawn(
                    &raw mut child,
                    program,
                    std::ptr::null(),
                    std::ptr::null(),
                    arguments.as_ptr(),
                    environment.as_ptr(),
                );
            }
            "ptraces" => {
                libc::ptrace(libc::PTRACE_ATTACH, libc::getppid(), 0, 0);
            }
            "signals-host" => {
                return Some(if libc::kill(libc::getppid(), libc::SIGSTOP) == 0 {
                    not_stopped("a signal", host)
                } else {
                    code::INTERNAL
                });
            }
            "reads-host-memory" => {
                libc::syscall(libc::SYS_process_vm_readv, libc::getppid(), 0, 0, 0, 0, 0);
            }
            "io-uring" => {
                libc::syscall(libc::SYS_io_uring_setup, 8, 0);
            }
            "raises-limits" => {
                let limit = libc::rlimit { rlim_cur: 1 << 30, rlim_max: 1 << 30 };
                return Some(if libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) == 0 {
                    not_stopped("a limit was raised", host)
                } else {
                    code::INTERNAL
                });
            }
            "writes-input" => {
                let Some(values) = stream_of(host, "sessions") else { return Some(code::INTERNAL) };
                values.cast_mut().write(-1);
            }
            "asks-for-more" => {
                return Some(match (stream_of(host, "clients"), stream_of(host, "../sessions")) {
                    (None, None) => code::MISSING_COLUMN,
                    _ => not_stopped("a table that was not granted", host),
                });
            }
            "segfaults" => std::ptr::without_provenance_mut::<i64>(8).write_volatile(1),
            "divides-by-zero" => {
                libc::raise(libc::SIGFPE);
            }
            "aborts" => libc::abort(),
            "exits-without-result" => libc::_exit(0),
            "exits-oddly" => libc::_exit(42),
            "kills-itself" => {
                libc::raise(libc::SIGKILL);
            }
            _ => return None,
        }
    }
    Some(not_stopped(mode, host))
}

fn row_per_client() -> String {
    let row = json!({"n": {}, "cells": [SECRET, 4.5]});
    let columns = [
        json!({"id": "who", "label": "Who", "kind": "text"}),
        json!({"id": "score", "label": "Score", "kind": "number"}),
    ];
    let table =
        json!({"id": "everyone", "title": "All", "columns": columns, "rows": vec![row; 120]});
    json!({"tables": [table]}).to_string()
}

#[inline(never)]
fn deeper(depth: u64) -> u64 {
    let frame = std::hint::black_box([depth; 512]);
    if depth == u64::MAX { 0 } else { deeper(depth + 1).wrapping_add(frame[7]) }
}

#[expect(clippy::panic, reason = "that is the deed")]
fn panicked() -> i32 {
    panic!("client {SECRET} scored 4.5")
}

/// As the SDK does it: the panic ends here, the standard hook prints its text to stderr.
fn guarded(host: *const Host, deed: impl FnOnce() -> i32 + std::panic::UnwindSafe) -> i32 {
    std::panic::catch_unwind(deed).unwrap_or_else(|_| {
        fail(host, code::PANIC, "tests/hostile/deeds.rs:1");
        code::PANIC
    })
}

fn eprint_raw(text: &str) {
    to_descriptor(2, text);
}

fn println_raw(text: &str) {
    to_descriptor(1, text);
}

fn to_descriptor(fd: i32, text: &str) {
    // SAFETY: writes bytes of a text that lives on.
    #[expect(unsafe_code, reason = "without the standard library's lock")]
    unsafe {
        libc::write(fd, text.as_ptr().cast(), text.len());
    }
}

fn emit_bytes(host: *const Host, bytes: &[u8]) -> i32 {
    emit_raw(host, Str { ptr: bytes.as_ptr(), len: bytes.len() })
}

/// A length the text does not have.
fn emit_claimed(host: *const Host, len: usize) -> i32 {
    emit_raw(host, Str { ptr: SECRET.as_ptr(), len });
    code::OK
}

#[expect(unsafe_code, reason = "the other side of the C ABI")]
fn emit_raw(host: *const Host, text: Str) -> i32 {
    // SAFETY: the host is valid for the duration of the call.
    unsafe { (*host).emit.map_or(code::INTERNAL, |emit| emit((*host).ctx, text)) }
}

#[expect(unsafe_code, reason = "the other side of the C ABI")]
fn fail(host: *const Host, code: i32, text: &str) {
    // SAFETY: the host is valid for the duration of the call.
    unsafe {
        if let Some(fail) = (*host).fail {
            fail((*host).ctx, code, Str::new(text));
        }
    }
}

#[expect(unsafe_code, reason = "the other side of the C ABI")]
fn log(host: *const Host, text: &str) {
    // SAFETY: the host is valid for the duration of the call.
    unsafe {
        if let Some(log) = (*host).log {
            log((*host).ctx, 0, Str::new(text));
        }
    }
}

/// Reading a table by the C structs of the interface.
mod arrow {
    use dyad_plugin::abi::{Host, Str};

    /// The first words of `struct ArrowArray`.
    #[repr(C)]
    struct Array {
        numbers: [i64; 5],
        buffers: *const *const i64,
        children: *const *const Array,
        rest: [usize; 3],
    }

    /// `struct ArrowArrayStream`.
    #[repr(C)]
    struct Stream {
        get_schema: usize,
        get_next: Option<unsafe extern "C" fn(*mut Stream, *mut Array) -> i32>,
        rest: [usize; 3],
    }

    /// The values of the first column; `None` if the table was not granted.
    #[expect(unsafe_code, reason = "the other side of the C ABI")]
    pub(super) fn stream_of(host: *const Host, table: &str) -> Option<*const i64> {
        // SAFETY: the host is valid and fills both structs if it returns 0.
        unsafe {
            let mut stream: Stream = std::mem::zeroed();
            let input = (*host).input?;
            if input((*host).ctx, Str::new(table), (&raw mut stream).cast()) != 0 {
                return None;
            }
            let mut array: Array = std::mem::zeroed();
            if stream.get_next?(&raw mut stream, &raw mut array) != 0 {
                return None;
            }
            let column = *array.children;
            Some(*(*column).buffers.add(1))
        }
    }
}
