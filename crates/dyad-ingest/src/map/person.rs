//! One row per client, or per therapist, from a file of their own.

use std::collections::BTreeMap;

use super::{Mapped, Target, Wanted};
use crate::{code::Code, places::Places, problem::Problems};

/// The rows of a clients or therapists file, found by identifier.
#[derive(Debug)]
pub(crate) struct Persons {
    /// What its columns are.
    pub(crate) wanted: Vec<Wanted>,
    /// Whether the file names the site of each person.
    pub(crate) has_site: bool,
    rows: BTreeMap<(u32, u32), usize>,
    mapped: Mapped,
}

impl Persons {
    /// The row of a person; the site does not matter if the file does not name it.
    pub(crate) fn find(&self, site: u32, person: u32) -> Option<usize> {
        self.rows.get(&(if self.has_site { site } else { 0 }, person)).copied()
    }

    /// The value of a measure for a row; NaN if missing.
    pub(crate) fn value(&self, measure: usize, row: usize) -> Option<f64> {
        let at = self.wanted.iter().position(|w| w.target == Target::Measure(measure))?;
        self.mapped.values[at].get(row).copied()
    }

    /// Whether the file holds a measure.
    pub(crate) fn holds(&self, measure: usize) -> bool {
        self.wanted.iter().any(|w| w.target == Target::Measure(measure))
    }

    /// Number of persons.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }
}

/// Indexes the rows of a person file; a person may stand there once.
pub(crate) fn persons(
    mapped: Mapped,
    wanted: Vec<Wanted>,
    places: &Places,
    problems: &mut Problems,
) -> Persons {
    let has_site = wanted.iter().any(|w| w.target == Target::Site);
    let is_client = wanted.iter().any(|w| w.target == Target::Client);
    let ids = if is_client { &mapped.client } else { &mapped.therapist };
    let mut rows = BTreeMap::new();
    for (i, &id) in ids.iter().enumerate() {
        let site = if has_site { mapped.site[i] } else { 0 };
        if let Some(first) = rows.insert((site, id), i) {
            problems.push(Code::DuplicatePerson, || {
                places.problem(Code::DuplicatePerson, mapped.row.at(i)).expected(format!(
                    "one row per person; {} is the same",
                    places.row(mapped.row.at(first))
                ))
            });
        }
    }
    Persons { wanted, has_site, rows, mapped }
}
