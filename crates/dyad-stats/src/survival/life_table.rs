//! How many were at risk, left and were lost at each time.

use crate::{Result, StatsError};

/// What ended the observation of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing: observed so long and no longer.
    Censored,
    /// The event, of cause 0, 1, … (0 if there is only one).
    Event(usize),
}

/// Counts by distinct time, ascending.
///
/// All that Kaplan–Meier, log-rank and cumulative incidence need; tables of parts merge exactly, because they are counts.
///
/// # Shape and units
/// One person one time. Times in any unit: a session number, a day.
///
/// # Source
/// `[@kaplan1958]`. Checked against R `survival::survfit`: `golden/stats/survival.R`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LifeTable {
    pub(super) rows: Vec<Row>,
}

/// One distinct time.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) time: f64,
    pub(super) censored: u64,
    /// By cause; causes beyond its end have none.
    pub(super) events: Vec<u64>,
}

impl Row {
    pub(super) fn all_events(&self) -> u64 {
        self.events.iter().sum()
    }

    pub(super) fn leaving(&self) -> u64 {
        self.censored + self.all_events()
    }

    fn add(&mut self, fate: Fate) {
        match fate {
            Fate::Censored => self.censored += 1,
            Fate::Event(cause) => {
                self.events.resize(self.events.len().max(cause + 1), 0);
                self.events[cause] += 1;
            }
        }
    }
}

impl LifeTable {
    /// The table of one event.
    ///
    /// # Errors
    /// [`StatsError::UnequalLengths`], [`StatsError::NotFinite`].
    pub fn of(times: &[f64], events: &[bool]) -> Result<Self> {
        let fates: Vec<Fate> =
            events.iter().map(|&e| if e { Fate::Event(0) } else { Fate::Censored }).collect();
        Self::of_causes(times, &fates)
    }

    /// The table of competing events.
    ///
    /// # Errors
    /// [`StatsError::UnequalLengths`], [`StatsError::NotFinite`].
    pub fn of_causes(times: &[f64], fates: &[Fate]) -> Result<Self> {
        if times.len() != fates.len() {
            return Err(StatsError::UnequalLengths {
                what: "times and what ended them",
                left: times.len(),
                right: fates.len(),
            });
        }
        if !times.iter().all(|t| t.is_finite()) {
            return Err(StatsError::NotFinite { what: "the times".into() });
        }
        let mut order: Vec<usize> = (0..times.len()).collect();
        order.sort_by(|&a, &b| times[a].total_cmp(&times[b]));
        let mut rows: Vec<Row> = Vec::new();
        for at in order {
            // Adding 0 makes −0 and 0 one time.
            let time = times[at] + 0.0;
            match rows.last_mut() {
                Some(row) if row.time.total_cmp(&time).is_eq() => row.add(fates[at]),
                _ => {
                    let mut row = Row { time, censored: 0, events: Vec::new() };
                    row.add(fates[at]);
                    rows.push(row);
                }
            }
        }
        Ok(Self { rows })
    }

    /// Adds the persons of another part.
    pub fn merge(&mut self, other: &Self) {
        for row in &other.rows {
            match self.rows.binary_search_by(|own| own.time.total_cmp(&row.time)) {
                Err(at) => self.rows.insert(at, row.clone()),
                Ok(at) => {
                    let own = &mut self.rows[at];
                    own.censored += row.censored;
                    own.events.resize(own.events.len().max(row.events.len()), 0);
                    own.events.iter_mut().zip(&row.events).for_each(|(sum, n)| *sum += n);
                }
            }
        }
    }

    /// Number of persons.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.rows.iter().map(Row::leaving).sum()
    }

    /// Number of events of any cause.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.rows.iter().map(Row::all_events).sum()
    }

    /// How many are at risk just before a time: the risk table below a survival curve.
    #[must_use]
    pub fn at_risk(&self, time: f64) -> u64 {
        let first = self.rows.partition_point(|row| row.time < time);
        self.rows[first..].iter().map(Row::leaving).sum()
    }

    /// Each row with the number at risk just before its time.
    pub(super) fn with_risk(&self) -> impl Iterator<Item = (&Row, u64)> {
        self.rows.iter().scan(self.n(), |at_risk, row| {
            let before = *at_risk;
            *at_risk -= row.leaving();
            Some((row, before))
        })
    }

    /// # Errors
    /// [`StatsError::TooFew`] without a person, [`StatsError::NoEvents`] without an event.
    pub(super) fn check(&self) -> Result<()> {
        if self.rows.is_empty() {
            return Err(StatsError::TooFew { unit: "persons", needed: 1, found: 0 });
        }
        if self.events() == 0 {
            return Err(StatsError::NoEvents { what: "event" });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_equals_unmerged() {
        let times = [3.0, 1.0, 3.0, 7.0, 2.0, 1.0, 9.0];
        let events = [true, false, false, true, true, true, false];
        let whole = LifeTable::of(&times, &events).unwrap();
        for cut in 0..=times.len() {
            let mut merged = LifeTable::of(&times[..cut], &events[..cut]).unwrap();
            merged.merge(&LifeTable::of(&times[cut..], &events[cut..]).unwrap());
            assert_eq!(merged.at_risk(3.0), whole.at_risk(3.0));
            assert_eq!(merged.events(), whole.events());
            let counts = |t: &LifeTable| -> Vec<_> {
                t.with_risk().map(|(r, n)| (r.censored, r.all_events(), n)).collect()
            };
            assert_eq!(counts(&merged), counts(&whole));
        }
    }

    #[test]
    fn refusals() {
        assert!(LifeTable::of(&[1.0], &[]).is_err());
        assert!(LifeTable::of(&[f64::NAN], &[true]).is_err());
        assert!(LifeTable::default().check().is_err());
        assert!(LifeTable::of(&[1.0], &[false]).unwrap().check().is_err());
    }
}
