//! One file per command.

mod debug_file;
pub(crate) mod demo;
pub(crate) mod explain;
pub(crate) mod init;
pub(crate) mod instruments;
pub(crate) mod plugin_check;
pub(crate) mod plugin_lock;
pub(crate) mod plugin_new;
pub(crate) mod plugins;
pub(crate) mod pseudonymise;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod score;
pub(crate) mod simulate;
mod summary;
pub(crate) mod validate;
mod whole_run;
