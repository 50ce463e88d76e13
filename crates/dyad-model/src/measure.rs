//! What is measured, by whom, at which level, and in which direction it is better.

use serde::{Deserialize, Serialize};

/// What a measure is in the study.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A rating of the therapeutic alliance, one per session and rater.
    Alliance,
    /// A symptom or functioning score, one per session.
    Outcome,
    /// Intake severity, one value per client.
    Baseline,
    /// A therapist's burnout score, one value per therapist.
    Burnout,
    /// Any other variable.
    Covariate,
    /// 1 = left against plan, 0 = ended as planned or still in treatment; one value per client.
    Dropout,
}

impl Role {
    /// The word used in the study file, and after `@` in a manifest's `reads`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alliance => "alliance",
            Self::Outcome => "outcome",
            Self::Baseline => "baseline",
            Self::Burnout => "burnout",
            Self::Covariate => "covariate",
            Self::Dropout => "dropout",
        }
    }
}

/// Who answered.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Rater {
    /// The client.
    Client,
    /// The therapist.
    Therapist,
    /// A trained observer.
    Observer,
}

impl Rater {
    /// The word used in texts: "client-rated", "therapist-rated", "observer-rated".
    #[must_use]
    pub fn adjective(self) -> &'static str {
        match self {
            Self::Client => "client-rated",
            Self::Therapist => "therapist-rated",
            Self::Observer => "observer-rated",
        }
    }
}

/// Which end of a scale is the better one. Never assumed.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Higher scores are better.
    Higher,
    /// Lower scores are better.
    Lower,
}

impl Direction {
    /// The sign that turns a value so that larger means better: +1 or −1.
    #[must_use]
    pub fn sign(self) -> f64 {
        match self {
            Self::Higher => 1.0,
            Self::Lower => -1.0,
        }
    }
}

/// The table a measure lives in.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// One value per session.
    Session,
    /// One value per client.
    Client,
    /// One value per therapist.
    Therapist,
}

/// Mean and standard deviation of a reference population.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Norm {
    /// Its mean.
    pub mean: f64,
    /// Its standard deviation (n − 1).
    pub sd: f64,
}

/// One measure of a study, as plugins and the report see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Measure {
    /// The key of its table in the study file; the name of its column; part of every result id.
    pub id: String,
    /// What it is.
    pub role: Role,
    /// Where it lives.
    pub level: Level,
    /// Who answered, if the study file says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rater: Option<Rater>,
    /// Which end is better: always present for an outcome and for burnout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub better: Option<Direction>,
    /// Lowest and highest possible score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<[f64; 2]>,
    /// Reliability used for reliable change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reliability: Option<f64>,
    /// The functional population, for cut-offs a to c.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub functional: Option<Norm>,
    /// Caseness: at or beyond it in the worse direction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cutoff: Option<f64>,
    /// The smallest change that counts, in points, from the study file or the instrument's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reliable_change: Option<f64>,
    /// The instrument it was scored by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instrument: Option<String>,
    /// Columns of its items in its table, in the printed order, reversed items turned: `<measure>.item_<number>`. Empty unless
    /// it was scored from items and an analysis asks for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
}

impl Measure {
    /// The sign that turns a value of this measure so that larger means better; +1 where no direction is declared.
    #[must_use]
    pub fn benefit_sign(&self) -> f64 {
        self.better.map_or(1.0, Direction::sign)
    }

    /// A name for titles and sentences: the id with its separators turned into spaces.
    #[must_use]
    pub fn name(&self) -> String {
        self.id.replace(['_', '.'], " ")
    }
}
