//! Scoring keys of questionnaires, and the rules that score by them.
//!
//! A key is data: one TOML file per instrument says which items make a subscale, which of them are reversed, how they are
//! added, what happens to a blank, and from where all this is known. Item texts are under copyright and not here. A user's
//! own key has the same form. Every file carries rows with known scores, and a key whose subscales do not partition its
//! items does not load.

mod builtin;
mod key;
mod rules;
mod score;

pub use builtin::{Recognised, builtin, find, recognised};
pub use key::{Check, Confidence, Cutoff, Key, KeyError, Subscale};
pub use rules::{Aggregate, MissingRule};
pub use score::Overrides;
