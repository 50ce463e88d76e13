//! What every plugin owes, whatever the data. A plugin registers by existing in `plugins/`: none is named here.

mod cautions;
mod degenerate;
mod every_plugin;
mod examples;
mod frozen;
mod made_study;
mod readme_plugin;
mod words;
