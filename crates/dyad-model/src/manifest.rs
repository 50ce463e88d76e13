//! What a plugin says of itself before it sees data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Role;

/// What one run of a plugin may use. The host caps them, and above a million rows lets time and memory grow with the study; the study file
/// may lower them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Wall time in seconds.
    pub wall_s: u64,
    /// CPU time in seconds.
    pub cpu_s: u64,
    /// Memory in megabytes.
    pub memory_mb: u64,
    /// Threads.
    pub threads: u32,
    /// Findings in megabytes.
    pub output_mb: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { wall_s: 60, cpu_s: 60, memory_mb: 1024, threads: 1, output_mb: 16 }
    }
}

/// Limits that may be lowered, never raised.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(default, deny_unknown_fields)]
pub struct LowerLimits {
    /// Wall time in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wall_s: Option<u64>,
    /// CPU time in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_s: Option<u64>,
    /// Memory in megabytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_mb: Option<u64>,
    /// Threads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<u32>,
    /// Findings in megabytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_mb: Option<u64>,
}

impl LowerLimits {
    /// Whether nothing is lowered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// These limits where they are lower; a limit of 0 would be none at all and counts as 1.
    #[must_use]
    pub fn applied(&self, limits: Limits) -> Limits {
        let lower = |limit: u64, other: Option<u64>| limit.min(other.unwrap_or(limit)).max(1);
        Limits {
            wall_s: lower(limits.wall_s, self.wall_s),
            cpu_s: lower(limits.cpu_s, self.cpu_s),
            memory_mb: lower(limits.memory_mb, self.memory_mb),
            threads: limits.threads.min(self.threads.unwrap_or(limits.threads)).max(1),
            output_mb: lower(limits.output_mb, self.output_mb),
        }
    }
}

/// What an estimate id means, for `dyad explain` and for the report's "how computed".
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Explained {
    /// The id, or a pattern of ids: `*` stands for any text within one segment (`early/*/*/pearson`, `mean/*/session_*`).
    pub id: String,
    /// What it is, in one or two sentences.
    pub what: String,
    /// Its formula.
    pub formula: String,
    /// When it misleads.
    pub misleads: String,
    /// The R call that gives the same number, if there is one.
    pub r: String,
    /// Keys of `references.bib`.
    pub source: Vec<String>,
}

impl Explained {
    /// An entry with its meaning.
    #[must_use]
    pub fn new(id: &str, what: &str) -> Self {
        Self { id: id.to_owned(), what: what.to_owned(), ..Self::default() }
    }

    /// Sets the formula.
    #[must_use]
    pub fn formula(mut self, formula: &str) -> Self {
        formula.clone_into(&mut self.formula);
        self
    }

    /// Says when it misleads.
    #[must_use]
    pub fn misleads(mut self, misleads: &str) -> Self {
        misleads.clone_into(&mut self.misleads);
        self
    }

    /// Sets the R call that gives the same number.
    #[must_use]
    pub fn r(mut self, call: &str) -> Self {
        call.clone_into(&mut self.r);
        self
    }

    /// Adds a key of `references.bib`.
    #[must_use]
    pub fn source(mut self, key: &str) -> Self {
        self.source.push(key.to_owned());
        self
    }

    /// Whether this entry speaks of the id.
    #[must_use]
    pub fn matches(&self, id: &str) -> bool {
        let (mut pattern, mut segments) = (self.id.split('/'), id.split('/'));
        loop {
            match (pattern.next(), segments.next()) {
                (None, None) => return true,
                (Some(p), Some(s)) if segment_matches(p, s) => {}
                _ => return false,
            }
        }
    }
}

/// Whether a segment fits a pattern with at most one `*`, which stands for at least one character.
fn segment_matches(pattern: &str, segment: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == segment,
        Some((head, tail)) => {
            segment.len() > head.len() + tail.len()
                && segment.starts_with(head)
                && segment.ends_with(tail)
        }
    }
}

