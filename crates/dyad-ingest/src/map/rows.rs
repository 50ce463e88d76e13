//! The rows of one file, column by column, batch by batch.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{
    Names, Records, Rule, Target, Wanted,
    cells::{Cell, date, is_damaged, whole},
};
use crate::{
    code::Code,
    gate::Gate,
    intern::Interner,
    places::Places,
    problem::{Problem, Problems},
    read::{Batch, Rows, Table},
    study_file::NoSessionNumber,
};

/// How the rows of a file are read.
pub(crate) struct Mapper<'a> {
    /// The columns that are read.
    pub(crate) wanted: &'a [Wanted],
    /// One rule per measure.
    pub(crate) rules: &'a [Rule],
    /// One rule per scale, for its items.
    pub(crate) items: &'a [Rule],
    /// For messages.
    pub(crate) shown: &'a str,
    /// Position of the file among the parts of its table.
    pub(crate) part: usize,
    /// For messages: name of the study file.
    pub(crate) study_file: &'a str,
    /// What happens to a row without a session number.
    pub(crate) no_session_number: NoSessionNumber,
}

/// Rows of one file (or of all its parts), as columns. Missing values are NaN in here, and nowhere else.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mapped {
    /// Physical record of every row.
    pub(crate) row: Records,
    /// Numbers of [`Names`]; empty if the file has no such column.
    pub(crate) site: Vec<u32>,
    pub(crate) therapist: Vec<u32>,
    pub(crate) client: Vec<u32>,
    /// 0 in a row whose session number was a problem.
    pub(crate) session: Vec<u16>,
    /// `None` where the cell is empty.
    pub(crate) day: Vec<Option<i32>>,
    /// By position in [`Mapper::wanted`]; empty for columns that are no measures.
    pub(crate) values: Vec<Vec<f64>>,
    /// Rows without any content.
    pub(crate) blank: u64,
    /// Rows dropped because they have no session number.
    pub(crate) no_session: u64,
}

impl Mapped {
    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.row.len()
    }

    /// Makes room for the rows of a file, so that columns do not grow by copying themselves.
    fn reserve(&mut self, wanted: &[Wanted], records: usize) {
        self.values.resize_with(wanted.len().max(self.values.len()), Vec::new);
        for (at, wanted) in wanted.iter().enumerate() {
            match wanted.target {
                Target::Site => self.site.reserve_exact(records),
                Target::Therapist => self.therapist.reserve_exact(records),
                Target::Client => self.client.reserve_exact(records),
                Target::Session => self.session.reserve_exact(records),
                Target::Day | Target::Date => self.day.reserve_exact(records),
                Target::Measure(_) | Target::Item(_, _) => self.values[at].reserve_exact(records),
            }
        }
    }

    /// Adds the rows of another part; both number their identifiers alike.
    pub(crate) fn extend(&mut self, other: Self) {
        self.row.extend(&other.row);
        self.site.extend(other.site);
        self.therapist.extend(other.therapist);
        self.client.extend(other.client);
        self.rest(other.session, other.day, other.values);
        self.blank += other.blank;
        self.no_session += other.no_session;
    }

    fn rest(&mut self, session: Vec<u16>, day: Vec<Option<i32>>, values: Vec<Vec<f64>>) {
        self.session.extend(session);
        self.day.extend(day);
        self.values.resize_with(values.len().max(self.values.len()), Vec::new);
        for (mine, theirs) in self.values.iter_mut().zip(values) {
            mine.extend(theirs);
        }
    }

    /// Adds the rows of `other`, whose identifiers are numbered by `from`, numbering them by `into`.
    fn append(&mut self, other: Self, from: &Names, into: &mut Names) {
        self.row.extend(&other.row);
        renumber(&mut self.site, &other.site, &from.site, &mut into.site);
        renumber(&mut self.therapist, &other.therapist, &from.therapist, &mut into.therapist);
        renumber(&mut self.client, &other.client, &from.client, &mut into.client);
        self.rest(other.session, other.day, other.values);
        self.blank += other.blank;
        self.no_session += other.no_session;
    }
}

fn renumber(to: &mut Vec<u32>, numbers: &[u32], from: &Interner, into: &mut Interner) {
    let map: Vec<u32> =
        (0..).take(from.len()).map(|number| into.number(from.text(number))).collect();
    to.extend(numbers.iter().map(|&number| map[number as usize]));
}

/// What one batch gives.
#[derive(Default)]
struct Part {
    rows: Mapped,
    names: Names,
    seen: Gate,
    problems: Problems,
}

