//! The keys that come with the program, and the instruments whose keys may not.

use crate::key::{Key, KeyError};

/// The key files.
const FILES: &[(&str, &str)] = &[
    ("wai-sr", include_str!("../keys/wai-sr.toml")),
    ("wai-s", include_str!("../keys/wai-s.toml")),
    ("wai-36", include_str!("../keys/wai-36.toml")),
    ("haq-ii", include_str!("../keys/haq-ii.toml")),
    ("srs", include_str!("../keys/srs.toml")),
    ("ors", include_str!("../keys/ors.toml")),
    ("oq-45.2", include_str!("../keys/oq-45.2.toml")),
    ("phq-9", include_str!("../keys/phq-9.toml")),
    ("gad-7", include_str!("../keys/gad-7.toml")),
    ("core-10", include_str!("../keys/core-10.toml")),
    ("core-om", include_str!("../keys/core-om.toml")),
    ("bdi-ii", include_str!("../keys/bdi-ii.toml")),
    ("mbi-hss", include_str!("../keys/mbi-hss.toml")),
    ("cbi", include_str!("../keys/cbi.toml")),
    ("proqol-5", include_str!("../keys/proqol-5.toml")),
    ("olbi", include_str!("../keys/olbi.toml")),
];

/// An instrument whose key is not public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// Its id.
    pub id: &'static str,
    /// Its usual name.
    pub name: &'static str,
    /// What a user has to supply.
    pub supply: &'static str,
}

const RECOGNISED: &[Recognised] = &[
    Recognised {
        id: "calpas-p",
        name: "CALPAS-P",
        supply: "24 items in four subscales of six (Gaston 1991): write a key file, or give each subscale score as a measure with `column`",
    },
    Recognised {
        id: "br-wai",
        name: "BR-WAI",
        supply: "16 items, ten of tasks and goals and six of the bond (Mallinckrodt and Tekie 2016): write a key file, or give each subscale score as a measure with `column`",
    },
    Recognised {
        id: "haq-i",
        name: "HAq-I",
        supply: "the Penn Helping Alliance Questionnaire, first version (Alexander and Luborsky 1986): write a key file, or give the score as a measure with `column`",
    },
];

/// The ids of all keys that come with the program.
#[must_use]
pub fn builtin() -> Vec<&'static str> {
    FILES.iter().map(|(id, _)| *id).collect()
}

/// The instruments whose keys are not public.
#[must_use]
pub fn recognised() -> &'static [Recognised] {
    RECOGNISED
}

fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The key of a name; case and separators do not count (`WAI-SR`, `wai_sr`).
///
/// # Errors
/// [`KeyError::Form`] with what to do if there is no such key.
pub fn find(name: &str) -> Result<Key, KeyError> {
    let wanted = plain(name);
    if let Some((_, text)) = FILES.iter().find(|(id, _)| plain(id) == wanted) {
        return Key::parse(text);
    }
    if let Some(known) = RECOGNISED.iter().find(|r| plain(r.id) == wanted) {
        return Err(KeyError::Form(format!(
            "the key of {} is not public: {}",
            known.name, known.supply
        )));
    }
    let close = FILES
        .iter()
        .map(|(id, _)| (strsim::damerau_levenshtein(&wanted, &plain(id)), *id))
        .min()
        .filter(|(distance, _)| *distance <= 2);
    let hint = close.map_or_else(
        || format!("known are {}", builtin().join(", ")),
        |(_, id)| format!("did you mean `{id}`?"),
    );
    Err(KeyError::Form(format!("no instrument is called `{name}`; {hint}")))
}
