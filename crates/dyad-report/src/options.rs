//! What a caller may decide about a report.

use std::collections::BTreeMap;

use dyad_model::{Explained, Results};

use crate::release::{self, Audit, Released};
use crate::{Pictures, Profile};

/// What a caller may decide about a report.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What each plugin says of its estimates, by plugin id: fills the "how computed" of the page.
    pub explained: BTreeMap<String, Vec<Explained>>,
    /// Whose disclosure rules apply before anything is written or drawn.
    pub profile: Profile,
    /// What the gate did when the results were released under that profile before, as those of a `results.json` were: they are
    /// not gated again.
    pub released: Option<Audit>,
    /// Which pictures are written beside SVG and data.
    pub pictures: Pictures,
}

impl Options {
    /// The pictures to write: a profile that lets no SVG out gets PNG instead.
    pub(crate) fn pictures(&self) -> Pictures {
        Pictures { png: self.pictures.png || !self.profile.lets_svg_out(), ..self.pictures }
    }

    /// The results as they may leave under the profile.
    pub(crate) fn release(&self, results: &Results) -> Released {
        match &self.released {
            Some(audit) => Released { results: results.clone(), audit: audit.clone() },
            None => release::apply(results, self.profile),
        }
    }

    /// What is said of an estimate.
    pub(crate) fn explain(&self, plugin: &str, id: &str) -> Option<&Explained> {
        self.explained.get(plugin)?.iter().find(|entry| entry.matches(id))
    }
}