/// The batches so far, in the order of the file.
struct Joined<'a> {
    rows: Mapped,
    gate: Gate,
    names: &'a mut Names,
    problems: &'a mut Problems,
    /// The batch that comes next, and those that were read before their turn.
    next: usize,
    ahead: BTreeMap<usize, Part>,
}

impl Joined<'_> {
    fn add(&mut self, i: usize, part: Part) {
        self.ahead.insert(i, part);
        while let Some(part) = self.ahead.remove(&self.next) {
            self.problems.merge(part.problems);
            self.gate.merge(part.seen);
            self.rows.append(part.rows, &part.names, self.names);
            self.next += 1;
        }
    }
}

impl Mapper<'_> {
    /// Reads all batches of a table, several at once, and joins them in the order of the file.
    ///
    /// Every column of the file passes the gate on the way, also those that are not read.
    pub(crate) fn read(
        &self,
        table: &Table,
        names: &mut Names,
        problems: &mut Problems,
    ) -> (Mapped, Gate) {
        let mut rows = Mapped::default();
        rows.reserve(self.wanted, usize::try_from(table.records).unwrap_or(0));
        let joined = Mutex::new(Joined {
            rows,
            gate: Gate::default(),
            names,
            problems,
            next: 0,
            ahead: BTreeMap::new(),
        });
        let (batches, taken) = (table.source.batches(), AtomicUsize::new(0));
        // Every thread has one batch as text at a time. Whoever finishes one joins what can be joined.
        rayon::broadcast(|_| {
            loop {
                let i = taken.fetch_add(1, Ordering::Relaxed);
                if i >= batches {
                    return;
                }
                let part = self.part(table, i);
                joined.lock().unwrap_or_else(PoisonError::into_inner).add(i, part);
            }
        });
        let Joined { rows, gate, .. } = joined.into_inner().unwrap_or_else(PoisonError::into_inner);
        (rows, gate)
    }

    /// Reads one batch, with identifiers numbered by itself.
    fn part(&self, table: &Table, i: usize) -> Part {
        let mut part = Part::default();
        match table.source.batch(i) {
            Ok(batch) => {
                part.rows = self.batch(&batch, table.decimal, &mut part.names, &mut part.problems);
                part.seen = Gate::of(&batch, &table.header);
            }
            Err(refused) => part.problems.merge(refused),
        }
        part
    }

    fn batch(
        &self,
        batch: &Batch,
        decimal: u8,
        names: &mut Names,
        problems: &mut Problems,
    ) -> Mapped {
        let mut out = Mapped::default();
        let keep = self.keep(batch, &mut out);
        let keep = keep.as_deref();
        out.row = match (&batch.rows, keep) {
            (Rows::From(first), None) => {
                Records::run(Places::number(self.part, *first), batch.len())
            }
            _ => rows(batch, keep).map(|record| Places::number(self.part, record)).collect(),
        };
        for wanted in self.wanted {
            let mut place = Place { mapper: self, wanted, batch, keep, problems };
            let mut values = Vec::new();
            match wanted.target {
                Target::Site => out.site = place.identifiers(&mut names.site),
                Target::Therapist => out.therapist = place.identifiers(&mut names.therapist),
                Target::Client => out.client = place.identifiers(&mut names.client),
                Target::Session => out.session = place.sessions(decimal),
                Target::Day => out.day = place.days(decimal),
                Target::Date => out.day = place.dates(),
                Target::Measure(i) => values = place.values(&self.rules[i], decimal),
                Target::Item(s, _) => values = place.values(&self.items[s], decimal),
            }
            out.values.push(values);
        }
        out
    }

    /// Which rows are read; `None`: all. Counts the others by reason.
    fn keep(&self, batch: &Batch, out: &mut Mapped) -> Option<Vec<bool>> {
        let at = |target| self.wanted.iter().find(|w| w.target == target).map(|w| w.index);
        let empty = |index: usize| -> Vec<usize> {
            batch.columns[index]
                .iter()
                .enumerate()
                .filter(|(_, cell)| matches!(cell, Cell::Empty))
                .map(|(i, _)| i)
                .collect()
        };
        let key = at(Target::Client).or_else(|| at(Target::Therapist))?;
        let mut blank = empty(key);
        if !blank.is_empty() {
            for column in &batch.columns {
                let filled: Vec<bool> =
                    column.iter().map(|cell| !matches!(cell, Cell::Empty)).collect();
                blank.retain(|&i| !filled[i]);
            }
        }
        let no_session = match (self.no_session_number, at(Target::Session)) {
            (NoSessionNumber::Drop, Some(index)) => empty(index),
            _ => Vec::new(),
        };
        if blank.is_empty() && no_session.is_empty() {
            return None;
        }
        let mut keep = vec![true; batch.len()];
        for i in blank {
            keep[i] = false;
            out.blank += 1;
        }
        for i in no_session {
            out.no_session += u64::from(keep[i]);
            keep[i] = false;
        }
        Some(keep)
    }
}

