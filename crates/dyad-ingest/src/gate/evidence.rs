//! What the cells of one column show, gathered batch by batch. No cell is kept.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::Hasher,
};

use super::{
    checksums, names,
    patterns::{self, Pattern},
};
use crate::{
    map::cells,
    number,
    read::{Batch, Cells},
};

/// How many rows a finding names.
const ROWS: usize = 5;
/// Distinct values counted at most: enough to judge any column by.
const DISTINCT: usize = 50_000;
/// Characters beyond which a cell is prose.
pub(super) const LONG: usize = 80;
/// Mean characters beyond which cells of several words are prose.
pub(super) const WORDY: f64 = 25.0;
/// Oldest age that may stand in a file.
const OLDEST: f64 = 89.0;

/// A count with the first rows (0-based physical records).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hits {
    pub(super) count: u64,
    pub(super) rows: Vec<u64>,
}

impl Hits {
    pub(super) fn add(&mut self, row: u64) {
        self.count += 1;
        if self.rows.len() < ROWS {
            self.rows.push(row);
        }
    }

    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.rows.extend(other.rows);
        self.rows.sort_unstable();
        self.rows.truncate(ROWS);
    }
}

/// The evidence of one column.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    /// Whether the column's name says that small numbers matter: ages, day numbers.
    ages_or_dates: bool,
    /// Cells with content.
    pub(super) filled: u64,
    pub(super) patterns: BTreeMap<Pattern, Hits>,
    /// Distinct whole numbers of ten, and of 13 to 19, digits.
    pub(super) ten_digits: BTreeSet<u64>,
    pub(super) card_digits: BTreeSet<u64>,
    /// Cells such as 20240304, 1582-based seconds, and spreadsheet day numbers.
    pub(super) compact_dates: Hits,
    pub(super) calendar_seconds: Hits,
    pub(super) day_numbers: Hits,
    /// Cells typed as dates by the format.
    pub(super) typed_dates: Hits,
    /// Numbers above the oldest age allowed, and not above any age.
    pub(super) old: Hits,
    /// Whole numbers from 11 to 89 that no band of five or ten years ends in.
    pub(super) single_years: Hits,
    /// Cells by number of words, the last bin for all above.
    pub(super) words: [u64; 8],
    pub(super) characters: u64,
    pub(super) with_space: u64,
    pub(super) long: Hits,
    /// Distinct cells, as hashes, of the longer cells.
    pub(super) distinct: BTreeSet<u64>,
}

impl Evidence {
    pub(super) fn merge(&mut self, other: Self) {
        self.ages_or_dates |= other.ages_or_dates;
        self.filled += other.filled;
        for (pattern, hits) in other.patterns {
            self.patterns.entry(pattern).or_default().merge(hits);
        }
        extend(&mut self.ten_digits, other.ten_digits);
        extend(&mut self.card_digits, other.card_digits);
        extend(&mut self.distinct, other.distinct);
        self.compact_dates.merge(other.compact_dates);
        self.calendar_seconds.merge(other.calendar_seconds);
        self.day_numbers.merge(other.day_numbers);
        self.typed_dates.merge(other.typed_dates);
        self.old.merge(other.old);
        self.single_years.merge(other.single_years);
        for (mine, theirs) in self.words.iter_mut().zip(other.words) {
            *mine += theirs;
        }
        self.characters += other.characters;
        self.with_space += other.with_space;
        self.long.merge(other.long);
    }

    /// A cell with content. Whether the same again would say nothing but that it is there.
    pub(super) fn text(&mut self, cell: &str, row: u64) -> bool {
        self.filled += 1;
        self.characters += cell.len() as u64;
        if patterns::is_plain(cell) {
            self.words[1] += 1;
            if self.ages_or_dates && cell.len() <= 5 && cell.bytes().any(|b| b.is_ascii_digit()) {
                self.small_number(cell, row);
            }
            return !self.ages_or_dates;
        }
        if patterns::is_quiet(cell) {
            self.words[1] += 1;
            return !self.digits(cell, row);
        }
        for pattern in patterns::patterns(cell) {
            self.patterns.entry(pattern).or_default().add(row);
        }
        let words = cell.split_whitespace().count();
        self.words[words.min(7)] += 1;
        self.with_space += u64::from(words > 1);
        let characters = cell.chars().count();
        // A long hexadecimal word is a hash, not prose.
        if characters > LONG && !cell.bytes().all(|b| b.is_ascii_hexdigit()) {
            self.long.add(row);
        }
        if characters as f64 > WORDY && self.distinct.len() < DISTINCT {
            self.distinct.insert(hash(cell));
        }
        self.digits(cell, row);
        false
    }

