//! The header and the Rust structs are the same text: sizes and offsets agree, and the header compiles as strict C11.

use std::mem::{offset_of, size_of};
use std::process::Command;

use dyad_plugin::abi::{Host, Plugin};

#[test]
fn the_header_compiles_strictly_and_agrees_with_rust() {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let fields_of_host = [
        ("ctx", offset_of!(Host, ctx)),
        ("input", offset_of!(Host, input)),
        ("emit", offset_of!(Host, emit)),
        ("progress", offset_of!(Host, progress)),
        ("log", offset_of!(Host, log)),
        ("fail", offset_of!(Host, fail)),
        ("get_extension", offset_of!(Host, get_extension)),
        ("reserved", offset_of!(Host, reserved)),
    ];
    let fields_of_plugin = [
        ("struct_size", offset_of!(Plugin, struct_size)),
        ("flags", offset_of!(Plugin, flags)),
        ("id", offset_of!(Plugin, id)),
        ("describe", offset_of!(Plugin, describe)),
        ("create", offset_of!(Plugin, create)),
        ("run", offset_of!(Plugin, run)),
        ("destroy", offset_of!(Plugin, destroy)),
        ("get_extension", offset_of!(Plugin, get_extension)),
        ("reserved", offset_of!(Plugin, reserved)),
    ];
    let mut source = String::from("#include \"dyad_plugin.h\"\n");
    for (name, size) in [("dyad_host", size_of::<Host>()), ("dyad_plugin", size_of::<Plugin>())] {
        let assert = format!("_Static_assert(sizeof({name}) == {size}, \"{name}\");\n");
        source += &assert;
    }
    for (of, fields) in [("dyad_host", &fields_of_host[..]), ("dyad_plugin", &fields_of_plugin[..])]
    {
        for (field, offset) in fields {
            let assert =
                format!("_Static_assert(offsetof({of}, {field}) == {offset}, \"{of}.{field}\");\n");
            source += &assert;
        }
    }
    let file = folder.join("layout.c");
    std::fs::write(&file, source).unwrap();
    let done = Command::new("cc")
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", "-I"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/include"))
        .arg(&file)
        .output()
        .expect("a C compiler is needed to build this workspace at all");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}
