//! One run of an analysis: what it may read.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use dyad_model::{Level, Measure, Replication, Role};

use crate::words::{Dictionary, Words};
use crate::{Failure, Floats, Table};

/// Tells the host how far the work is; `true`: please stop.
pub(crate) type Progress = dyn Fn(f64) -> bool;

/// One run of an analysis.
pub struct Run<S> {
    pub(crate) settings: S,
    pub(crate) words: Dictionary,
    pub(crate) seed: u64,
    pub(crate) measures: Vec<Measure>,
    pub(crate) replications: Vec<Replication>,
    pub(crate) tables: BTreeMap<String, RecordBatch>,
    pub(crate) progress: Box<Progress>,
}

impl<S> Run<S> {
    /// The checked settings.
    #[must_use]
    pub fn settings(&self) -> &S {
        &self.settings
    }

    /// The seed every random draw of this analysis descends from.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The measures of the study, in the order of the study file.
    #[must_use]
    pub fn measures(&self) -> &[Measure] {
        &self.measures
    }

    /// The measures of a role, in the order of the study file.
    pub fn measures_of(&self, role: Role) -> impl Iterator<Item = &Measure> {
        self.measures.iter().filter(move |m| m.role == role)
    }

    /// The first measure of a role.
    ///
    /// # Errors
    /// The sentence to refuse with, if the study declares none.
    pub fn first_of(&self, role: Role) -> Result<&Measure, String> {
        let found = self.measures_of(role).next();
        found.ok_or_else(|| format!("the study declares no {} measure", role.as_str()))
    }

    /// Every alliance measure with every outcome, in the order of the study file.
    pub fn pairs(&self) -> impl Iterator<Item = (&Measure, &Measure)> {
        let outcomes = || self.measures_of(Role::Outcome);
        self.measures_of(Role::Alliance).flat_map(move |a| outcomes().map(move |y| (a, y)))
    }

    /// The published effects the study file wants replicated.
    #[must_use]
    pub fn replications(&self) -> &[Replication] {
        &self.replications
    }

    /// A table: `sessions`, `clients`, `therapists` or `sites`.
    ///
    /// # Errors
    /// A [`Failure`] if the manifest does not ask for it.
    pub fn table<'r>(&'r self, name: &str) -> Result<Table<'r>, Failure> {
        let found = self.tables.get_key_value(name);
        found
            .map(|(name, batch)| Table::new(name, batch))
            .ok_or_else(|| Failure::missing_column(name, "*"))
    }

    /// The values of a measure, in the table of its level.
    ///
    /// # Errors
    /// A [`Failure`] if its column was not granted.
    pub fn scores(&self, measure: &Measure) -> Result<Floats<'_>, Failure> {
        let table = match measure.level {
            Level::Session => "sessions",
            Level::Client => "clients",
            Level::Therapist => "therapists",
        };
        self.table(table)?.floats(&measure.id)
    }

    /// The words of the analysis, about no measure yet.
    #[must_use]
    pub fn words(&self) -> Words<'_> {
        Words::new(&self.words)
    }

    /// Words about every combination of measures of these roles, each under its letter, in the order of the study file; the last role
    /// varies fastest.
    #[must_use]
    pub fn words_about<const N: usize>(&self, roles: [(&'static str, Role); N]) -> Vec<Words<'_>> {
        roles.into_iter().fold(vec![self.words()], |all, (letter, role)| {
            all.iter()
                .flat_map(|words| self.measures_of(role).map(|m| words.about(letter, m)))
                .collect()
        })
    }

    /// Tells the host how far the work is.
    ///
    /// # Errors
    /// [`Failure::cancelled`] if the host asks to stop: return it.
    pub fn progress(&self, fraction: f64) -> Result<(), Failure> {
        if (self.progress)(fraction) { Err(Failure::cancelled()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_about_every_combination() {
        let measure = |id: &str, role: &str| -> Measure {
            let measure = serde_json::json!({ "id": id, "role": role, "level": "session" });
            serde_json::from_value(measure).unwrap()
        };
        let run = Run {
            settings: (),
            words: Dictionary::default(),
            seed: 1,
            measures: [("a", "alliance"), ("y", "outcome"), ("b", "alliance"), ("z", "outcome")]
                .map(|(id, role)| measure(id, role))
                .into(),
            replications: Vec::new(),
            tables: BTreeMap::new(),
            progress: Box::new(|_| false),
        };
        let words = run.words_about([("A", Role::Alliance), ("Y", Role::Outcome)]);
        let ids: Vec<String> = words.iter().map(|words| words.id("A/Y")).collect();
        assert_eq!(ids, ["a/y", "a/z", "b/y", "b/z"]);
        assert!(run.words_about([("A", Role::Alliance), ("B", Role::Burnout)]).is_empty());
    }
}
