//! A scoring key: read from TOML, checked once, never wrong afterwards.

use std::{collections::BTreeMap, collections::BTreeSet, fmt, str::FromStr};

use dyad_model::Direction;
use serde::Deserialize;

use crate::rules::{Aggregate, MissingRule};

/// A score that counts as a case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cutoff {
    /// Whether cases lie above it.
    pub above: bool,
    /// Whether the value itself is a case.
    pub inclusive: bool,
    /// The value.
    pub value: f64,
}

impl Cutoff {
    /// Whether a score is a case.
    #[must_use]
    pub fn holds(self, score: f64) -> bool {
        match (self.above, self.inclusive) {
            (true, true) => score >= self.value,
            (true, false) => score > self.value,
            (false, true) => score <= self.value,
            (false, false) => score < self.value,
        }
    }

    /// The same cut-off as a value that is a case itself: "below 36" is "at or below the largest number below 36".
    #[must_use]
    pub fn at_or_beyond(self) -> f64 {
        match (self.above, self.inclusive) {
            (_, true) => self.value,
            (true, false) => self.value.next_up(),
            (false, false) => self.value.next_down(),
        }
    }
}

impl FromStr for Cutoff {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        for (sign, above, inclusive) in
            [(">=", true, true), ("<=", false, true), (">", true, false), ("<", false, false)]
        {
            if let Some(value) = text.strip_prefix(sign) {
                let value = value.trim().parse::<f64>().map_err(|_| ())?;
                return Ok(Self { above, inclusive, value });
            }
        }
        Err(())
    }
}

impl fmt::Display for Cutoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match (self.above, self.inclusive) {
            (true, true) => ">=",
            (true, false) => ">",
            (false, true) => "<=",
            (false, false) => "<",
        };
        write!(f, "{sign}{}", self.value)
    }
}

/// How sure the numbers of a subscale are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confidence {
    /// Whether all of them were checked in sources.
    pub checked: bool,
    /// What was checked and what was not.
    pub text: String,
}

/// One score of an instrument.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscale {
    /// Its id; `total` is the score of the instrument as a whole.
    pub id: String,
    /// Item numbers, from 1, in the printed order.
    pub items: Vec<usize>,
    /// Those of them that are reversed.
    pub reversed: Vec<usize>,
    /// How they are put together.
    pub aggregate: Aggregate,
    /// Lowest and highest score.
    pub range: [f64; 2],
    /// Which end is good for the person.
    pub better: Direction,
    /// What happens to blanks.
    pub missing_rule: MissingRule,
    /// Caseness.
    pub cutoff: Option<Cutoff>,
    /// The smallest change that counts.
    pub reliable_change: Option<f64>,
    /// How sure all this is.
    pub confidence: Confidence,
}

impl Subscale {
    /// Whether this is the score of the instrument as a whole.
    #[must_use]
    pub fn is_total(&self) -> bool {
        self.id == "total"
    }
}

/// A row of answers with the scores it must give.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// The answers; `None` is a blank.
    pub items: Vec<Option<f64>>,
    /// By subscale; `None` is a missing score.
    pub scores: BTreeMap<String, Option<f64>>,
}

/// A scoring key.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Its id: `wai-sr`.
    pub id: String,
    /// Its usual name: "WAI-SR".
    pub name: String,
    /// Its long name.
    pub title: String,
    /// Number of items.
    pub items: usize,
    /// Lowest and highest answer.
    pub item_range: [f64; 2],
    /// Answers lie this far apart, counted from the lowest; `None`: any number.
    pub item_step: Option<f64>,
    /// Where the key comes from.
    pub source: String,
    /// What to know before using it.
    pub notes: Vec<String>,
    /// Its scores, in the order of the file.
    pub subscales: Vec<Subscale>,
    /// Rows with known scores.
    pub checks: Vec<Check>,
}

