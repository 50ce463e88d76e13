//! The shape of a `words.toml`, and which of its keys an id belongs to.

use std::collections::BTreeMap;

use dyad_model::ColumnKind;
use serde::Deserialize;

use crate::sentence::Symbol;

/// A `words.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct File {
    pub(super) estimate: BTreeMap<String, EstimateWords>,
    pub(super) figure: BTreeMap<String, FigureWords>,
    pub(super) table: BTreeMap<String, TableWords>,
    pub(super) text: toml::Table,
    /// Lists of ids with what is said of each.
    pub(super) reported: BTreeMap<String, Vec<(String, String)>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct EstimateWords {
    pub(super) label: String,
    pub(super) method: String,
    /// What the methods paragraph says where the estimate is given.
    pub(super) in_methods: String,
    pub(super) source: Vec<String>,
    pub(super) symbol: Option<Written>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FigureWords {
    pub(super) title: String,
    pub(super) caption: String,
    pub(super) alt: String,
    /// Titles of the axes, for a plot that has some.
    #[serde(default)]
    pub(super) x: String,
    #[serde(default)]
    pub(super) y: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct TableWords {
    pub(super) title: String,
    pub(super) note: String,
    /// Id, heading and kind of each column.
    pub(super) columns: Vec<(String, String, ColumnKind)>,
    /// Folders of estimates, for a table of those.
    pub(super) rows: Vec<String>,
}

/// How a number is called and written.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Written {
    Bounded(String),
    Free(String),
    Share,
}

impl Written {
    pub(super) fn symbol(&self) -> Symbol<'_> {
        match self {
            Self::Bounded(letter) => Symbol::Bounded(letter),
            Self::Free(letter) => Symbol::Free(letter),
            Self::Share => Symbol::Share,
        }
    }
}

/// Whether an id is one of a key's: capitals stand for one measure, `{…}` for any part, and inside a part for a whole number.
pub(super) fn fits(key: &str, id: &str) -> bool {
    let (mut keys, mut ids) = (key.split('/'), id.split('/'));
    loop {
        match (keys.next(), ids.next()) {
            (None, None) => return true,
            (Some(key), Some(part)) if fits_part(key, part) => {}
            _ => return false,
        }
    }
}

/// Whether an id lies below a folder, in which `*` stands for one measure.
pub(super) fn begins(folder: &str, id: &str) -> bool {
    let (mut folders, mut ids) = (folder.split('/'), id.split('/'));
    folders.all(|part| match ids.next() {
        Some(found) => part.is_empty() || part == "*" || part == found,
        None => false,
    })
}

fn is_letter(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn fits_part(key: &str, part: &str) -> bool {
    match key.split_once('{') {
        _ if is_letter(key) => true,
        Some(("", rest)) if rest.ends_with('}') => true,
        None => key == part,
        Some((before, after)) => {
            let after = after.split_once('}').map_or("", |(_, after)| after);
            let number = part.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capital_stands_for_a_measure_and_braces_for_a_number() {
        assert!(fits("early/A/Y/pearson", "early/alliance_client.bond/symptom/pearson"));
        assert!(!fits("early/A/Y/pearson", "early/alliance_client/symptom/partial"));
        assert!(!fits("early/A/Y/pearson", "early/alliance_client/symptom"));
        assert!(fits("peak/A/session_{s}_permutation", "peak/alliance/session_3_permutation"));
        assert!(!fits("peak/A/session_{s}_permutation", "peak/alliance/session_3_drift"));
        assert!(fits("{phase}/A/Y/pearson", "late/alliance/symptom/pearson"));
        assert!(!fits("{phase}/A/Y/pearson", "late/alliance/symptom/partial"));
    }

    #[test]
    fn a_folder_holds_what_is_below_it() {
        assert!(begins("alliance/*/burnout/", "alliance/alliance_client/burnout/slope"));
        assert!(!begins("alliance/*/burnout/", "alliance/alliance_client/exhaustion/slope"));
        assert!(begins("prevalence/burnout", "prevalence/burnout"));
        assert!(begins("prevalence/burnout", "prevalence/burnout/jeffreys"));
    }
}
