//! What a plugin says of itself before it sees data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What one run of a plugin may use. The host caps them; the study file may lower them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// A plugin's manifest.
///
/// `reads` names, per table (`sessions`, `clients`, `therapists`, `sites`), the columns asked for: a structural column
/// (`site`, `therapist`, `client`, `session`, `day`) or `@role`, which stands for every measure of that role in that table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// Patterns of the estimate ids it may deliver, `*` for one segment: `early/*/*/pearson`.
    #[serde(default)]
    pub delivers: Vec<String>,
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
        self.reads.entry(table.to_owned()).or_default().extend(columns.into_iter().map(str::to_owned));
        self
    }

    /// Says that the plugin is of no use without a measure of this role.
    #[must_use]
    pub fn needs(mut self, role: &str) -> Self {
        self.needs.push(role.to_owned());
        self
    }

    /// Declares estimate ids, `*` for one segment.
    #[must_use]
    pub fn delivers<'a>(mut self, patterns: impl IntoIterator<Item = &'a str>) -> Self {
        self.delivers.extend(patterns.into_iter().map(str::to_owned));
        self
    }

    /// Adds a key of `references.bib`.
    #[must_use]
    pub fn cites(mut self, key: &str) -> Self {
        self.sources.push(key.to_owned());
        self
    }
}
