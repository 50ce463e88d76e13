//! The study file: what is where, and what it means.
//!
//! [`StudyFile::parse`] accepts exactly the documented keys. An unknown key, a wrong type or a contradiction is a
//! [`StudyFileError`] that shows the line and, where there is one, the nearest valid name.

mod checks;
mod error;
mod raw;

use std::{collections::BTreeMap, fmt, path::Path};

pub use dyad_model::Replication;
use dyad_model::{Direction, LowerLimits, Norm, Rater, Role};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use error::{StudyFileError, StudyFileIssue};

/// A study file that parsed and does not contradict itself. Nothing has been read from the data yet.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyFile {
    /// Title of the study.
    pub title: String,
    /// Every random draw descends from it.
    pub seed: u64,
    /// Full names of the estimates declared primary before the data were looked at: `[study] primary`.
    pub primary: Vec<String>,
    /// Whether no person stands behind the data: only then may plugins run unconfined.
    pub simulated: bool,
    /// Which files hold the data, and how to read them.
    pub data: DataFiles,
    /// The structure columns.
    pub columns: StructureColumns,
    /// The measures, in the order of the file.
    pub measures: Vec<MeasureSpec>,
    /// Codes that stand for a missing value in every measure.
    pub missing_codes: Vec<String>,
    /// Disclosure control.
    pub profile: Profile,
    /// The analyses the file mentions, by plugin id. A plugin that is not here runs with its defaults.
    pub analyses: BTreeMap<String, AnalysisSpec>,
    /// Published effects this study should replicate.
    pub replications: Vec<Replication>,
    /// Columns that together might single out a person.
    pub quasi_identifiers: QuasiIdentifiers,
    /// De-identification findings the user takes responsibility for: column and reason.
    pub deidentification_allow: BTreeMap<String, String>,
}

/// `[data]`: file names are relative to the study file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataFiles {
    /// One row per session (or per client, with `{session}` templates); a file or a glob of parts.
    pub sessions: String,
    /// One row per therapist.
    pub therapists: Option<String>,
    /// One row per client.
    pub clients: Option<String>,
    /// Name of the text encoding; found if absent.
    pub encoding: Option<String>,
    /// One character; found if absent.
    pub delimiter: Option<char>,
    /// `.` or `,`; found if absent.
    pub decimal: Option<char>,
    /// Name of the sheet of a workbook; the first if absent.
    pub sheet: Option<String>,
    /// What to do with a client who has two therapists.
    #[serde(default)]
    pub two_therapists: TwoTherapists,
    /// What to do with a row without a session number.
    #[serde(default)]
    pub no_session_number: NoSessionNumber,
}

/// `[data] two_therapists`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TwoTherapists {
    /// A problem.
    #[default]
    Refuse,
    /// Keep the therapist of the client's first session; drop the other rows.
    First,
    /// Keep the therapist of most sessions, ties to the first; drop the other rows.
    Most,
    /// Every pair of client and therapist is a unit of its own.
    Episodes,
}

/// `[data] no_session_number`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoSessionNumber {
    /// A problem.
    #[default]
    Refuse,
    /// Drop the row, with the reason "no session number".
    Drop,
}

/// `[columns]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StructureColumns {
    /// Site; one site if absent.
    pub site: Option<String>,
    /// Therapist; without it every estimate that needs therapists is refused.
    pub therapist: Option<String>,
    /// Client.
    pub client: String,
    /// Session number, 1-based. Absent in a wide file.
    pub session: Option<String>,
    /// Days since the client's first session.
    pub day: Option<String>,
    /// A date, turned into `day` while reading.
    pub date: Option<String>,
}

/// Where a measure's values come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A column that holds the score. `{session}` in it makes it a template of a wide file.
    Column(String),
    /// Item columns, scored by the instrument's key. `{item}` stands for the item number.
    Items(String),
}

impl Source {
    /// The column or template as it stands in the study file.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Column(name) | Self::Items(name) => name,
        }
    }
}

