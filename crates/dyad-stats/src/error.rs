//! Why a statistic cannot be given. Each reason becomes the `refused` of an estimate, so it reads as a sentence.

use std::borrow::Cow;

/// Why a statistic cannot be given.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StatsError {
    /// Paired slices differ in length.
    #[error("{what}: lengths {left} and {right} differ")]
    UnequalLengths {
        /// Which slices.
        what: &'static str,
        /// Length of the first.
        left: usize,
        /// Length of the second.
        right: usize,
    },
    /// A value is NaN or infinite; missing values must be dropped and counted before.
    #[error("{what} holds a value that is not finite")]
    NotFinite {
        /// Which input.
        what: Cow<'static, str>,
    },
    /// A parameter lies outside its domain.
    #[error("{what} must be {expected}")]
    OutOfDomain {
        /// Which parameter.
        what: &'static str,
        /// Its domain, in words.
        expected: &'static str,
    },
    /// Fewer units than the method needs.
    #[error("fewer than {needed} {unit}: only {found}")]
    TooFew {
        /// What is counted: "clients", "therapists", "pairs".
        unit: &'static str,
        /// How many the method needs.
        needed: usize,
        /// How many there are.
        found: usize,
    },
    /// A variable is constant.
    #[error("no variation in {what}")]
    NoVariation {
        /// Which variable.
        what: Cow<'static, str>,
    },
    /// Columns of a design are linear combinations of others.
    #[error("collinear: {}", columns.join(", "))]
    Collinear {
        /// Their names.
        columns: Vec<String>,
    },
    /// As many parameters or random effects as rows, or a model that fits every row.
    #[error("saturated: {what}")]
    Saturated {
        /// What is saturated, in words.
        what: Cow<'static, str>,
    },
    /// Two variances cannot be told apart.
    #[error("not identified: {what}")]
    NotIdentified {
        /// What, in words.
        what: Cow<'static, str>,
    },
    /// Units are not nested as the method needs.
    #[error("not nested: {what}")]
    NotNested {
        /// What, in words.
        what: Cow<'static, str>,
    },
    /// An iteration did not reach its criterion.
    #[error("{what} did not converge in {iterations} iterations")]
    NotConverged {
        /// Which iteration.
        what: &'static str,
        /// After how many.
        iterations: usize,
    },
    /// Nothing happened that could be analysed.
    #[error("no {what}")]
    NoEvents {
        /// What did not happen.
        what: &'static str,
    },
    /// The estimate lies at infinity (separation).
    #[error("{what} is not estimable: it grows without bound")]
    Unbounded {
        /// Which estimate.
        what: Cow<'static, str>,
    },
    /// The rule of a method forbids the number here.
    #[error("{0}")]
    Refused(Cow<'static, str>),
}

/// Code that refuses in words passes a statistic's reason on as it is.
impl From<StatsError> for String {
    fn from(reason: StatsError) -> Self {
        reason.to_string()
    }
}
