//! Everything that only Linux has: sealed memory files, maps, Landlock, seccomp, descriptors of processes.

pub(crate) mod confine;
mod filter;
pub(crate) mod memory;
pub(crate) mod process;

pub use confine::Support;
pub(crate) use confine::support;
