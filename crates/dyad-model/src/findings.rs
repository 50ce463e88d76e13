//! What an analysis hands back.

use serde::{Deserialize, Serialize};

use crate::{Estimate, Figure, Table};

/// What a note is about.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// Something a reader must know before believing a number.
    Warning,
    /// An assumption that was checked, and how it came out.
    Assumption,
    /// A choice made by a setting or a default.
    Choice,
    /// Anything else worth a sentence.
    Info,
}

/// A sentence computed for this run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// What it is about.
    pub kind: NoteKind,
    /// The sentence.
    pub text: String,
}

/// Generated paragraphs, kept apart because they go into different places of a paper.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// The question the analysis answers, as a question.
    #[serde(default)]
    pub question: String,
    /// The plain sentence a clinician reads, with estimate, interval and n.
    #[serde(default)]
    pub answer: String,
    /// How it was done, with citation keys in brackets: `[@bates2015]`.
    #[serde(default)]
    pub methods: String,
    /// Results in APA 7.
    #[serde(default)]
    pub results: String,
    /// What the facts of this run do not allow to say.
    #[serde(default)]
    pub limitations: String,
}

/// What an analysis hands back: data, never pixels, never an identifier.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Findings {
    /// Numbers, in a fixed order.
    #[serde(default)]
    pub estimates: Vec<Estimate>,
    /// Tables for the report.
    #[serde(default)]
    pub tables: Vec<Table>,
    /// Figures, described.
    #[serde(default)]
    pub figures: Vec<Figure>,
    /// Sentences computed for this run.
    #[serde(default)]
    pub notes: Vec<Note>,
    /// Generated paragraphs.
    #[serde(default)]
    pub text: Text,
}

impl Findings {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an estimate.
    #[must_use]
    pub fn estimate(mut self, estimate: Estimate) -> Self {
        self.estimates.push(estimate);
        self
    }

    /// Adds a table.
    #[must_use]
    pub fn table(mut self, table: Table) -> Self {
        self.tables.push(table);
        self
    }

    /// Adds a figure.
    #[must_use]
    pub fn figure(mut self, figure: Figure) -> Self {
        self.figures.push(figure);
        self
    }

    /// Adds a note.
    #[must_use]
    pub fn note(mut self, kind: NoteKind, text: impl Into<String>) -> Self {
        self.notes.push(Note { kind, text: text.into() });
        self
    }

    /// Sets the generated paragraphs.
    #[must_use]
    pub fn text(mut self, text: Text) -> Self {
        self.text = text;
        self
    }

    /// The estimate of this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Estimate> {
        self.estimates.iter().find(|e| e.id == id)
    }
}
