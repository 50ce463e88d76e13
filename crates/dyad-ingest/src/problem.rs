//! What is wrong with the data: what, where, what was expected, how to fix it. Never the value itself.

use std::{collections::BTreeMap, fmt};

use serde::{Serialize, Serializer};

use crate::code::Code;

/// Where something stands. 0-based inside; shown 1-based, with the header as row 1, as a spreadsheet shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file, as the study file names it, relative to where the program was started.
    pub file: String,
    /// 0-based physical record, the header being record 0.
    pub row: Option<u64>,
    /// Name of the column.
    pub column: Option<String>,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(row) = self.row {
            write!(f, ", row {}", row + 1)?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column `{column}`")?;
        }
        Ok(())
    }
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its kind; `dyad explain CODE` says more.
    pub code: Code,
    /// Where it stands.
    pub location: Location,
    /// The kind of value that was found, in words; the value itself is never kept.
    pub found: String,
    /// What was expected there; may be empty.
    pub expected: String,
    /// How to fix it; may be empty.
    pub hint: String,
}

impl Problem {
    /// A problem of a file as a whole, with the words and the hint of its code.
    pub(crate) fn new(code: Code, file: &str) -> Self {
        Self {
            code,
            location: Location { file: file.to_owned(), ..Location::default() },
            found: code.found().to_owned(),
            expected: String::new(),
            hint: code.hint().to_owned(),
        }
    }

    /// Sets the 0-based physical record.
    pub(crate) fn row(mut self, row: u64) -> Self {
        self.location.row = Some(row);
        self
    }

    /// Sets the column.
    pub(crate) fn column(mut self, column: &str) -> Self {
        self.location.column = Some(column.to_owned());
        self
    }

    /// Replaces the words of the code by finer ones.
    pub(crate) fn found(mut self, found: impl Into<String>) -> Self {
        self.found = found.into();
        self
    }

    /// Says what was expected.
    pub(crate) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = expected.into();
        self
    }

    /// Replaces the hint of the code.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error[{}]: {}\n  --> {}", self.code, self.found, self.location)?;
        if !self.expected.is_empty() {
            write!(f, "\n  expected {}", self.expected)?;
        }
        if !self.hint.is_empty() {
            write!(f, "\nhint: {}", self.hint)?;
        }
        Ok(())
    }
}

/// Flat, with the row as a spreadsheet shows it: `{code, file, row, column, found, expected, hint}`.
impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Flat<'a> {
            code: Code,
            file: &'a str,
            row: Option<u64>,
            column: Option<&'a str>,
            found: &'a str,
            expected: &'a str,
            hint: &'a str,
        }
        Flat {
            code: self.code,
            file: &self.location.file,
            row: self.location.row.map(|row| row + 1),
            column: self.location.column.as_deref(),
            found: &self.found,
            expected: &self.expected,
            hint: &self.hint,
        }
        .serialize(serializer)
    }
}

/// Problems collected so far: the first twenty of each kind in full, the others as a count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Problems {
    #[serde(rename = "problems")]
    kept: Vec<Problem>,
    further: BTreeMap<Code, u64>,
    #[serde(skip)]
    seen: BTreeMap<Code, u64>,
}

impl Problems {
    /// How many problems of a kind are kept in full.
    pub const KEPT: u64 = 20;

    /// Adds a problem; beyond the twentieth of its kind only the count grows and `problem` is not called.
    pub(crate) fn push(&mut self, code: Code, problem: impl FnOnce() -> Problem) {
        let seen = self.seen.entry(code).or_default();
        *seen += 1;
        if *seen <= Self::KEPT {
            self.kept.push(problem());
        } else {
            *self.further.entry(code).or_default() += 1;
        }
    }

    /// Adds a problem that is already made.
    pub(crate) fn add(&mut self, problem: Problem) {
        self.push(problem.code, || problem);
    }

    /// Adds everything another collection holds.
    pub(crate) fn merge(&mut self, other: Self) {
        for problem in other.kept {
            self.add(problem);
        }
        for (code, n) in other.further {
            *self.seen.entry(code).or_default() += n;
            *self.further.entry(code).or_default() += n;
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// The problems kept in full, in the order they were found.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.kept
    }

    /// How many further ones of each kind there are.
    #[must_use]
    pub fn further(&self) -> &BTreeMap<Code, u64> {
        &self.further
    }

    /// All problems, kept or counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.seen.values().sum()
    }

    /// This collection as a result.
    pub(crate) fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        let mut problems = Self::default();
        problems.add(problem);
        problems
    }
}

impl std::error::Error for Problems {}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.kept.iter().enumerate() {
            if i > 0 {
                f.write_str("\n\n")?;
            }
            problem.fmt(f)?;
        }
        for (code, n) in &self.further {
            write!(f, "\n\nand {n} more like the last: {} [{code}]", code.found())?;
        }
        Ok(())
    }
}
