//! What the command says when it cannot do what was asked, and the exit code that goes with it.

use std::fmt;
use std::path::Path;

use serde_json::Value;

/// An error of the whole command: there is no report, exit code 2.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Stable, for programs.
    pub code: &'static str,
    /// What happened and where.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The exit code.
    pub exit: u8,
    /// Problems found in the data, one by one, for programs.
    pub problems: serde_json::Value,
}

impl Failure {
    /// The request cannot be understood or carried out as it stands.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { code: "usage", message: message.into(), hint: None, exit: 2, problems: Value::Null }
    }

    /// The system refused.
    pub(crate) fn io(doing: &str, path: &Path, error: &std::io::Error) -> Self {
        Self {
            code: "io",
            message: format!("cannot {doing} {}: {error}", path.display()),
            hint: None,
            exit: 2,
            problems: Value::Null,
        }
    }

    /// Another kind of failure, by its code.
    pub(crate) fn coded(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, exit: 2, problems: Value::Null }
    }

    /// Says what to do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<dyad_ingest::IngestError> for Failure {
    fn from(error: dyad_ingest::IngestError) -> Self {
        use dyad_ingest::IngestError as E;
        let (code, problems) = match &error {
            E::StudyFile(_) => ("study_file", Value::Null),
            E::Data(problems) => ("data", serde_json::to_value(problems).unwrap_or(Value::Null)),
            _ => ("io", Value::Null),
        };
        Self { problems, ..Self::coded(code, error.to_string()) }
    }
}

impl From<dyad_host::HostError> for Failure {
    fn from(error: dyad_host::HostError) -> Self {
        let failure = Self::coded("plugins", error.to_string());
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Messages that already read as an error, with place and snippet, keep their form.
        if self.message.starts_with("error") {
            write!(f, "{}", self.message)?;
        } else {
            write!(f, "error: {}", self.message)?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}