/// `[measures.ID]`.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasureSpec {
    /// The table's key.
    pub id: String,
    /// What it is.
    pub role: Role,
    /// Who answered.
    pub rater: Option<Rater>,
    /// Where its values come from.
    pub source: Source,
    /// Name of a known key, or the path of a key file beside the study file.
    pub instrument: Option<String>,
    /// What one unit of it is, for the codebook: points, minutes, sessions.
    pub unit: Option<String>,
    /// Lowest and highest possible score.
    pub range: Option<[f64; 2]>,
    /// Which end is better; burnout defaults to `lower`.
    pub better: Option<Direction>,
    /// Reliability used for reliable change.
    pub reliability: Option<f64>,
    /// The functional population.
    pub functional: Option<Norm>,
    /// Caseness.
    pub cutoff: Option<f64>,
    /// Caseness by subscale.
    pub cutoffs: BTreeMap<String, f64>,
    /// The smallest change that counts, used where no reliability is given.
    pub reliable_change: Option<f64>,
    /// Missing codes of this measure. See [`MeasureSpec::codes`].
    pub missing: Option<Vec<String>>,
    /// Overrides of the instrument's key.
    pub scoring: ScoringOverrides,
}

impl MeasureSpec {
    /// The missing codes that apply to this measure: its own and those of `[missing] codes`.
    ///
    /// A measure that lists its own codes has said what its values mean, so a general code inside its range is then
    /// a score, not a missing value.
    #[must_use]
    pub fn codes(&self, general: &[String]) -> Vec<String> {
        let Some(own) = &self.missing else { return general.to_vec() };
        let mut codes = own.clone();
        codes.extend(general.iter().filter(|code| !self.holds(code)).cloned());
        codes
    }

    /// Whether a code, read as a number, lies within the measure's range.
    pub(crate) fn holds(&self, code: &str) -> bool {
        match (self.range, code.trim().parse::<f64>()) {
            (Some([low, high]), Ok(value)) => (low..=high).contains(&value),
            _ => false,
        }
    }
}

/// What the study file changes in an instrument's key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScoringOverrides {
    /// `sum`, `mean` or `mean_x10`.
    pub aggregate: Option<String>,
    /// Lowest and highest answer to an item.
    pub item_range: Option<[f64; 2]>,
    /// The rule for unanswered items, in the words of the key files.
    pub missing_rule: Option<String>,
    /// Whether the reversed items were turned before the file was written.
    pub already_reversed: bool,
}

/// `[release] profile`: how strict disclosure control is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Nothing is suppressed: for the team that holds the data.
    #[default]
    Internal,
    /// The rules of `OpenSAFELY`.
    Opensafely,
    /// The rules of ACRO.
    Acro,
    /// The rules of NHS publications.
    Nhs,
}

impl Profile {
    /// The word in the study file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::Opensafely => "opensafely",
            Self::Acro => "acro",
            Self::Nhs => "nhs",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `[analyses.ID]`.
#[derive(Clone, Debug, PartialEq)]
pub struct AnalysisSpec {
    /// Whether it runs.
    pub enabled: bool,
    /// Limits below those of its manifest.
    pub limits: LowerLimits,
    /// Its settings, as the plugin's manifest declares them.
    pub settings: Map<String, Value>,
}

/// `[quasi_identifiers]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuasiIdentifiers {
    /// Columns about clients.
    #[serde(default)]
    pub clients: Vec<String>,
    /// Columns about therapists.
    #[serde(default)]
    pub therapists: Vec<String>,
    /// Columns about clients that nobody should be able to tell of a person, such as a diagnosis, in the same file.
    #[serde(default)]
    pub sensitive: Vec<String>,
}

/// The JSON Schema of study.toml, for editors. What it cannot say (which keys go together) `dyad validate` says.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(raw::RawStudy)
}

impl StudyFile {
    /// Reads the text of a study file. `path` is only used in messages.
    ///
    /// # Errors
    /// [`StudyFileError`] with every contradiction found, or the first place where the text is not valid TOML, a key is
    /// unknown or a value has the wrong type.
    pub fn parse(text: &str, path: impl AsRef<Path>) -> Result<Self, StudyFileError> {
        let report = error::Reporter::new(text, path.as_ref());
        let raw: raw::RawStudy = toml::from_str(text).map_err(|error| report.toml(&error))?;
        checks::checked(raw, report)
    }

    /// The data columns the study names outright, templates left out.
    #[must_use]
    pub fn column_names(&self) -> Vec<String> {
        let c = &self.columns;
        let structure = [&c.site, &c.therapist, &c.session, &c.day, &c.date].into_iter().flatten();
        let measures = self.measures.iter().filter_map(|m| match &m.source {
            Source::Column(name) => Some(name),
            Source::Items(_) => None,
        });
        std::iter::once(&c.client).chain(structure).chain(measures).cloned().collect()
    }

    /// Whether the sessions file has one row per client, with columns named by session number.
    #[must_use]
    pub fn is_wide(&self) -> bool {
        self.measures.iter().any(|m| match &m.source {
            Source::Column(name) | Source::Items(name) => name.contains("{session}"),
        })
    }
}
