//! The libraries of hostile plugins: one Rust library under many ids, one C source compiled in many ways, and files that are no
//! library.

use std::fs;
use std::path::Path;
use std::process::Command;

use dyad_tests::{Dyad, root};

/// What stands in the Rust library where its id belongs.
const MARKER: &[u8] = b"hostile-id-marker-hostile-id-marker-end\0";

/// Writes the Rust library as the plugin `hostile-<mode>` beside an executable.
pub(crate) fn rust(dyad: &Dyad, built: &Dyad, mode: &str) {
    let library = built.executable().with_file_name("libdyad_hostile.so");
    let mut bytes = fs::read(&library).expect("`cargo xtask test` builds the hostile library");
    let id = format!("hostile-{mode}");
    assert!(id.len() < MARKER.len(), "{id} is too long");
    let at = bytes.windows(MARKER.len()).position(|w| w == MARKER).expect("it has the marker");
    bytes[at..at + MARKER.len()].fill(0);
    bytes[at..at + id.len()].copy_from_slice(id.as_bytes());
    fs::write(dyad.library(&id), bytes).expect("a temporary folder can be written");
}

/// Compiles the C source as the plugin `c-<name>` beside an executable.
pub(crate) fn c(dyad: &Dyad, name: &str, defines: &[&str]) {
    let id = format!("c-{name}");
    let mut compiler = Command::new("cc");
    compiler.args(["-std=c11", "-Wall", "-Werror", "-shared", "-fPIC", "-o"]);
    compiler.arg(dyad.library(&id)).arg(format!("-DID=\"{id}\""));
    compiler.args(defines.iter().map(|d| format!("-D{d}")));
    compiler.arg("-I").arg(root().join("crates/dyad-plugin/include"));
    compiler.arg(root().join("tests/hostile/hostile.c"));
    let done = compiler.output().expect("a C compiler: building dyad needs one, too");
    assert!(done.status.success(), "{id}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Files with the name of a plugin that are none.
pub(crate) fn broken(dyad: &Dyad, whole: &Path) {
    let bytes = fs::read(whole).expect("a library that was just made");
    let noise = |n: usize| {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()[0]
        };
        std::iter::repeat_with(next).take(n).collect::<Vec<u8>>()
    };
    let head: Vec<u8> = bytes[..64].iter().copied().chain(noise(4096)).collect();
    for (id, bytes) in [
        ("broken-empty", Vec::new()),
        ("broken-header", bytes[..40].to_vec()),
        ("broken-half", bytes[..bytes.len() / 2].to_vec()),
        ("broken-tail", bytes[..bytes.len() - 1].to_vec()),
        ("broken-noise", noise(4096)),
        ("broken-noise-behind-header", head),
        ("broken-script", b"#!/bin/sh\ntrue\n".to_vec()),
    ] {
        fs::write(dyad.library(id), bytes).expect("a temporary folder can be written");
    }
}
