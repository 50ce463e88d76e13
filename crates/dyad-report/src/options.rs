//! What a caller may decide about a report.

use std::collections::BTreeMap;

use dyad_model::{Explained, Results};

use crate::Profile;
use crate::release::{self, Audit, Released};

/// What a caller may decide about a report.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What each plugin says of its estimates, by plugin id: fills the "how computed" of the page.
    pub explained: BTreeMap<String, Vec<Explained>>,
    /// Whose disclosure rules apply before anything is written or drawn.
    pub profile: Profile,
    /// The results were released under that profile before, as those of a `results.json` were: they are not gated again.
    pub released: bool,
}

impl Options {
    /// The results as they may leave under the profile.
    pub(crate) fn release(&self, results: &Results) -> Released {
        if self.released {
            let audit = Audit { profile: self.profile.as_str().to_owned(), ..Audit::default() };
            Released { results: results.clone(), audit }
        } else {
            release::apply(results, self.profile)
        }
    }

    /// What is said of an estimate.
    pub(crate) fn explain(&self, plugin: &str, id: &str) -> Option<&Explained> {
        self.explained.get(plugin)?.iter().find(|entry| entry.matches(id))
    }
}
