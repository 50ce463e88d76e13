//! The rows of one file, column by column, batch by batch.

use rayon::prelude::*;

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
    read::{Batch, Cells, Rows, Table},
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
        let mut all = Mapped::default();
        all.reserve(self.wanted, usize::try_from(table.records).unwrap_or(0));
        let mut gate = Gate::default();
        // In groups, so that only a few batches are in memory as text at any time; one is read while the last is joined.
        let step = rayon::current_num_threads().max(1);
        let batches: Vec<usize> = (0..table.source.batches()).collect();
        let mut read: Vec<Part> = Vec::new();
        let groups = batches.chunks(step).chain([[].as_slice()]);
        for group in groups {
            let ((), next) = rayon::join(
                || {
                    for part in read.drain(..) {
                        problems.merge(part.problems);
                        gate.merge(part.seen);
                        all.append(part.rows, &part.names, names);
                    }
                },
                || group.par_iter().map(|&i| self.part(table, i)).collect::<Vec<Part>>(),
            );
            read = next;
        }
        (all, gate)
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
        out.row = rows(batch, keep).map(|record| Places::number(self.part, record)).collect();
        for wanted in self.wanted {
            let mut place = Place { mapper: self, wanted, rows: &batch.rows, problems };
            let cells = kept(&batch.columns[wanted.index], keep);
            let mut values = Vec::new();
            match wanted.target {
                Target::Site => out.site = place.identifiers(cells, &mut names.site),
                Target::Therapist => out.therapist = place.identifiers(cells, &mut names.therapist),
                Target::Client => out.client = place.identifiers(cells, &mut names.client),
                Target::Session => out.session = place.sessions(cells, decimal),
                Target::Day => out.day = place.days(cells, decimal),
                Target::Date => out.day = place.dates(cells),
                Target::Measure(i) => values = place.values(cells, &self.rules[i], decimal),
                Target::Item(s, _) => values = place.values(cells, &self.items[s], decimal),
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

fn kept<'a>(
    cells: &'a Cells,
    keep: Option<&'a [bool]>,
) -> impl Iterator<Item = (usize, Cell<'a>)> + 'a {
    cells.iter().enumerate().filter(move |(i, _)| is_kept(keep, *i))
}

fn rows<'a>(batch: &'a Batch, keep: Option<&'a [bool]>) -> impl Iterator<Item = u64> + 'a {
    (0..batch.len()).filter(move |&i| is_kept(keep, i)).map(|i| batch.rows.at(i))
}

/// One column of one batch, with what a message needs.
struct Place<'a> {
    mapper: &'a Mapper<'a>,
    wanted: &'a Wanted,
    rows: &'a Rows,
    problems: &'a mut Problems,
}

impl Place<'_> {
    fn problem(&mut self, code: Code, i: usize, finish: impl FnOnce(Problem) -> Problem) {
        let (shown, name, rows) = (self.mapper.shown, &self.wanted.name, self.rows);
        self.problems.push(code, || finish(Problem::new(code, shown).row(rows.at(i)).column(name)));
    }

    fn identifiers<'c>(
        &mut self,
        cells: impl Iterator<Item = (usize, Cell<'c>)>,
        names: &mut Interner,
    ) -> Vec<u32> {
        let mut numbers = Vec::new();
        let mut last: Option<(&str, u32)> = None;
        for (i, cell) in cells {
            let text = match cell {
                Cell::Text(text) => text,
                Cell::Empty => {
                    self.problem(Code::EmptyIdentifier, i, |p| p);
                    numbers.push(names.number(""));
                    continue;
                }
                Cell::Number(value) => {
                    numbers.push(names.number(&format!("{value}")));
                    continue;
                }
                Cell::Date(days) => {
                    // The gate refuses it; the number only keeps the rows apart until then.
                    numbers.push(names.number(&format!("{days}")));
                    continue;
                }
            };
            if let Some((before, number)) = last
                && before == text
            {
                numbers.push(number);
                continue;
            }
            if is_damaged(text) {
                self.problem(Code::DamagedIdentifier, i, |p| p);
            }
            let number = names.number(text);
            last = Some((text, number));
            numbers.push(number);
        }
        numbers
    }

    fn sessions<'c>(
        &mut self,
        cells: impl Iterator<Item = (usize, Cell<'c>)>,
        decimal: u8,
    ) -> Vec<u16> {
        cells
            .map(|(i, cell)| {
                let number = whole(cell, decimal).and_then(|n| u16::try_from(n).ok()).unwrap_or(0);
                if number == 0 {
                    let code = match cell {
                        Cell::Empty => Code::SessionMissing,
                        _ => Code::SessionNumber,
                    };
                    self.problem(code, i, |p| p.expected("a whole number from 1 to 65535"));
                }
                number
            })
            .collect()
    }

    fn days<'c>(
        &mut self,
        cells: impl Iterator<Item = (usize, Cell<'c>)>,
        decimal: u8,
    ) -> Vec<Option<i32>> {
        cells
            .map(|(i, cell)| {
                let day = whole(cell, decimal).and_then(|n| i32::try_from(n).ok());
                if day.is_none() && !matches!(cell, Cell::Empty) {
                    self.problem(Code::DayValue, i, |p| p.expected("a whole number of days"));
                }
                day
            })
            .collect()
    }

    fn dates<'c>(&mut self, cells: impl Iterator<Item = (usize, Cell<'c>)>) -> Vec<Option<i32>> {
        cells
            .map(|(i, cell)| {
                let date = date(cell);
                if date.is_none() && !matches!(cell, Cell::Empty) {
                    self.problem(Code::DateValue, i, |p| p.expected("a date such as 2024-03-31"));
                }
                date
            })
            .collect()
    }

    fn values<'c>(
        &mut self,
        cells: impl Iterator<Item = (usize, Cell<'c>)>,
        rule: &Rule,
        decimal: u8,
    ) -> Vec<f64> {
        let study_file = self.mapper.study_file;
        cells
            .map(|(i, cell)| match rule.value(cell, decimal) {
                Ok(value) => value.unwrap_or(f64::NAN),
                Err(code) => {
                    self.problem(code, i, |p| p.expected(rule.expected(code, study_file)));
                    f64::NAN
                }
            })
            .collect()
    }
}
