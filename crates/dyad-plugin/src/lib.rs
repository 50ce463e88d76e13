//! The plugin boundary: the C ABI and the kit to write an analysis in Rust.
