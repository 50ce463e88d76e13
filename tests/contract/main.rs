//! What every plugin owes, whatever the data. A plugin registers by existing in `plugins/`: none is named here.

mod degenerate;
mod readme_plugin;