    /// A number of a typed format.
    pub(super) fn number(&mut self, value: f64, row: u64) {
        // A score: written, it would be too short and too plain for any pattern.
        let cents = value * 100.0;
        if !self.ages_or_dates
            && (0.0..10_000.0).contains(&value)
            && (cents - cents.round()).abs() < 1e-6
        {
            self.filled += 1;
            self.words[1] += 1;
            self.characters += 4;
            return;
        }
        let text = format!("{value}");
        if text.len() >= 8 && value.fract().abs() <= 0.0 {
            self.filled += 1;
            self.words[1] += 1;
            self.digits(&text, row);
        } else {
            self.text(&text, row);
        }
    }

    fn small_number(&mut self, cell: &str, row: u64) {
        let Ok(value) = cell.parse::<f64>() else { return };
        if value > OLDEST && value <= 130.0 {
            self.old.add(row);
        }
        if value.fract().abs() <= 0.0
            && (11.0..=OLDEST).contains(&value)
            && (value % 5.0).abs() > 0.0
        {
            self.single_years.add(row);
        }
        if value.fract().abs() <= 0.0 && (20_000.0..60_000.0).contains(&value) {
            self.day_numbers.add(row);
        }
    }

    /// Whole numbers that check digits or a calendar could explain; grouping by space or hyphen is ignored. Whether it is one.
    fn digits(&mut self, cell: &str, row: u64) -> bool {
        let grouped = |b: u8| b.is_ascii_digit() || matches!(b, b' ' | b'-');
        if cell.starts_with('-') || !cell.bytes().all(grouped) {
            return false;
        }
        let digits = || cell.bytes().filter(u8::is_ascii_digit);
        let count = digits().count();
        if !(8..=19).contains(&count) {
            return false;
        }
        // Nineteen digits fit.
        let value = digits().fold(0, |value, digit| value * 10 + u64::from(digit - b'0'));
        if count == 8 && is_compact_date(value) {
            self.compact_dates.add(row);
        }
        if (11_000_000_000..15_000_000_000).contains(&value) && value.is_multiple_of(86_400) {
            self.calendar_seconds.add(row);
        }
        let set = match count {
            10 => &mut self.ten_digits,
            13..=19 => &mut self.card_digits,
            _ => return true,
        };
        if set.len() < DISTINCT {
            set.insert(value);
        }
        true
    }

    /// Whether so many of the distinct ten-digit numbers pass a check that chance does not explain it.
    pub(super) fn passes_ten(&self, check: fn(&str) -> bool, by_chance: f64) -> bool {
        share_passes(&self.ten_digits, |n| check(&format!("{n:010}")), by_chance)
    }

    /// The same for payment cards.
    pub(super) fn passes_cards(&self) -> bool {
        share_passes(&self.card_digits, |n| checksums::card(&n.to_string()), 0.1)
    }
}

fn share_passes(numbers: &BTreeSet<u64>, check: impl Fn(u64) -> bool, by_chance: f64) -> bool {
    let n = numbers.len() as u64;
    let passed = numbers.iter().filter(|n| check(**n)).count() as u64;
    n >= 20 && passed * 10 >= n * 3 && checksums::chance(passed, n, by_chance) < 1e-3
}

fn extend(mine: &mut BTreeSet<u64>, theirs: BTreeSet<u64>) {
    let room = DISTINCT.saturating_sub(mine.len());
    mine.extend(theirs.into_iter().take(room));
}

fn is_compact_date(value: u64) -> bool {
    let (year, month, day) = (value / 10_000, value / 100 % 100, value % 100);
    (1900..2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)
}

fn hash(text: &str) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// The evidence of every column of a batch.
pub(super) fn of(batch: &Batch, header: &[String]) -> Vec<Evidence> {
    let names = header.iter().map(String::as_str);
    batch.columns.iter().zip(names).map(|(cells, name)| of_column(cells, name, batch)).collect()
}

fn of_column(column: &Cells, name: &str, batch: &Batch) -> Evidence {
    let ages_or_dates = names::announces_age(name) || names::announces_date(name);
    let mut evidence = Evidence { ages_or_dates, ..Evidence::default() };
    match column {
        Cells::Text(text) => {
            // The last cell, if looking at it again would say nothing new.
            let mut last: Option<&str> = None;
            cells::texts(text).enumerate().for_each(|(i, cell)| {
                let Some(cell) = cell.map(number::trimmed).filter(|cell| !cell.is_empty()) else {
                    return;
                };
                // Sorted files repeat an identifier for many rows; it was looked at already.
                if last == Some(cell) {
                    evidence.filled += 1;
                    evidence.characters += cell.len() as u64;
                    evidence.words[1] += 1;
                    return;
                }
                last = evidence.text(cell, batch.rows.at(i)).then_some(cell);
            });
        }
        Cells::Number(numbers) => {
            for (i, value) in cells::floats(numbers).enumerate() {
                if let Some(value) = value {
                    evidence.number(value, batch.rows.at(i));
                }
            }
        }
        Cells::Date(days) => {
            for (i, _) in days.iter().enumerate().filter(|(_, day)| day.is_some()) {
                evidence.filled += 1;
                evidence.words[1] += 1;
                evidence.typed_dates.add(batch.rows.at(i));
            }
        }
    }
    evidence
}