fn is_kept(keep: Option<&[bool]>, i: usize) -> bool {
    keep.is_none_or(|keep| keep[i])
}

fn rows<'a>(batch: &'a Batch, keep: Option<&'a [bool]>) -> impl Iterator<Item = u64> + 'a {
    (0..batch.len()).filter(move |&i| is_kept(keep, i)).map(|i| batch.rows.at(i))
}

/// One column of one batch, with what a message needs.
struct Place<'a> {
    mapper: &'a Mapper<'a>,
    wanted: &'a Wanted,
    batch: &'a Batch,
    keep: Option<&'a [bool]>,
    problems: &'a mut Problems,
}

impl<'a> Place<'a> {
    fn problem(&mut self, code: Code, i: usize, finish: impl FnOnce(Problem) -> Problem) {
        let (shown, name, rows) = (self.mapper.shown, &self.wanted.name, &self.batch.rows);
        self.problems.push(code, || finish(Problem::new(code, shown).row(rows.at(i)).column(name)));
    }

    /// One value for every row that is read. From within the iterator: the kind of a column's cells is then asked once.
    fn column<T>(&mut self, mut value: impl FnMut(&mut Self, usize, Cell<'a>) -> T) -> Vec<T> {
        let (batch, keep) = (self.batch, self.keep);
        let mut values = Vec::with_capacity(batch.len());
        batch.columns[self.wanted.index].iter().enumerate().for_each(|(i, cell)| {
            if is_kept(keep, i) {
                values.push(value(self, i, cell));
            }
        });
        values
    }

    fn identifiers(&mut self, names: &mut Interner) -> Vec<u32> {
        let mut last: Option<(&str, u32)> = None;
        self.column(|place, i, cell| {
            let text = match cell {
                Cell::Text(text) => text,
                Cell::Empty => {
                    place.problem(Code::EmptyIdentifier, i, |p| p);
                    return names.number("");
                }
                Cell::Number(value) => return names.number(&format!("{value}")),
                // The gate refuses it; the number only keeps the rows apart until then.
                Cell::Date(days) => return names.number(&format!("{days}")),
            };
            if let Some((before, number)) = last
                && before == text
            {
                return number;
            }
            if is_damaged(text) {
                place.problem(Code::DamagedIdentifier, i, |p| p);
            }
            let number = names.number(text);
            last = Some((text, number));
            number
        })
    }

    fn sessions(&mut self, decimal: u8) -> Vec<u16> {
        self.column(|place, i, cell| {
            let number = whole(cell, decimal).and_then(|n| u16::try_from(n).ok()).unwrap_or(0);
            if number == 0 {
                let code = match cell {
                    Cell::Empty => Code::SessionMissing,
                    _ => Code::SessionNumber,
                };
                place.problem(code, i, |p| p.expected("a whole number from 1 to 65535"));
            }
            number
        })
    }

    fn days(&mut self, decimal: u8) -> Vec<Option<i32>> {
        self.column(|place, i, cell| {
            let day = whole(cell, decimal).and_then(|n| i32::try_from(n).ok());
            if day.is_none() && !matches!(cell, Cell::Empty) {
                place.problem(Code::DayValue, i, |p| p.expected("a whole number of days"));
            }
            day
        })
    }

    fn dates(&mut self) -> Vec<Option<i32>> {
        self.column(|place, i, cell| {
            let date = date(cell);
            if date.is_none() && !matches!(cell, Cell::Empty) {
                place.problem(Code::DateValue, i, |p| p.expected("a date such as 2024-03-31"));
            }
            date
        })
    }

    fn values(&mut self, rule: &Rule, decimal: u8) -> Vec<f64> {
        let study_file = self.mapper.study_file;
        self.column(|place, i, cell| match rule.value(cell, decimal) {
            Ok(value) => value.unwrap_or(f64::NAN),
            Err(code) => {
                place.problem(code, i, |p| p.expected(rule.expected(code, study_file)));
                f64::NAN
            }
        })
    }
}
