//! The checked, sorted, integer-coded study.

use arrow_array::RecordBatch;
use serde::{Deserialize, Serialize};

use crate::{Flow, Measure, Note, Role};

/// The tables a plugin may ask for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum TableName {
    /// One row per session.
    Sessions,
    /// One row per client.
    Clients,
    /// One row per therapist.
    Therapists,
    /// One row per site.
    Sites,
}

impl TableName {
    /// Every table, largest first.
    pub const ALL: [Self; 4] = [Self::Sessions, Self::Clients, Self::Therapists, Self::Sites];

    /// Its name at the boundary.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Clients => "clients",
            Self::Therapists => "therapists",
            Self::Sites => "sites",
        }
    }
}

/// The four tables, one Arrow record batch each.
///
/// | table | columns |
/// |---|---|
/// | `sessions` | `site`, `therapist`, `client`, `session` (1-based), `day` if the study has it, then session-level measures |
/// | `clients` | `site`, `therapist`, `client`, then client-level measures |
/// | `therapists` | `site`, `therapist`, then therapist-level measures |
/// | `sites` | `site` |
///
/// Identifiers are Int64, dense from 0 and numbered in sort order, so row `i` of `clients` is client `i`. Measures are
/// nullable Float64 columns named by their ids, and so are the items behind session-level measures ([`Measure::items`]), after
/// them. Without a therapist column every `therapist` value is null and `therapists`
/// has no rows.
#[derive(Clone, Debug)]
pub struct Tables {
    /// One row per session, sorted by (site, therapist, client, session).
    pub sessions: RecordBatch,
    /// One row per client.
    pub clients: RecordBatch,
    /// One row per therapist.
    pub therapists: RecordBatch,
    /// One row per site.
    pub sites: RecordBatch,
}

impl Tables {
    /// The table of this name.
    #[must_use]
    pub fn get(&self, name: TableName) -> &RecordBatch {
        match name {
            TableName::Sessions => &self.sessions,
            TableName::Clients => &self.clients,
            TableName::Therapists => &self.therapists,
            TableName::Sites => &self.sites,
        }
    }
}

/// A checked study: what every analysis computes from.
#[derive(Clone, Debug)]
pub struct Study {
    /// The title of the study file.
    pub title: String,
    /// Every random draw descends from it.
    pub seed: u64,
    /// The measures, in the order of the study file.
    pub measures: Vec<Measure>,
    /// The data.
    pub tables: Tables,
    /// What became of the rows.
    pub flow: Flow,
    /// What ingest wants a reader to know: warnings and choices.
    pub notes: Vec<Note>,
    /// Published effects this study should replicate.
    pub replications: Vec<Replication>,
}

/// A published correlation, and the estimate of this study that is laid beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replication {
    /// Its name in `replication/NAME/…`.
    pub name: String,
    /// Full id of the estimate it is compared with.
    pub estimate: String,
    /// The published correlation, benefit sign.
    pub r: f64,
    /// Number of clients behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<f64>,
    /// Its 95 % interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci: Option<[f64; 2]>,
}

impl Study {
    /// The measures of a role, in the order of the study file.
    pub fn measures_of(&self, role: Role) -> impl Iterator<Item = &Measure> {
        self.measures.iter().filter(move |m| m.role == role)
    }
}
