//! What a caller may decide about a report.

use std::collections::BTreeMap;

use dyad_model::Explained;

/// What a caller may decide about a report.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What each plugin says of its estimates, by plugin id: fills the "how computed" of the page.
    pub explained: BTreeMap<String, Vec<Explained>>,
}

impl Options {
    /// What is said of an estimate.
    pub(crate) fn explain(&self, plugin: &str, id: &str) -> Option<&Explained> {
        self.explained.get(plugin)?.iter().find(|entry| entry.matches(id))
    }
}