/// A plugin's manifest.
///
/// `reads` names, per table (`sessions`, `clients`, `therapists`, `sites`), the columns asked for: a structural column
/// (`site`, `therapist`, `client`, `session`, `day`), `@role`, which stands for every measure of that role in that table, or
/// [`Manifest::ITEMS`], which adds the item columns of the measures asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The plugin's id: lower case words joined by `-`.
    pub id: String,
    /// Its version.
    pub version: String,
    /// What it answers, in a few words.
    pub title: String,
    /// Tables and columns asked for; nothing else enters the plugin's address space.
    #[serde(default)]
    pub reads: BTreeMap<String, Vec<String>>,
    /// Roles the study must have at least one measure of; otherwise the plugin is `skipped`.
    #[serde(default)]
    pub needs: Vec<String>,
    /// The estimates it may deliver, with their meaning; an id outside is refused. Empty: any id is accepted.
    #[serde(default)]
    pub delivers: Vec<Explained>,
    /// The defaults of every legal setting.
    #[serde(default)]
    pub settings: Map<String, Value>,
    /// What one run may use.
    #[serde(default)]
    pub limits: Limits,
    /// Keys of `references.bib`.
    #[serde(default)]
    pub sources: Vec<String>,
}

impl Manifest {
    /// The word in `reads` that asks for the items of the measures asked for in the same table.
    pub const ITEMS: &'static str = "@item";

    /// Whether the manifest asks for the items behind a measure of this role in the sessions table.
    #[must_use]
    pub fn asks_items(&self, role: Role) -> bool {
        let role = format!("@{}", role.as_str());
        let asked = |word: &str| {
            self.reads.get("sessions").is_some_and(|columns| columns.iter().any(|c| c == word))
        };
        asked(Self::ITEMS) && asked(&role)
    }

    /// A manifest without tables yet.
    #[must_use]
    pub fn new(id: &str, version: &str, title: &str) -> Self {
        Self {
            id: id.to_owned(),
            version: version.to_owned(),
            title: title.to_owned(),
            reads: BTreeMap::new(),
            needs: Vec::new(),
            delivers: Vec::new(),
            settings: Map::new(),
            limits: Limits::default(),
            sources: Vec::new(),
        }
    }

    /// Asks for columns of a table.
    #[must_use]
    pub fn reads<'a>(mut self, table: &str, columns: impl IntoIterator<Item = &'a str>) -> Self {
        self.reads
            .entry(table.to_owned())
            .or_default()
            .extend(columns.into_iter().map(str::to_owned));
        self
    }

    /// Says that the plugin is of no use without a measure of this role.
    #[must_use]
    pub fn needs(mut self, role: &str) -> Self {
        self.needs.push(role.to_owned());
        self
    }

    /// Declares an estimate it may deliver.
    #[must_use]
    pub fn delivers(mut self, explained: Explained) -> Self {
        self.delivers.push(explained);
        self
    }

    /// The entry that speaks of the id.
    #[must_use]
    pub fn explain(&self, id: &str) -> Option<&Explained> {
        self.delivers.iter().find(|e| e.matches(id))
    }

    /// Adds a key of `references.bib`.
    #[must_use]
    pub fn cites(mut self, key: &str) -> Self {
        self.sources.push(key.to_owned());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_segment_by_segment() {
        let means = Explained::new("mean/*/session_*", "");
        assert!(means.matches("mean/alliance_client/session_3"));
        assert!(!means.matches("mean/alliance_client/session_"));
        assert!(!means.matches("mean/alliance_client/extra/session_3"));
        assert!(!means.matches("mean/alliance_client"));
    }

    #[test]
    fn limits_are_lowered_and_never_raised() {
        let lower =
            LowerLimits { wall_s: Some(5), memory_mb: Some(1 << 40), ..LowerLimits::default() };
        let applied = lower.applied(Limits::default());
        assert_eq!(applied, Limits { wall_s: 5, ..Limits::default() });
    }
}
