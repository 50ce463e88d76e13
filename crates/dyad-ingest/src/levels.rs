//! Every measure at its level: one value per session, per client or per therapist.

use dyad_model::{Level, Role};

use crate::{
    arrange::{Arranged, Unit},
    code::Code,
    map::{Mapped, Persons, Target, Wanted},
    places::Places,
    problem::Problems,
    study_file::MeasureSpec,
    tables::MeasureValues,
};

/// Everything that was read, before it is put into tables.
pub(crate) struct Sources<'a> {
    pub(crate) rows: &'a Mapped,
    pub(crate) wanted: &'a [Wanted],
    pub(crate) places: &'a Places,
    pub(crate) clients: Option<&'a Persons>,
    pub(crate) therapists: Option<&'a Persons>,
}

impl Sources<'_> {
    /// The level of a measure: by its role, a covariate by the file it is in.
    fn level(&self, measure: &MeasureSpec, index: usize) -> Level {
        let held = |file: Option<&Persons>| file.is_some_and(|file| file.holds(index));
        match measure.role {
            Role::Baseline | Role::Dropout => Level::Client,
            Role::Burnout => Level::Therapist,
            Role::Covariate if held(self.clients) => Level::Client,
            Role::Covariate if held(self.therapists) => Level::Therapist,
            Role::Alliance | Role::Outcome | Role::Covariate => Level::Session,
        }
    }

    /// The values of one measure at its level.
    pub(crate) fn values(
        &self,
        measure: &MeasureSpec,
        index: usize,
        arranged: &Arranged,
        problems: &mut Problems,
    ) -> MeasureValues {
        let level = self.level(measure, index);
        let values = match level {
            // Taken later, when nothing else needs the column.
            Level::Session => Vec::new(),
            Level::Client => self.of_clients(index, arranged, problems),
            Level::Therapist => self.of_therapists(index, arranged, problems),
        };
        MeasureValues { id: measure.id.clone(), level, values }
    }

    fn of_clients(&self, index: usize, arranged: &Arranged, problems: &mut Problems) -> Vec<f64> {
        if let Some(file) = self.clients.filter(|file| file.holds(index)) {
            let value = |unit: &Unit| from_file(file, index, unit.site_name, unit.client_name);
            return arranged.units.iter().map(value).collect();
        }
        let runs = arranged.units.iter().map(|unit| (unit.start, unit.end));
        self.constant(index, arranged, runs, "client", problems)
    }

    fn of_therapists(
        &self,
        index: usize,
        arranged: &Arranged,
        problems: &mut Problems,
    ) -> Vec<f64> {
        let units = &arranged.units;
        if let Some(file) = self.therapists.filter(|file| file.holds(index)) {
            let value = |unit: &Unit| from_file(file, index, unit.site_name, unit.therapist_name);
            return arranged.therapists.iter().map(|&(_, first, _)| value(&units[first])).collect();
        }
        let runs = arranged.therapists.iter();
        let runs = runs.map(|&(_, first, past)| (units[first].start, units[past - 1].end));
        self.constant(index, arranged, runs, "therapist", problems)
    }

    fn column(&self, measure: usize) -> Option<&[f64]> {
        let at = self.wanted.iter().position(|w| w.target == Target::Measure(measure))?;
        Some(&self.rows.values[at])
    }

    /// The one value of every run of rows; missing cells say nothing, two different values are a problem.
    fn constant(
        &self,
        index: usize,
        arranged: &Arranged,
        runs: impl Iterator<Item = (usize, usize)>,
        whose: &str,
        problems: &mut Problems,
    ) -> Vec<f64> {
        let Some(column) = self.column(index) else { return Vec::new() };
        let name = self.wanted.iter().find(|w| w.target == Target::Measure(index));
        let name = name.map_or("", |w| &w.name);
        runs.map(|(start, end)| {
            let rows = &arranged.order[start..end];
            let mut given = rows.iter().filter(|&&row| !column[row as usize].is_nan());
            let Some(&first) = given.next() else { return f64::NAN };
            let value = column[first as usize];
            if let Some(&other) = given.find(|&&row| column[row as usize].total_cmp(&value).is_ne())
            {
                problems.push(Code::NotConstant, || {
                    let at = |row: u32| self.rows.row.at(row as usize);
                    self.places.problem(Code::NotConstant, at(other)).column(name).found(format!(
                        "a value that differs from {}, which is the same {whose}",
                        self.places.row(at(first))
                    ))
                });
            }
            value
        })
        .collect()
    }
}

fn from_file(file: &Persons, measure: usize, site: u32, person: u32) -> f64 {
    file.find(site, person).and_then(|row| file.value(measure, row)).unwrap_or(f64::NAN)
}
