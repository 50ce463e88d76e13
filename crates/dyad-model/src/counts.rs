//! How many persons and rows stand behind a number, and where the others went.

use serde::{Deserialize, Serialize};

/// Persons and rows behind a number. `None`: this unit does not apply.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Session rows.
    #[serde(default)]
    pub rows: Option<u64>,
    /// Clients.
    #[serde(default)]
    pub clients: Option<u64>,
    /// Therapists.
    #[serde(default)]
    pub therapists: Option<u64>,
    /// Sites.
    #[serde(default)]
    pub sites: Option<u64>,
}

impl Counts {
    /// The same persons with so many rows.
    #[must_use]
    pub fn with_rows(self, rows: u64) -> Self {
        Self { rows: Some(rows), ..self }
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Session rows.
    Rows,
    /// Clients.
    Clients,
    /// Therapists.
    Therapists,
    /// Sites.
    Sites,
}

/// Units left out of an estimate or of the study, with the reason. Exactly the units that apply are present.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dropped {
    /// Why, as words for a person: "no alliance rating in sessions 3-5".
    pub reason: String,
    /// Session rows left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Clients left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clients: Option<u64>,
    /// Therapists left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub therapists: Option<u64>,
    /// Sites left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sites: Option<u64>,
}

/// What became of the rows of the session file: `rows_read = rows_used + Σ dropped.rows`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Flow {
    /// Physical records, the header not counted.
    pub rows_read: u64,
    /// Rows of the sessions table.
    pub rows_used: u64,
    /// Rows left out, by reason.
    pub dropped: Vec<Dropped>,
    /// Sites in the study.
    pub sites: u64,
    /// Therapists in the study; 0 if the study file names no therapist column.
    pub therapists: u64,
    /// Clients in the study.
    pub clients: u64,
}

impl Flow {
    /// Whether every row that was read is accounted for.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        let dropped: u64 = self.dropped.iter().filter_map(|d| d.rows).sum();
        self.rows_read == self.rows_used + dropped
    }
}
