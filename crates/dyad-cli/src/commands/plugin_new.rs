//! `dyad plugins new`: a plugin that works, to change. It starts from the worked examples of the repository.

use std::fs;
use std::path::{Path, PathBuf};

use crate::args::Language;
use crate::failure::Failure;
use crate::terminal::Terminal;

const HEADER: &str = include_str!("../../../dyad-plugin/include/dyad_plugin.h");
const RUST: &str = include_str!("../../../../plugins/examples/attendance/src/lib.rs");
const C: &str = include_str!("../../../../plugins/examples/attendance-c/plugin.c");
const R: [&str; 2] = [
    include_str!("../../../../plugins/examples/attendance-r/plugin.toml"),
    include_str!("../../../../plugins/examples/attendance-r/plugin.R"),
];
const PYTHON: [&str; 2] = [
    include_str!("../../../../plugins/examples/attendance-python/plugin.toml"),
    include_str!("../../../../plugins/examples/attendance-python/plugin.py"),
];

/// Writes a new folder: `plugins/NAME` inside a checkout of dyad, `NAME` elsewhere.
pub(crate) fn new(
    name: &str,
    language: Language,
    kit: Option<&Path>,
    terminal: &Terminal,
) -> Result<u8, Failure> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_word = name.starts_with(|c: char| c.is_ascii_lowercase()) && !name.ends_with('-');
    if !is_word || !name.chars().all(plain) {
        return Err(Failure::usage(format!("`{name}` cannot be a plugin's id"))
            .hint("lower case words joined by `-`: waiting-time"));
    }
    let inside = is_kit(Path::new("."));
    let folder = if inside { Path::new("plugins").join(name) } else { PathBuf::from(name) };
    if folder.exists() {
        return Err(Failure::usage(format!("{} exists already", folder.display())));
    }
    let renamed = |text: &str, id: &str| text.replace(id, name);
    let files: Vec<(&str, String)> = match language {
        Language::Rust => {
            let mut files =
                vec![("src/lib.rs", RUST.replace("\"attendance\"", &format!("\"{name}\"")))];
            if inside {
                files.push(("Cargo.toml", member(name)));
            } else {
                let kit = found_kit(kit)?;
                files.push(("Cargo.toml", standalone(name, &kit)));
                // The kit's own versions of its dependencies.
                if let Ok(lock) = fs::read_to_string(kit.join("Cargo.lock")) {
                    files.push(("Cargo.lock", lock));
                }
            }
            files
        }
        Language::C => {
            vec![("plugin.c", renamed(C, "attendance-c")), ("dyad_plugin.h", HEADER.to_owned())]
        }
        Language::R => {
            vec![("plugin.toml", renamed(R[0], "attendance-r")), ("plugin.R", R[1].to_owned())]
        }
        Language::Python => vec![
            ("plugin.toml", renamed(PYTHON[0], "attendance-python")),
            ("plugin.py", PYTHON[1].to_owned()),
        ],
    };
    for (file, text) in &files {
        let path = folder.join(file);
        let parent = path.parent().unwrap_or(&folder);
        fs::create_dir_all(parent).map_err(|e| Failure::io("create the folder", parent, &e))?;
        fs::write(&path, text).map_err(|e| Failure::io("write", &path, &e))?;
    }
    terminal.result(&format!("wrote {}", folder.display()));
    terminal.message(&format!("next: dyad plugins check {}", folder.display()));
    Ok(0)
}

/// Whether a folder is a checkout of dyad.
fn is_kit(folder: &Path) -> bool {
    ["dyad-plugin", "dyad-stats"]
        .iter()
        .all(|name| folder.join("crates").join(name).join("Cargo.toml").is_file())
}

/// The checkout the user names, or the one this executable was built in.
fn found_kit(named: Option<&Path>) -> Result<PathBuf, Failure> {
    let missing = |what: String| {
        Failure::usage(what)
            .hint("--kit FOLDER names a checkout of dyad: a plugin in Rust is built with its kit")
    };
    if let Some(named) = named {
        let whole = fs::canonicalize(named).map_err(|e| Failure::io("find", named, &e))?;
        let is_one = is_kit(&whole);
        return Some(whole)
            .filter(|_| is_one)
            .ok_or_else(|| missing(format!("{} is no checkout of dyad", named.display())));
    }
    let executable = std::env::current_exe().unwrap_or_default();
    let found = executable.ancestors().find(|folder| is_kit(folder)).map(Path::to_path_buf);
    found.ok_or_else(|| missing("the kit is not where this program was built".to_owned()))
}

/// The manifest of a plugin inside a checkout.
fn member(name: &str) -> String {
    format!(
        "[package]\nname = \"dyad-plugin-{name}\"\ndescription = \"Analysis plugin: {name}.\"\n\
         version.workspace = true\nedition.workspace = true\nrust-version.workspace = true\n\
         license.workspace = true\npublish.workspace = true\n\n[lib]\ncrate-type = [\"cdylib\"]\n\n\
         [lints]\nworkspace = true\n\n[dependencies]\ndyad-plugin.workspace = true\n\
         dyad-stats.workspace = true\nserde.workspace = true\n"
    )
}

/// The manifest of a plugin that stands alone.
fn standalone(name: &str, kit: &Path) -> String {
    let crates = kit.join("crates");
    let path = |of: &str| toml::Value::from(crates.join(of).to_string_lossy().into_owned());
    format!(
        "[package]\nname = \"dyad-plugin-{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
         publish = false\n\n[lib]\ncrate-type = [\"cdylib\"]\n\n[dependencies]\n\
         dyad-plugin = {{ path = {} }}\ndyad-stats = {{ path = {} }}\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\n\n[profile.release]\n\
         strip = \"symbols\"\n\n# A workspace of its own, wherever it lies.\n[workspace]\n",
        path("dyad-plugin"),
        path("dyad-stats")
    )
}
