//! What an author writes.

use dyad_model::{Findings, Manifest};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Failure, Run};

/// Settings that know what must hold of them. [`settings!`](crate::settings) writes this.
pub trait Checked: Serialize + DeserializeOwned + Default {
    /// Whether they are what they must be, beyond their types.
    ///
    /// # Errors
    /// [`Failure::bad_settings`] with what was expected.
    fn check(&self) -> Result<(), Failure> {
        Ok(())
    }
}

/// No settings.
impl Checked for () {}

/// An analysis. The same tables, settings and seed must give the same bytes.
pub trait Analysis {
    /// The plugin's table of the study file. Its default values are its documentation: every key a user may set is there.
    type Settings: Checked;

    /// What each estimate is, as TOML: `[[estimate]]` tables with `id`, `what`, `formula`, `misleads`, `r`, `source`. Printed by
    /// `dyad explain` and in the report; an estimate with an id outside is refused. Empty: any id is accepted.
    const EXPLAIN: &'static str = "";

    /// Labels, methods, notes, figure texts and paragraphs, as TOML: see [`words`](crate::words). Empty: the Rust says everything itself.
    const WORDS: &'static str = "";

    /// Id, version, title, columns, needs. The defaults of the settings are added by the kit.
    fn manifest() -> Manifest;

    /// Computes the findings.
    ///
    /// # Errors
    /// A [`Failure`] if the analysis as a whole cannot be done; a single estimate that cannot be given is refused instead.
    fn analyse(run: &Run<Self::Settings>) -> Result<Findings, Failure>;
}
