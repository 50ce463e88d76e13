//! Why an analysis as a whole cannot be done. A single estimate that cannot be given is refused instead.

use std::fmt;

use dyad_stats::StatsError;

use crate::abi::code;

/// Why an analysis as a whole cannot be done.
///
/// Its text stays on the plugin's side of the report: it may quote data, so the report prints the kind only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    code: i32,
    text: String,
}

impl Failure {
    /// A setting is not what it must be.
    #[must_use]
    pub fn bad_settings(text: impl Into<String>) -> Self {
        Self { code: code::BAD_SETTINGS, text: text.into() }
    }

    /// The first condition on the settings that does not hold, with what was expected instead.
    ///
    /// # Errors
    /// [`Failure::bad_settings`] with the text of that condition.
    pub fn bad_settings_unless<const N: usize>(conditions: [(bool, &str); N]) -> Result<(), Self> {
        match conditions.into_iter().find(|(holds, _)| !holds) {
            Some((_, expected)) => Err(Self::bad_settings(expected)),
            None => Ok(()),
        }
    }

    /// A table or column is unknown or was not granted.
    #[must_use]
    pub fn missing_column(table: &str, column: &str) -> Self {
        Self {
            code: code::MISSING_COLUMN,
            text: format!("{table}.{column}: not among the columns of the manifest"),
        }
    }

    /// A column has another type than asked for.
    #[must_use]
    pub fn bad_type(column: &str, expected: &str) -> Self {
        Self { code: code::BAD_TYPE, text: format!("{column} is not a column of {expected}") }
    }

    /// There is nothing to work with.
    #[must_use]
    pub fn not_enough_data(text: impl Into<String>) -> Self {
        Self { code: code::NOT_ENOUGH_DATA, text: text.into() }
    }

    /// The host asked to stop.
    #[must_use]
    pub fn cancelled() -> Self {
        Self { code: code::CANCELLED, text: "cancelled".to_owned() }
    }

    /// Something that must not happen.
    #[must_use]
    pub fn internal(text: impl Into<String>) -> Self {
        Self { code: code::INTERNAL, text: text.into() }
    }

    /// The code at the boundary.
    #[must_use]
    pub fn code(&self) -> i32 {
        self.code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Failure {}

/// A statistic that cannot even take in its rows.
impl From<StatsError> for Failure {
    fn from(reason: StatsError) -> Self {
        Self::internal(reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_condition_that_does_not_hold_is_said() {
        assert!(Failure::bad_settings_unless([(true, "one"), (true, "two")]).is_ok());
        let failure =
            Failure::bad_settings_unless([(true, "one"), (false, "two"), (false, "three")]);
        assert_eq!(failure, Err(Failure::bad_settings("two")));
    }
}
