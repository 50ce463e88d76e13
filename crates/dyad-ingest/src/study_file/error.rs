//! What is wrong with a study file, with the line it stands in.

use std::{fmt, ops::Range, path::Path};

use serde::Serialize;

use crate::nearest::nearest;

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StudyFileIssue {
    /// What is wrong.
    pub message: String,
    /// 1-based line; 0 if it belongs to the file as a whole.
    pub line: usize,
    /// 1-based column, counted in characters.
    pub column: usize,
    /// How many characters the caret underlines.
    pub length: usize,
    /// The line itself, unchanged.
    pub source_line: String,
    /// How to fix it; empty if the message says it all.
    pub hint: String,
}

/// Why a study file cannot be used. Shown like a compiler's message: place, line, caret, hint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StudyFileError {
    /// The file.
    pub path: String,
    /// Everything that is wrong with it; at least one entry.
    pub issues: Vec<StudyFileIssue>,
}

impl std::error::Error for StudyFileError {}

impl fmt::Display for StudyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, issue) in self.issues.iter().enumerate() {
            if i > 0 {
                writeln!(f, "\n")?;
            }
            write!(f, "error: {}\n  --> {}", issue.message, self.path)?;
            if issue.line > 0 {
                let number = issue.line.to_string();
                let margin = " ".repeat(number.len());
                write!(f, ", line {number}, column {}", issue.column)?;
                write!(f, "\n {margin} |\n {number} | {}", issue.source_line)?;
                let indent: String = (issue.source_line.chars().take(issue.column - 1))
                    .map(|c| if c == '\t' { '\t' } else { ' ' })
                    .collect();
                write!(f, "\n {margin} | {indent}{}", "^".repeat(issue.length.max(1)))?;
            }
            if !issue.hint.is_empty() {
                write!(f, "\nhint: {}", issue.hint)?;
            }
        }
        Ok(())
    }
}

/// Turns places in the text into issues, and collects them.
pub(super) struct Reporter<'a> {
    text: &'a str,
    path: String,
    issues: Vec<StudyFileIssue>,
}

impl<'a> Reporter<'a> {
    pub(super) fn new(text: &'a str, path: &Path) -> Self {
        Self { text, path: path.display().to_string(), issues: Vec::new() }
    }

    /// Adds an issue at a place of the text.
    pub(super) fn at(&mut self, span: Range<usize>, message: impl Into<String>, hint: &str) {
        let issue = self.issue(Some(span), message.into(), hint.to_owned());
        self.issues.push(issue);
    }

    /// Adds an issue that belongs to no line.
    pub(super) fn whole(&mut self, message: impl Into<String>, hint: &str) {
        let issue = self.issue(None, message.into(), hint.to_owned());
        self.issues.push(issue);
    }

    /// The error with everything collected, if there is anything.
    pub(super) fn finish(self) -> Result<(), StudyFileError> {
        if self.issues.is_empty() {
            return Ok(());
        }
        Err(StudyFileError { path: self.path, issues: self.issues })
    }

    /// The TOML reader's error, with a suggestion for an unknown name.
    pub(super) fn toml(&self, error: &toml::de::Error) -> StudyFileError {
        let message = error.message().trim().to_owned();
        let (message, hint) = suggestion(&message).unwrap_or((message, String::new()));
        let issue = self.issue(error.span(), message, hint);
        StudyFileError { path: self.path.clone(), issues: vec![issue] }
    }

    fn issue(&self, span: Option<Range<usize>>, message: String, hint: String) -> StudyFileIssue {
        let mut issue = StudyFileIssue {
            message,
            line: 0,
            column: 0,
            length: 0,
            source_line: String::new(),
            hint,
        };
        let Some(span) = span else { return issue };
        let start = floor_char(self.text, span.start.min(self.text.len()));
        let line_start = self.text[..start].rfind('\n').map_or(0, |i| i + 1);
        let line_end = self.text[start..].find('\n').map_or(self.text.len(), |i| start + i);
        let end = floor_char(self.text, span.end.clamp(start, line_end));
        issue.line = self.text[..start].matches('\n').count() + 1;
        issue.column = self.text[line_start..start].chars().count() + 1;
        issue.length = self.text[start..end].chars().count().max(1);
        self.text[line_start..line_end].trim_end_matches('\r').clone_into(&mut issue.source_line);
        issue
    }
}

fn floor_char(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Splits serde's "unknown field `a`, expected one of `b`, `c`" into a message and a hint.
fn suggestion(message: &str) -> Option<(String, String)> {
    let rest =
        message.strip_prefix("unknown field ").or_else(|| message.strip_prefix("unknown variant "));
    let (unknown, expected) = rest?.split_once(", expected ")?;
    let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    let unknown = unknown.trim_matches('`');
    let what = if message.starts_with("unknown field") { "key" } else { "value" };
    let list = known.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ");
    let hint = match nearest(unknown, known.iter().copied()) {
        Some(close) => format!("did you mean `{close}`? Known here: {list}"),
        None => format!("known here: {list}"),
    };
    Some((format!("unknown {what} `{unknown}`"), hint))
}
