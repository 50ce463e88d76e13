//! What the gate did, by rule and place, never with a value.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What was done to a part of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is not in the output, because it fails a rule.
    SuppressedPrimary,
    /// It is not in the output, because it would give away something that is suppressed.
    SuppressedSecondary,
    /// It was rounded, or computed again from rounded parts.
    Rounded,
    /// It was left out because its numbers cannot be checked.
    Removed,
    /// A person has to look at it.
    Review,
}

/// One thing the gate did.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AuditEntry {
    /// The rule: `T1` … `T11`.
    pub rule: Cow<'static, str>,
    /// What was done.
    pub action: Action,
    /// Where: plugin, part, row and column; never a value.
    pub place: String,
}

/// Everything the gate did, in the order of the output.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// The profile's name.
    pub profile: String,
    /// The entries.
    pub entries: Vec<AuditEntry>,
}

impl Audit {
    pub(crate) fn add(&mut self, rule: &'static str, action: Action, place: impl Into<String>) {
        self.entries.push(AuditEntry { rule: Cow::Borrowed(rule), action, place: place.into() });
    }

    /// How often each rule led to each action.
    #[must_use]
    pub fn by_rule(&self) -> BTreeMap<(&str, Action), usize> {
        let mut counts = BTreeMap::new();
        for entry in &self.entries {
            *counts.entry((&*entry.rule, entry.action)).or_insert(0) += 1;
        }
        counts
    }

    /// How many parts were withheld.
    #[must_use]
    pub fn withheld(&self) -> usize {
        let gone = [Action::SuppressedPrimary, Action::SuppressedSecondary, Action::Removed];
        self.entries.iter().filter(|entry| gone.contains(&entry.action)).count()
    }
}

/// What a rule asks for, in a few words.
#[must_use]
pub fn rule_words(rule: &str) -> &'static str {
    match rule {
        "T1" => "too few clients or therapists",
        "T2" => "one or two therapists make up most of a cell",
        "T3" => "zero, or everybody",
        "T4" => "too few for a quantile, an extreme or a correlation",
        "T5" => "a model with too few degrees of freedom",
        "T6" => "too few at risk",
        "T7" => "two counts that differ by too few",
        "T8" => "a mark that is a person, or an organisation",
        "T9" => "rounded, or computed again from rounded parts",
        "T10" => "would give away something suppressed",
        "T11" => "a text with numbers that cannot be checked",
        _ => "another rule",
    }
}
