//! One file per command.

pub(crate) mod demo;
pub(crate) mod explain;
pub(crate) mod plugins;
pub(crate) mod run;
mod summary;
pub(crate) mod validate;
