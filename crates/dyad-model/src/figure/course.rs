//! Figures over sessions.

use serde::{Deserialize, Serialize};

use super::Axis;

/// One occasion of a trajectory.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrajectoryPoint {
    /// Session number.
    pub x: f64,
    /// Mean.
    pub mean: f64,
    /// Lower limit of its interval; `None` where there are too few.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
    /// Clients with a rating.
    pub n: u64,
    /// 10 % and 90 % quantile, if given.
    #[serde(default)]
    pub spread: Option<[f64; 2]>,
}

/// One line of a trajectory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrajectorySeries {
    /// Its name, written at its end.
    pub label: String,
    /// Its occasions.
    pub points: Vec<TrajectoryPoint>,
}

/// Means over sessions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trajectory {
    /// Session axis.
    pub x: Axis,
    /// Score axis.
    pub y: Axis,
    /// One or a few lines.
    pub series: Vec<TrajectorySeries>,
    /// A few seeded clients, drawn under `internal` only.
    #[serde(default)]
    pub samples: Vec<Vec<[f64; 2]>>,
    /// The line stops where n is below this.
    pub min_n: u64,
}

/// One step of a survival curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SurvivalStep {
    /// Session number.
    pub time: f64,
    /// Share still in treatment after it.
    pub survival: f64,
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
    /// At risk just before it.
    pub at_risk: u64,
    /// Events at it.
    pub events: u64,
    /// Censored at it.
    pub censored: u64,
}

/// One curve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SurvivalCurve {
    /// Its name.
    pub label: String,
    /// Its steps.
    pub steps: Vec<SurvivalStep>,
}

/// Survival curves with a risk table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Survival {
    /// Time axis.
    pub x: Axis,
    /// Share axis, from 0.
    pub y: Axis,
    /// One or a few curves.
    pub curves: Vec<SurvivalCurve>,
    /// Draw 1 − S, rising, instead of S.
    #[serde(default)]
    pub cumulative_incidence: bool,
}

/// An individuals chart: only of a simulated series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ControlChart {
    /// Session axis.
    pub x: Axis,
    /// Score axis.
    pub y: Axis,
    /// The series (session, score).
    pub points: Vec<[f64; 2]>,
    /// Centre line.
    pub centre: f64,
    /// Sigma from the moving range.
    pub sigma: f64,
    /// Sessions flagged by the rule.
    pub flagged: Vec<f64>,
    /// The rule, named.
    pub rule: String,
}

/// What one session number looks like over all clients.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MissingnessCell {
    /// Row: a measure.
    pub row: String,
    /// Session number.
    pub session: u64,
    /// Clients with a value.
    pub observed: u64,
    /// Clients still in treatment without a value.
    pub missing: u64,
    /// Clients whose treatment has ended.
    pub ended: u64,
}

/// Observed, missing and ended sessions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Missingness {
    /// Session axis.
    pub x: Axis,
    /// The cells.
    pub cells: Vec<MissingnessCell>,
}

/// One of the ends that compete, at one time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidenceEnd {
    /// Share that has come to this end up to and including this time (Aalen–Johansen), 0 to 1.
    pub incidence: f64,
    /// Lower limit.
    #[serde(default)]
    pub low: Option<f64>,
    /// Upper limit.
    #[serde(default)]
    pub high: Option<f64>,
    /// Those who come to this end at this time.
    pub events: u64,
}

/// One time of a cumulative incidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IncidenceStep {
    /// Session number.
    pub time: f64,
    /// At risk just before it.
    pub at_risk: u64,
    /// Censored at it.
    pub censored: u64,
    /// The ends, in the order of [`CumulativeIncidence::ends`].
    pub ends: Vec<IncidenceEnd>,
}

/// Ends that compete with one another: who had one can have no other, so 1 − Kaplan–Meier of each alone would add up to more than
/// everybody. The incidences and the share still in treatment add up to 1 at every time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CumulativeIncidence {
    /// Time axis.
    pub x: Axis,
    /// Share axis, from 0.
    pub y: Axis,
    /// Names of the ends: "dropped out", "ended as planned".
    pub ends: Vec<String>,
    /// The times, ascending.
    pub steps: Vec<IncidenceStep>,
}