/// Why a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Not TOML of this form.
    #[error("{0}")]
    Form(String),
    /// A number or word that makes no sense.
    #[error("subscale `{subscale}`: {what}")]
    Subscale {
        /// Which subscale.
        subscale: String,
        /// What is wrong with it.
        what: String,
    },
    /// The subscales do not divide the items among them.
    #[error("item {item} is in {times} subscales; every item belongs to exactly one")]
    Partition {
        /// The item.
        item: usize,
        /// How often it occurs.
        times: usize,
    },
    /// A check row gives another score.
    #[error("check {row}: subscale `{subscale}` does not give the score written there")]
    Check {
        /// The row, from 1.
        row: usize,
        /// The subscale.
        subscale: String,
    },
}

impl Key {
    /// Reads a key file and checks it: partition, reversed items, ranges, and its own check rows.
    ///
    /// # Errors
    /// [`KeyError`] with the first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let raw: RawKey =
            toml::from_str(text).map_err(|e| KeyError::Form(e.message().trim().to_owned()))?;
        let key = Self::from_raw(raw)?;
        key.check_partition()?;
        key.check_rows()?;
        Ok(key)
    }

    /// The score of the instrument as a whole, if it has one.
    #[must_use]
    pub fn total(&self) -> Option<&Subscale> {
        self.subscales.iter().find(|s| s.is_total())
    }

    fn from_raw(raw: RawKey) -> Result<Self, KeyError> {
        let form = |what: &str| KeyError::Form(what.to_owned());
        let [low, high] = raw.item_range;
        if raw.items == 0 || !(low.is_finite() && high.is_finite() && low < high) {
            return Err(form(
                "a key needs items and an item_range from a smaller to a larger number",
            ));
        }
        if raw.item_step.is_some_and(|step| !(step > 0.0 && step.is_finite())) {
            return Err(form("item_step must be above 0"));
        }
        if raw.subscale.is_empty() {
            return Err(form("a key needs at least one [[subscale]]"));
        }
        let items = raw.items;
        let subscales =
            raw.subscale.into_iter().map(|s| s.checked(items)).collect::<Result<Vec<_>, _>>()?;
        let checks = raw.check.into_iter().map(RawCheck::read).collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            id: raw.id,
            name: raw.name,
            title: raw.title,
            items,
            item_range: raw.item_range,
            item_step: raw.item_step,
            source: raw.source,
            notes: raw.notes,
            subscales,
            checks,
        })
    }

    /// Subscales divide the items; a total holds all of them, and reverses what they reverse.
    fn check_partition(&self) -> Result<(), KeyError> {
        let parts: Vec<&Subscale> = self.subscales.iter().filter(|s| !s.is_total()).collect();
        let of = |what: &str, list: fn(&Subscale) -> &Vec<usize>| {
            let Some(total) = self.total().filter(|_| !parts.is_empty()) else { return Ok(()) };
            let all: BTreeSet<usize> = parts.iter().flat_map(|s| list(s)).copied().collect();
            let mine: BTreeSet<usize> = list(total).iter().copied().collect();
            if all == mine {
                Ok(())
            } else {
                Err(total.wrong(&format!("{what} differ from those of the subscales")))
            }
        };
        let whole: Vec<&Subscale> =
            if parts.is_empty() { self.subscales.iter().collect() } else { parts.clone() };
        for item in 1..=self.items {
            let times = whole.iter().filter(|s| s.items.contains(&item)).count();
            if times != 1 {
                return Err(KeyError::Partition { item, times });
            }
        }
        of("the items", |s| &s.items)?;
        of("the reversed items", |s| &s.reversed)
    }

    fn check_rows(&self) -> Result<(), KeyError> {
        for (i, check) in self.checks.iter().enumerate() {
            if check.items.len() != self.items {
                return Err(KeyError::Form(format!(
                    "check {}: {} items expected",
                    i + 1,
                    self.items
                )));
            }
            let scores = self.score(&check.items);
            for (subscale, score) in self.subscales.iter().zip(scores) {
                let expected = check.scores.get(&subscale.id).copied().flatten();
                let same = match (expected, score) {
                    (None, None) => true,
                    // Fifteen digits are written in the file.
                    (Some(a), Some(b)) => (a - b).abs() <= 1e-12 * a.abs().max(1.0),
                    _ => false,
                };
                if !same || !check.scores.contains_key(&subscale.id) {
                    return Err(KeyError::Check { row: i + 1, subscale: subscale.id.clone() });
                }
            }
        }
        Ok(())
    }
}

