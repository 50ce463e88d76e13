//! Named columns to identifiers, session numbers and values.

pub(crate) mod cells;
mod columns;
mod person;
mod records;
mod rows;
mod time;
mod wide;

pub(crate) use columns::{
    Target, Wanted, clients_file, sessions_file, template_gaps, therapists_file,
};
pub(crate) use person::{Persons, persons};
pub(crate) use records::Records;
pub(crate) use rows::{Mapped, Mapper};
pub(crate) use time::{dates_to_days, number_sessions};
pub(crate) use wide::lengthen;

use crate::{intern::Interner, missing::MissingCodes, study_file::StudyFile};

/// The identifiers of all files, numbered as they are first seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    pub(crate) site: Interner,
    pub(crate) therapist: Interner,
    pub(crate) client: Interner,
}

/// What may stand in a measure's cells.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) codes: MissingCodes,
    pub(crate) range: Option<[f64; 2]>,
    pub(crate) dropout: bool,
    /// Values lie this far apart, counted from the lowest.
    pub(crate) step: Option<f64>,
}

/// One rule per measure of the study file, in its order.
pub(crate) fn rules(file: &StudyFile) -> Vec<Rule> {
    file.measures
        .iter()
        .map(|measure| Rule {
            id: measure.id.clone(),
            codes: MissingCodes::new(&measure.codes(&file.missing_codes)),
            range: measure.range,
            dropout: measure.role == dyad_model::Role::Dropout,
            step: None,
        })
        .collect()
}
