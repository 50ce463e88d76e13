//! The de-identification gate: every column of every file is looked at before anything else is done with it.
//!
//! One e-mail address in a million rows is enough: a leak is a minimum, not a majority. Findings hold the rule, the
//! column, a count and the first rows, never a value. The gate finds what has a shape; it cannot find names inside short
//! text, so free text is refused instead. It never calls data anonymous.

mod anonymity;
mod checksums;
#[cfg(test)]
mod corpus;
mod evidence;
mod judge;
mod names;
mod patterns;

use serde::Serialize;

pub(crate) use anonymity::{persons, revealed, warnings};
use judge::header_cell_is_data;
pub(crate) use judge::{Subject, judge, remarks};
pub(crate) use names::tokens as name_tokens;

use crate::{code::Code, problem::Problem, read::Batch};
use evidence::{Evidence, Hits};

/// The rules that refuse a file. The version changes when a rule does.
pub const CHECKS_VERSION: u32 = 1;

/// A rule of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Rule {
    /// A column name announces a direct identifier.
    R1,
    /// Values have the shape, or the check digits, of a direct identifier.
    R2,
    /// Full dates or time stamps.
    R3,
    /// Ages above 89.
    R4,
    /// Free text.
    R5,
    /// Identifiers that look real.
    R6,
    /// Text hidden beside the cells.
    R7,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 7] =
        [Self::R1, Self::R2, Self::R3, Self::R4, Self::R5, Self::R6, Self::R7];

    /// The code of the problem a refusal becomes.
    pub(crate) fn code(self) -> Code {
        match self {
            Self::R1 => Code::IdentifierName,
            Self::R2 => Code::IdentifierValue,
            Self::R3 => Code::DateColumn,
            Self::R4 => Code::AgeAbove89,
            Self::R5 => Code::FreeText,
            Self::R6 => Code::RealIdentifier,
            Self::R7 => Code::HiddenText,
        }
    }

    /// Its name: `R1` … `R7`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::R1 => "R1",
            Self::R2 => "R2",
            Self::R3 => "R3",
            Self::R4 => "R4",
            Self::R5 => "R5",
            Self::R6 => "R6",
            Self::R7 => "R7",
        }
    }
}

/// Something the gate found in a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) rule: Rule,
    /// Position of the column; `None` for text beside the cells.
    pub(crate) column: Option<usize>,
    /// What it is, in words.
    what: String,
    hits: Hits,
}

impl Finding {
    /// The refusal. A name in the header that is a value itself is not repeated.
    pub(crate) fn problem(&self, file: &str, header: &[String]) -> Problem {
        let mut problem = Problem::new(self.rule.code(), file);
        if let Some(i) = self.column {
            let name = &header[i];
            let speakable = !header_cell_is_data(name);
            problem = problem.column(&if speakable { name.clone() } else { (i + 1).to_string() });
        }
        if let Some(&row) = self.hits.rows.first() {
            problem = problem.row(row);
        }
        let more = self.hits.rows.iter().skip(1).map(|row| (row + 1).to_string());
        let more: Vec<String> = more.collect();
        let rows = if more.is_empty() {
            String::new()
        } else {
            format!(", also in rows {}", more.join(", "))
        };
        let times = if self.hits.count > 1 {
            format!(" ({} cells{rows})", self.hits.count)
        } else {
            String::new()
        };
        problem.found(format!("{}: {}{times}", self.rule.as_str(), self.what))
    }
}

/// A refusal that the study file takes responsibility for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Override {
    /// The rule that would have refused.
    pub rule: Rule,
    /// The file.
    pub file: String,
    /// The column.
    pub column: String,
    /// The reason given in `[deidentification.allow]`.
    pub reason: String,
}

/// The evidence of all columns of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gate {
    columns: Vec<Evidence>,
}

impl Gate {
    /// Looks at a batch.
    pub(crate) fn of(batch: &Batch, header: &[String]) -> Self {
        Self { columns: evidence::of(batch, header) }
    }

    /// Adds what was seen in another batch of the same file.
    pub(crate) fn merge(&mut self, other: Self) {
        self.columns.resize_with(self.columns.len().max(other.columns.len()), Evidence::default);
        for (mine, theirs) in self.columns.iter_mut().zip(other.columns) {
            mine.merge(theirs);
        }
    }
}
