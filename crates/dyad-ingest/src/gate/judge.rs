//! From evidence to findings: the rules R1 to R7.

use super::{
    Evidence, Finding, Gate, Hits, Rule, checksums,
    evidence::WORDY,
    names,
    patterns::{self, Pattern},
};
use dyad_model::{Note, NoteKind};

use crate::read::Hidden;

/// What the gate knows about a file besides its cells.
pub(crate) struct Subject<'a> {
    pub(crate) header: &'a [String],
    /// Columns mapped to site, therapist or client.
    pub(crate) identifiers: &'a [usize],
    /// The column declared as `[columns] date`.
    pub(crate) date: Option<usize>,
    /// Text beside the cells.
    pub(crate) hidden: &'a [Hidden],
}

/// A cell of the header that is no name but a value: the file has no header row.
pub(super) fn header_cell_is_data(name: &str) -> bool {
    name.len() > 60
        || name.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '('))
        || !patterns::patterns(name).is_empty()
}

/// Everything that refuses a file, in the order of its columns.
pub(crate) fn judge(gate: &Gate, subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (i, name) in subject.header.iter().enumerate() {
        let mut found = |rule, what: String, hits: Hits| {
            findings.push(Finding { rule, column: Some(i), what, hits });
        };
        if names::announces_identifier(name) {
            let what = "a column name that announces a direct identifier".to_owned();
            found(Rule::R1, what, Hits { count: 1, rows: vec![0] });
        }
        for pattern in patterns::patterns(name) {
            let rule = if pattern == Pattern::Date { Rule::R3 } else { Rule::R2 };
            let what = format!("{} where a column name should be", pattern.describe());
            found(rule, what, Hits { count: 1, rows: vec![0] });
        }
        if let Some(evidence) = gate.columns.get(i) {
            let is_identifier = subject.identifiers.contains(&i);
            values(evidence, name, is_identifier, &mut found);
            if subject.date != Some(i) {
                dates(evidence, name, &mut found);
            }
            free_text(evidence, &mut found);
        }
    }
    for hidden in subject.hidden {
        if let Some(what) = hidden_text(&hidden.text) {
            findings.push(Finding {
                rule: Rule::R7,
                column: None,
                what: format!("{what} in the {}", hidden.place),
                hits: Hits { count: 1, rows: Vec::new() },
            });
        }
    }
    findings
}

/// Warnings that refuse nothing, as (column, text).
pub(crate) fn remarks(gate: &Gate, subject: &Subject<'_>) -> Vec<Note> {
    let columns = subject.header.iter().zip(&gate.columns);
    let ages = columns.filter(|(name, evidence)| {
        names::announces_age(name) && evidence.single_years.count > 0 && evidence.old.count == 0
    });
    ages.map(|(name, _)| {
        let text = format!(
            "`{name}` holds ages in single years: bands of five or ten years give away less."
        );
        Note { kind: NoteKind::Warning, text }
    })
    .collect()
}

/// R2, R4 and R6.
fn values(
    evidence: &Evidence,
    name: &str,
    is_identifier: bool,
    found: &mut impl FnMut(Rule, String, Hits),
) {
    for (&pattern, hits) in &evidence.patterns {
        match pattern {
            Pattern::Date => {}
            Pattern::Initials if !is_identifier => {}
            Pattern::Initials => found(Rule::R6, pattern.describe().to_owned(), hits.clone()),
            _ if is_identifier => {
                let what = format!("an identifier that is {}", pattern.describe());
                found(Rule::R6, what, hits.clone());
            }
            _ => found(Rule::R2, pattern.describe().to_owned(), hits.clone()),
        }
    }
    let rule = if is_identifier { Rule::R6 } else { Rule::R2 };
    let all = |count: usize| Hits { count: count as u64, rows: Vec::new() };
    let ten = evidence.ten_digits.len();
    if evidence.passes_ten(checksums::nhs, 1.0 / 11.0) {
        found(rule, "numbers with the check digit of NHS numbers".to_owned(), all(ten));
    }
    // Of all ten-digit numbers only two tenths begin with 1 or 2, and one in ten of those passes; a column that begins so
    // by construction passes by 1 in 10.
    if evidence.passes_ten(checksums::npi, 0.1) {
        found(rule, "numbers with the check digit of US provider identifiers".to_owned(), all(ten));
    }
    let is_card_name = names::tokens(name).iter().any(|t| t == "card" || t == "pan");
    if evidence.passes_cards() || (is_card_name && !evidence.card_digits.is_empty()) {
        let what = "numbers with the check digit of payment cards".to_owned();
        found(rule, what, all(evidence.card_digits.len()));
    }
    if names::announces_age(name) && evidence.old.count > 0 {
        found(Rule::R4, "an age above 89 that is not top-coded".to_owned(), evidence.old.clone());
    }
}

/// R3.
fn dates(evidence: &Evidence, name: &str, found: &mut impl FnMut(Rule, String, Hits)) {
    let filled = evidence.filled;
    if let Some(hits) = evidence.patterns.get(&Pattern::Date) {
        found(Rule::R3, Pattern::Date.describe().to_owned(), hits.clone());
    } else if evidence.typed_dates.count > 0 {
        found(Rule::R3, "dates".to_owned(), evidence.typed_dates.clone());
    } else if evidence.compact_dates.count * 10 >= filled * 9 && evidence.compact_dates.count > 0 {
        // Eight digits form a date by chance once in thirty: only a column full of them is one.
        found(
            Rule::R3,
            "full dates written as eight digits".to_owned(),
            evidence.compact_dates.clone(),
        );
    } else if evidence.calendar_seconds.count * 2 >= filled && evidence.calendar_seconds.count > 0 {
        found(
            Rule::R3,
            "dates as seconds since 1582".to_owned(),
            evidence.calendar_seconds.clone(),
        );
    } else if names::announces_date(name)
        && evidence.day_numbers.count * 2 >= filled
        && evidence.day_numbers.count > 0
    {
        found(
            Rule::R3,
            "dates as day numbers of a spreadsheet".to_owned(),
            evidence.day_numbers.clone(),
        );
    }
}

/// R5.
fn free_text(evidence: &Evidence, found: &mut impl FnMut(Rule, String, Hits)) {
    if evidence.long.count > 0 {
        let what = "a cell of more than 80 characters".to_owned();
        found(Rule::R5, what, evidence.long.clone());
        return;
    }
    let filled = evidence.filled;
    let up_to_four: u64 = evidence.words[..=4].iter().sum();
    let wordy = filled > 0 && up_to_four * 2 < filled;
    // A hash is long and distinct too, but it is one word.
    let mean = evidence.characters as f64 / filled.max(1) as f64;
    let distinct = evidence.distinct.len() as u64 * 2 > filled;
    let prose = distinct && mean > WORDY && evidence.with_space * 2 > filled;
    if wordy || prose {
        found(Rule::R5, "free text".to_owned(), Hits { count: filled, rows: Vec::new() });
    }
}

/// R7: what text beside the cells gives away.
fn hidden_text(text: &str) -> Option<&'static str> {
    let mut found = patterns::patterns(text);
    for line in text.lines() {
        found.extend(patterns::patterns(line.trim()));
    }
    found.retain(|pattern| *pattern != Pattern::Initials);
    found.first().map(|pattern| pattern.describe())
}