impl Subscale {
    fn wrong(&self, what: &str) -> KeyError {
        KeyError::Subscale { subscale: self.id.clone(), what: what.to_owned() }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKey {
    id: String,
    name: String,
    #[serde(default)]
    title: String,
    items: usize,
    item_range: [f64; 2],
    item_step: Option<f64>,
    #[serde(default)]
    source: String,
    #[serde(default)]
    notes: Vec<String>,
    subscale: Vec<RawSubscale>,
    #[serde(default)]
    check: Vec<RawCheck>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSubscale {
    id: String,
    items: Vec<usize>,
    #[serde(default)]
    reversed: Vec<usize>,
    aggregate: String,
    range: [f64; 2],
    better: Direction,
    missing_rule: String,
    cutoff: Option<String>,
    reliable_change: Option<f64>,
    #[serde(default)]
    checked: bool,
    #[serde(default)]
    confidence: String,
}

impl RawSubscale {
    fn checked(self, items: usize) -> Result<Subscale, KeyError> {
        let wrong =
            |what: &str| KeyError::Subscale { subscale: self.id.clone(), what: what.to_owned() };
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if self.id.is_empty() || !self.id.chars().all(plain) {
            return Err(wrong("its id may hold small letters, digits and `_`"));
        }
        if self.items.iter().any(|item| !(1..=items).contains(item)) {
            return Err(wrong("an item number beyond the number of items"));
        }
        if self.reversed.iter().any(|item| !self.items.contains(item)) {
            return Err(wrong("a reversed item that is not one of its items"));
        }
        let [low, high] = self.range;
        if !(low.is_finite() && high.is_finite() && low < high) {
            return Err(wrong("its range goes from a smaller to a larger number"));
        }
        let aggregate = self
            .aggregate
            .parse()
            .map_err(|()| wrong("unknown aggregate: sum, mean or mean_x10"))?;
        let missing_rule = self.missing_rule.parse().map_err(|()| wrong("unknown missing_rule"))?;
        let cutoff = match &self.cutoff {
            Some(text) => {
                Some(text.parse().map_err(|()| wrong("a cutoff is written like \">=10\""))?)
            }
            None => None,
        };
        Ok(Subscale {
            id: self.id,
            items: self.items,
            reversed: self.reversed,
            aggregate,
            range: self.range,
            better: self.better,
            missing_rule,
            cutoff,
            reliable_change: self.reliable_change,
            confidence: Confidence { checked: self.checked, text: self.confidence },
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCheck {
    items: String,
    scores: BTreeMap<String, RawScore>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawScore {
    Number(f64),
    Word(String),
}

impl RawCheck {
    fn read(self) -> Result<Check, KeyError> {
        let form = |what: &str| KeyError::Form(what.to_owned());
        let items = self
            .items
            .split_whitespace()
            .map(|word| match word {
                "_" => Ok(None),
                number => number.parse().map(Some),
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| form("the items of a check are numbers, or `_` for a blank"))?;
        let mut scores = BTreeMap::new();
        for (subscale, score) in self.scores {
            let score = match score {
                RawScore::Number(value) => Some(value),
                RawScore::Word(word) if word == "missing" => None,
                RawScore::Word(_) => {
                    return Err(form("the score of a check is a number, or \"missing\""));
                }
            };
            scores.insert(subscale, score);
        }
        Ok(Check { items, scores })
    }
}
