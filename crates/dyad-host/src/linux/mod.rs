//! Everything that only Linux has: sealed memory files, maps, Landlock, seccomp, descriptors of processes.

pub(crate) mod confine;
mod filter;
pub(crate) mod inside;
pub(crate) mod launch;
pub(crate) mod memory;
mod process;
