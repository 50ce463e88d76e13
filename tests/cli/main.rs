//! The command line: exit codes, messages, and what is left on the disk.

mod bad_input;
mod cache;
mod commands;
mod determinism;
mod formats;
mod host;
mod identifiers;
mod instruments;
mod multiplicity;
mod plugin_lock;
mod plugins;
mod simulate;
