//! The command line: exit codes, messages, and what is left on the disk.

mod bad_input;
mod commands;
mod determinism;
mod formats;
mod identifiers;
mod multiplicity;
mod plugins;
mod simulate;
